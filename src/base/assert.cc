// SPDX-License-Identifier: Apache-2.0
//
// The one place where base ends the process. std::terminate is chosen over writing to a stream
// because base may not do I/O: the condition travels in the exception that terminate reports.
#include "base/assert.h"

#include <exception>
#include <stdexcept>
#include <string>

namespace signalbox {

namespace {

// noexcept turns the throw into std::terminate, whose default handler prints what(): meant, so the
// compiler's warning about exactly that is off here.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wterminate"
[[noreturn]] void terminate_with(const std::string& message) noexcept {
  throw std::logic_error(message);
}
#pragma GCC diagnostic pop

}  // namespace

void assertion_failed(const char* condition, const char* file, int line) {
  terminate_with(std::string("signalbox: bug: '") + condition + "' does not hold at " + file + ":" +
                 std::to_string(line));
}

}  // namespace signalbox
