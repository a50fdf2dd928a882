// SPDX-License-Identifier: Apache-2.0
//
// Forecast, staff, cover; see forecast_ilp.h.
#include "sim/policy/forecast_ilp.h"

#include <algorithm>
#include <cmath>

#include "core/scale/staffing.h"
#include "solve/covering.h"

namespace signalbox::sim {

namespace {

constexpr Duration kStep = 60s;  // of the forecast
constexpr double kSwitching = 0.1;

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
  const double fresh_per_s = core::required_capacity_per_s(
      highest_per_s * (1.0 + headroom_), reference.profile.latency(reference.slots),
      reference.profile.spread(), seen.service().objective);
  // Counted in thousandths of a request per second, which is as fine as it needs to be.
  constexpr double kGrain = 1e-3;
  const Duration keep = (reference.boot_time_min + reference.boot_time_max) / 2;
  const double required_per_s =
      kGrain * needed_.push(static_cast<int>(std::ceil(fresh_per_s / kGrain)), seen.now, keep);

  std::vector<solve::CoverOption> options;
  double fixed_per_s = 0.0;
  for (const UnitId id : seen.service().units) {
    const core::UnitSpec& unit = seen.unit_spec(id);
    if (!unit.managed) fixed_per_s += seen.unit(id).ready * unit.plateau_per_s();
  }
  // Two options for each unit: what there is, and what would be new.
  for (const UnitId id : order) {
    const core::UnitSpec& unit = seen.unit_spec(id);
    const double price = marginal_usd_per_hour(seen, id);
    const int most = std::max(unit.min_replicas, available_.most(id));
    const int present = std::clamp(seen.unit(id).present(), unit.min_replicas, most);
    options.push_back({unit.plateau_per_s(), price, unit.min_replicas, present});
    options.push_back({unit.plateau_per_s(), price * (1.0 + kSwitching), 0, most - present});
  }
  const auto cover = solve::cheapest_cover(options, std::max(0.0, required_per_s - fixed_per_s));
  for (std::size_t i = 0; i < order.size(); ++i) {
    wish.replicas[order[i].index()] = cover.replicas[2 * i] + cover.replicas[2 * i + 1];
  }
  keep_one(seen, order, available_, wish.replicas);
}

}  // namespace signalbox::sim
