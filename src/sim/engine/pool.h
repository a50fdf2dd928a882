// SPDX-License-Identifier: Apache-2.0
//
// The truth about where a unit's replicas come from, which no controller is told: how many there
// are at which hour, at what price, and what befalls them. What the controller is told is the
// unit's spec; the difference between the two is what a scenario tests.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"
#include "core/model/unit.h"
#include "sim/workload/step_series.h"

namespace signalbox::sim {

using core::Tier;

struct PoolSpec {
  Tier tier = Tier::kOnDemand;
  int initial = 0;                          // replicas that are ready at time zero
  std::optional<int> quota = std::nullopt;  // running and booting together; never lifted
  StepSeries<int> capacity{};               // instances there are, over time; empty = unlimited
  StepSeries<double> price{};               // USD/hour over time; empty = the unit's price
  Duration notice = 120s;                   // from "you will lose it" to its loss (spot)
  double boot_failure = 0.0;                // share of launches that die instead of being ready
  // A replica that has just become ready is this many times slower for so long: caches, compiled
  // graphs, clocks.
  Duration warm_up{};
  double warm_up_slowdown = 1.0;  // >= 1

  // Machines that are one's own: the quota, or as many as there are at first.
  int owned() const { return is_prepaid(tier) ? quota.value_or(initial) : 0; }
};

}  // namespace signalbox::sim
