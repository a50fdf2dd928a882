// SPDX-License-Identifier: Apache-2.0
//
// Two clocks for two questions: "how long" is asked of the steady clock, "what time is it" of the
// system clock. Mixing them is how a leap second becomes a timeout.
#include "net/clock.h"

#include <chrono>

namespace signalbox::net {

TimePoint now() {
  const auto since_start = std::chrono::steady_clock::now().time_since_epoch();
  return TimePoint{std::chrono::duration_cast<Duration>(since_start)};
}

std::int64_t unix_nanos() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count();
}

}  // namespace signalbox::net
