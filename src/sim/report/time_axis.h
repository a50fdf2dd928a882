// SPDX-License-Identifier: Apache-2.0
//
// How instants of a run are named: hours since it began, or the time of day when its scenario has
// one (the paper's L4 pool is capped from 21:20 on).
#pragma once

#include <optional>
#include <string>

#include "base/time.h"

namespace signalbox::sim {

// Of a run, since its start.
struct TimeWindow {
  Duration from{};
  Duration to{};

  bool contains(Duration since_start) const { return from <= since_start && since_start < to; }
  Duration length() const { return to - from; }
};

// Something that was done to the fleet, for plots to point at.
struct Happening {
  TimeWindow when;
  std::string text;  // "no inf2 can be launched"
};

struct TimeAxis {
  std::optional<Duration> clock_at_start;  // since midnight

  // "18 h 45 min", or "21:20" with a clock; from the second day on "day 2, 21:20".
  std::string text(Duration since_start) const;
};

}  // namespace signalbox::sim
