// SPDX-License-Identifier: Apache-2.0
//
// Spot availability as SkyPilot measured it (Wu et al., NSDI 2024): how many instances could be had
// at each tick. Measured on V100 instances; where it drives another kind, it stands in.
// docs/traces.md says how to get the traces.
#pragma once

#include <string>

#include "base/result.h"
#include "base/time.h"
#include "sim/workload/step_series.h"

namespace signalbox::sim {

struct SpotAvailability {
  StepSeries<int> available;  // since the first tick; equal neighbours are one step
  Duration length{};          // the trace says nothing beyond
  int most = 0;
};

// {"metadata": {"gap_seconds": S}, "data": [instances, ...]}
Result<SpotAvailability> read_spot_availability(const std::string& path);

// `factor` times as many instances at every instant: four nodes standing for sixteen.
SpotAvailability times(const SpotAvailability& trace, int factor);

}  // namespace signalbox::sim
