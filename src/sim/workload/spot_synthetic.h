// SPDX-License-Identifier: Apache-2.0
//
// Stands in for traces of spot availability: a pool that is whole, partly there or gone, for
// exponential times, as the public 16-node traces alternate between these three. Invented, no
// measurement: results on it say nothing about a provider.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "sim/workload/trace_spot_availability.h"

namespace signalbox::sim {

// Whole for 100 min on average, gone for 120, in between for 30 with any number from 1 to nodes - 1
// alike; whole for about 46 % of the time, gone for 37 %. Begins whole. Changes fall on ticks of
// 5 minutes. REQUIRES: nodes >= 2, length > 0.
SpotAvailability spot_availability_synthetic(int nodes, Duration length, std::uint64_t seed);

}  // namespace signalbox::sim
