// SPDX-License-Identifier: Apache-2.0
//
// The mix worth its price: least price + switching + expected misses, where misses also come from
// the outage of a whole option (a spot pool that is reclaimed). Losing one option leaves the rest
// to carry demand, so the search weighs what a market saves against what its moods cost, and finds
// by itself when two pools side by side are cheaper than one that never fails.
#pragma once

#include <vector>

#include "core/scale/miss_table.h"
#include "core/scale/mix.h"

namespace signalbox::core {

struct MixAim {
  MissTable misses;              // by capacity
  double least_per_s = 0.0;      // capacity to have whatever it spares
  double switching_share = 0.0;  // extra price of a new replica, as a share of its hourly price
  double resilient_per_s = 0.0;  // capacity to have still when any one loss group is gone
};

// USD/hour: price + switching + misses(C) + sum over options of
// outage_share x (misses(C without the option) - misses(C)), C = the mix's capacity; and a hundred
// times the dearest capacity for each request/s that the loss of a group would leave too little.
double value_of(const std::vector<MixOption>& options, const std::vector<int>& replicas,
                const MixAim& aim);

// Covers of several capacities are compared, and the best is improved replica by replica until
// nothing nearby is better. Replicas keep within least and most of every option.
Mix best_mix(const std::vector<MixOption>& options, const MixAim& aim);

}  // namespace signalbox::core
