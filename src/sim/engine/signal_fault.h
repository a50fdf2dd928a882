// SPDX-License-Identifier: Apache-2.0
//
// What control sees, as against what is: the world goes on as it was while the news of it is
// missing, late or wrong. A policy that survives only true and timely signals fails here.
#pragma once

#include <span>

#include "base/time.h"

namespace signalbox::sim {

struct SignalFault {
  bool blackout = false;      // no news at all; lost, not kept for later
  Duration delay{0};          // news comes so much later
  double load_factor = 1.0;   // reported load is the true one times this; >= 0
  double price_factor = 1.0;  // and so are quoted prices; bills are not
};

struct ScheduledSignalFault {
  Duration at, until;  // since the start of the scenario; holds in [at, until)
  SignalFault fault;
};

// What is wrong with the signals at `since_start`. Faults that overlap add up: any blackout blacks
// out, the longest delay counts, factors multiply.
SignalFault in_force(std::span<const ScheduledSignalFault> faults, Duration since_start);

}  // namespace signalbox::sim
