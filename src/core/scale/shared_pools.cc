// SPDX-License-Identifier: Apache-2.0
//
// Who shares what, as the joint planner's problem; see shared_pools.h.
#include "core/scale/shared_pools.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace signalbox::core {

namespace {

// The number of the first unit that stands and falls with it.
std::uint32_t first_alike(const FleetSpec& spec, std::size_t unit, Resilience kind) {
  std::size_t first = 0;
  while (first < unit && !lost_together(spec.units[first], spec.units[unit], kind)) ++first;
  return static_cast<std::uint32_t>(first);
}

}  // namespace

bool pools_are_contended(const FleetSpec& spec, const FleetState& fleet,
                         std::span<const ServiceWish* const> wishes, TimePoint now) {
  for (std::size_t s = 0; s < wishes.size(); ++s) {
    const auto& units = spec.services[s].units;
    const ServiceWish& wish = *wishes[s];
    for (std::size_t u = 0; u < units.size() && u < wish.limits.size(); ++u) {
      const bool is_claimed = wish.limits[u] < fleet.limit(spec, units[u], now);
      if (is_claimed && wish.targets[u] == wish.limits[u] && wish.required_per_s > 0.0) return true;
    }
  }
  return false;
}

FleetPlanProblem shared_problem(const FleetSpec& spec, const FleetState& fleet,
                                std::span<const ServiceWish* const> wishes, TimePoint now) {
  FleetPlanProblem problem;
  std::vector<int> unclaimed;  // replicas that nobody's target has accounted for yet
  for (std::size_t i = 0; i < spec.units.size(); ++i) {
    const UnitId id(static_cast<std::uint32_t>(i));
    const UnitSpec& unit = spec.units[i];
    FleetPool pool;
    pool.name = unit.name;
    pool.price_usd_per_hour = fleet.marginal_usd_per_hour(id, unit.tier);
    pool.switching_usd_per_hour =
        (kSwitchingShare + fleet.unit(id).price_doubt) * pool.price_usd_per_hour;
    pool.most = std::max(0, fleet.limit(spec, id, now));
    pool.least = unit.managed ? std::min(unit.min_replicas, pool.most) : pool.most;
    pool.unit = first_alike(spec, i, Resilience::kUnit);
    pool.zone = first_alike(spec, i, Resilience::kZone);
    problem.pools.push_back(pool);
    unclaimed.push_back(fleet.count(id).active());
  }
  // Indexed by the number of the first alike, as above.
  for (const UnitSpec& unit : spec.units) {
    problem.unit_names.push_back(unit.name);
    problem.zone_names.push_back(unit.zone);
  }
  if (spec.control.guardrails.budget_usd_per_hour > 0.0) {
    problem.budget_usd_per_hour = spec.control.guardrails.budget_usd_per_hour;
  }
  for (std::size_t s = 0; s < wishes.size(); ++s) {
    const ServiceSpec& spec_of = spec.services[s];
    const ServiceWish& wish = *wishes[s];
    FleetService service;
    service.name = spec_of.name;
    service.capacity_per_s.assign(spec.units.size(), 0.0);
    service.present.assign(spec.units.size(), 0);
    for (std::size_t u = 0; u < spec_of.units.size(); ++u) {
      const UnitId id = spec_of.units[u];
      if (!fleet.can_meet(id, spec_of.objective)) continue;
      service.capacity_per_s[id.index()] = fleet.capacity_per_s(id);
      const int claimed = std::min(wish.targets[u], unclaimed[id.index()]);
      service.present[id.index()] = claimed;
      unclaimed[id.index()] -= claimed;
    }
    service.misses = wish.misses;
    service.resilience = spec_of.resilience;
    if (spec_of.resilience != Resilience::kNone) {
      service.classes.push_back({spec_of.name, wish.required_per_s, {}});
    }
    problem.services.push_back(std::move(service));
  }
  return problem;
}

}  // namespace signalbox::core
