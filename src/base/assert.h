// SPDX-License-Identifier: Apache-2.0
//
// Assertions for bugs, on in production: a wrong decision that goes on is worse than a stop that
// names its place. Expected failures are Results (result.h), never assertions.
#pragma once

namespace signalbox {

// Ends the process; the message names the condition and the place.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace signalbox

#define SIGNALBOX_ASSERT(condition)                    \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::signalbox::assertion_failed(#condition, __FILE__, __LINE__))
