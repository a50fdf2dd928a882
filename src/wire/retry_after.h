// SPDX-License-Identifier: Apache-2.0
//
// Retry-After (RFC 9110, 10.2.3): how long somebody who cannot serve now asks to be left alone, in
// seconds or as a date.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/time.h"

namespace signalbox::wire {

// Zero where it says nothing that can be understood, or a date gone by. `unix_nanos` is the time.
Duration parse_retry_after(std::string_view value, std::int64_t unix_nanos);

}  // namespace signalbox::wire
