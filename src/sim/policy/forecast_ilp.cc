// SPDX-License-Identifier: Apache-2.0
//
// Forecast, staff, cover; see forecast_ilp.h.
#include "sim/policy/forecast_ilp.h"

#include <algorithm>

#include "core/scale/staffing.h"
#include "solve/covering.h"

namespace signalbox::sim {

namespace {

constexpr Duration kStep = 60s;  // of the forecast

}  // namespace

ForecastIlp::ForecastIlp(double headroom, Duration season)
    : headroom_(headroom), demand_(static_cast<std::size_t>(season / kStep)) {}

void ForecastIlp::decide(const Observation& seen, Wish& wish) {
  available_.observe(seen);
  // At the very start nothing has come in yet; that is not a demand of zero.
  if (seen.now > seen.start) demand_.observe(seen.arrived_per_s);
  const auto order = cheapest_first(seen);
  if (order.empty()) return;

  Duration boot{};
  for (const UnitId id : order) boot = std::max(boot, seen.unit_spec(id).boot_time_max);
  const auto steps = static_cast<std::size_t>((boot + period()) / kStep);
  double highest_per_s = seen.arrived_per_s;
  for (std::size_t h = 1; h <= steps; ++h) {
    highest_per_s = std::max(highest_per_s, demand_.forecast(h));
  }
  const core::UnitSpec& reference = seen.unit_spec(order.front());
  const double required_per_s = core::required_capacity_per_s(
      highest_per_s * (1.0 + headroom_), reference.profile.latency(reference.slots),
      reference.profile.spread(), seen.service().objective);

  std::vector<solve::CoverOption> options;
  double fixed_per_s = 0.0;
  for (const UnitId id : seen.service().units) {
    const core::UnitSpec& unit = seen.unit_spec(id);
    if (!unit.managed) fixed_per_s += seen.unit(id).ready * unit.plateau_per_s();
  }
  for (const UnitId id : order) {
    const core::UnitSpec& unit = seen.unit_spec(id);
    options.push_back({unit.plateau_per_s(), marginal_usd_per_hour(seen, id), unit.min_replicas,
                       std::max(unit.min_replicas, available_.most(id))});
  }
  const auto cover = solve::cheapest_cover(options, std::max(0.0, required_per_s - fixed_per_s));
  for (std::size_t i = 0; i < order.size(); ++i) {
    wish.replicas[order[i].index()] = cover.replicas[i];
  }
  keep_one(seen, order, available_, wish.replicas);
}

}  // namespace signalbox::sim
