// SPDX-License-Identifier: Apache-2.0
//
// Time as a value. Every decision in Signalbox takes `now` as an argument, so the same code runs
// under the system clock, a virtual clock or a replayed log. `Timeline` is a chrono clock *tag*
// that deliberately has no now(): only src/net can produce a TimePoint from the machine, and the
// compiler refuses everyone else. Integer nanoseconds, so equal inputs give equal bytes.
#pragma once

#include <chrono>
#include <cstdint>

namespace signalbox {

using Duration = std::chrono::duration<std::int64_t, std::nano>;

// The one axis all components share; its epoch is whatever the shell chose (monotonic).
struct Timeline {
  using rep = Duration::rep;
  using period = Duration::period;
  using duration = Duration;
  using time_point = std::chrono::time_point<Timeline, Duration>;
  static constexpr bool is_steady = true;
};
using TimePoint = Timeline::time_point;

using namespace std::chrono_literals;

// Converts to fractional seconds, for formulas and for people; never for comparing instants.
// Divides rather than multiplying by 1e-9, which no double holds exactly: 5 ms is then exactly
// 0.005.
constexpr double to_seconds(Duration d) { return static_cast<double>(d.count()) / 1e9; }
constexpr double to_millis(Duration d) { return static_cast<double>(d.count()) / 1e6; }

// Rounds to the nearest nanosecond. REQUIRES: |seconds| < 9.2e9 (292 years).
constexpr Duration from_seconds(double seconds) {
  return Duration{static_cast<std::int64_t>(seconds * 1e9 + (seconds < 0 ? -0.5 : 0.5))};
}

// Rounds to the nearest nanosecond. REQUIRES: the product fits, see from_seconds().
constexpr Duration scale(Duration d, double factor) {
  const double scaled = static_cast<double>(d.count()) * factor;
  return Duration{static_cast<std::int64_t>(scaled + (scaled < 0 ? -0.5 : 0.5))};
}

}  // namespace signalbox
