// SPDX-License-Identifier: Apache-2.0
//
// Moments of others on our own axis. They write dates by wall clocks, which are set, drift and
// differ; ours is monotonic. So a date never becomes a TimePoint by itself: what counts is how old
// it was when the answer came, by the clock of whoever answered, and an age is never negative. A
// wall clock that jumps can then make one answer seem old, and never anything newer than now.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>

#include "base/time.h"
#include "net/clock.h"

namespace signalbox::adapters {

// Replaced in tests.
struct SourceClock {
  std::function<TimePoint()> now = net::now;
  std::function<std::int64_t()> unix_nanos = net::unix_nanos;
};

// When an answer came: by our clock, and by the clock that its dates were made with.
struct Heard {
  TimePoint at{};
  std::int64_t unix_nanos = 0;
};

// Older than this says nothing more, and further ahead neither.
inline constexpr Duration kMostDistance = 24h * 365;

// When it was so, that is dated `unix_nanos`: not after the answer came.
inline TimePoint moment_of(std::int64_t unix_nanos, const Heard& heard) {
  // As doubles, since two dates at the ends of time are further apart than 64 bits.
  const double age = static_cast<double>(heard.unix_nanos) - static_cast<double>(unix_nanos);
  return heard.at - Duration(static_cast<std::int64_t>(
                        std::clamp(age, 0.0, static_cast<double>(kMostDistance.count()))));
}

// When it will be so, that is announced for `unix_nanos`: not before the answer came.
inline TimePoint announced_for(std::int64_t unix_nanos, const Heard& heard) {
  const double ahead = static_cast<double>(unix_nanos) - static_cast<double>(heard.unix_nanos);
  return heard.at + Duration(static_cast<std::int64_t>(
                        std::clamp(ahead, 0.0, static_cast<double>(kMostDistance.count()))));
}

}  // namespace signalbox::adapters
