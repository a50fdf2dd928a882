// SPDX-License-Identifier: Apache-2.0
//
// What can be wrong with one source of signals, as a value: it is silent, stuck, off by a factor,
// says what is no number, jumps about, or keeps another time. The truth goes on beside it; what a
// fleet pays for believing such a source is what the simulator measures.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/time.h"

namespace signalbox::sim {

struct SourceFault {
  bool silent = false;        // no word: unreachable, or a page too large to be read
  bool frozen = false;        // says what it said when the fault began
  bool not_a_number = false;  // NaN in every value
  double price_factor = 1.0;  // said over true; may be zero or negative
  double latency_factor = 1.0;
  double load_factor = 1.0;
  double power_factor = 1.0;
  std::optional<int> limit = std::nullopt;  // replicas it says every pool can hold
  Duration flap{0};          // > 0: the factors hold in the first half of each such period only
  Duration clock_offset{0};  // how far its times are off
  bool counters_restart = false;  // at every look its counters have begun anew
  int names = 0;                  // > 0: it says everything under so many names, in turn
  std::optional<UnitId> only = std::nullopt;  // the factors are of this unit; absent = of all
};

struct ScheduledSourceFault {
  Duration at, until;  // since the start of the scenario; holds in [at, until)
  std::string source;
  SourceFault fault;
};

// The fault of `source` that began last and holds at `since_start`; nullptr when it is well.
const ScheduledSourceFault* in_force(std::span<const ScheduledSourceFault> faults,
                                     std::string_view source, Duration since_start);

// Whether the factors hold now; `since` is the time since the fault began.
bool factors_hold(const SourceFault& fault, Duration since);

}  // namespace signalbox::sim
