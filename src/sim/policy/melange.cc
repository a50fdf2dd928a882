// SPDX-License-Identifier: Apache-2.0
//
// The integer program, set up and read; see melange.h.
#include "sim/policy/melange.h"

#include <algorithm>

#include "base/assert.h"
#include "solve/covering.h"

namespace signalbox::sim {

namespace {

constexpr int kSlices = 240;

}  // namespace

void Melange::decide(const Observation& seen, Wish& wish) {
  available_.observe(seen);
  const auto& service = seen.service();
  solve::MelangeBucket bucket{demand_per_s(seen), kSlices, {}};
  std::vector<solve::MelangeUnit> units;
  for (const UnitId id : service.units) {
    const core::UnitSpec& unit = seen.unit_spec(id);
    const double price = unit.managed ? marginal_usd_per_hour(seen, id) : 0.0;
    units.push_back({price, unit.managed ? available_.most(id) : seen.unit(id).ready});
    bucket.throughput_per_s.push_back(utilisation_ * unit.plateau_per_s());
  }
  const auto plan = solve::melange_plan(units, {bucket});
  if (!plan.ok()) {
    // More than there is: all of it.
    for (std::size_t i = 0; i < units.size(); ++i) {
      wish.replicas[service.units[i].index()] = units[i].most;
    }
    return;
  }
  for (std::size_t i = 0; i < units.size(); ++i) {
    wish.replicas[service.units[i].index()] = plan->replicas[i];
  }
  keep_one(seen, cheapest_first(seen), available_, wish.replicas);
}

double Melange::demand_per_s(const Observation& seen) const {
  if (demand_ == Demand::kBefore) return seen.arrived_per_s;
  SIGNALBOX_ASSERT(seen.truth != nullptr);
  Duration boot{};
  for (const UnitId id : seen.service().units) {
    boot = std::max(boot, seen.unit_spec(id).boot_time_max);
  }
  double busiest_per_s = 0.0;
  const TimePoint horizon = seen.now + period() + boot;
  for (TimePoint from = seen.now; from < horizon; from += period()) {
    const double work = seen.truth->work_between(from, from + period());
    busiest_per_s = std::max(busiest_per_s, work / to_seconds(period()));
  }
  return busiest_per_s;
}

}  // namespace signalbox::sim
