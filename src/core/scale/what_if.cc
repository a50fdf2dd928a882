// SPDX-License-Identifier: Apache-2.0
//
// Units become pools, objectives become requirements; see what_if.h.
#include "core/scale/what_if.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <tuple>

#include "base/assert.h"
#include "core/scale/staffing.h"

namespace signalbox::core {

namespace {

int most_replicas(const UnitSpec& unit) {
  return unit.managed ? unit.max_replicas : static_cast<int>(unit.endpoints.size());
}

FleetPool pool_of(const UnitSpec& unit, bool is_lost) {
  FleetPool pool;
  pool.name = unit.name;
  pool.price_usd_per_hour = (is_prepaid(unit.tier) ? 0.0 : unit.price_usd_per_hour) +
                            unit.energy.usd_per_hour(unit.energy.watts);
  pool.most = is_lost ? 0 : most_replicas(unit);
  // Fixed servers are there and paid for whatever a plan says.
  pool.least = is_lost ? 0 : unit.managed ? std::min(unit.min_replicas, pool.most) : pool.most;
  return pool;
}

// The index of `name`, which is added when it is new.
std::uint32_t index_in(std::vector<std::string_view>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<std::uint32_t>(found - names.begin());
  names.push_back(name);
  return static_cast<std::uint32_t>(names.size() - 1);
}

// Units of the same model, hardware and framework are lost together, wherever they stand. The first
// of them gives the group its name.
std::string_view kind_of(const FleetSpec& spec, const UnitSpec& unit) {
  const auto what = [](const UnitSpec& of) {
    return std::tie(of.model, of.hardware, of.framework);
  };
  if (unit.model.empty() && unit.hardware.empty() && unit.framework.empty()) return unit.name;
  for (const UnitSpec& other : spec.units) {
    if (what(other) == what(unit)) return other.name;
  }
  return unit.name;
}

// The unit whose replicas the requirement is counted in: the cheapest per request of those that
// meet the objective.
const UnitSpec* reference_of(const FleetSpec& spec, const ServiceSpec& service,
                             const Objective& objective) {
  const UnitSpec* best = nullptr;
  for (const UnitId id : service.units) {
    const UnitSpec& unit = spec.unit(id);
    if (most_replicas(unit) == 0 || unit.profile.latency(1) >= objective.latency) continue;
    if (best == nullptr || unit.price_usd_per_hour * best->plateau_per_s() <
                               best->price_usd_per_hour * unit.plateau_per_s()) {
      best = &unit;
    }
  }
  return best;
}

std::string hopeless_words(const FleetSpec& spec, const ServiceSpec& service,
                           const Objective& objective) {
  const UnitSpec* fastest = nullptr;
  for (const UnitId id : service.units) {
    const UnitSpec& unit = spec.unit(id);
    if (fastest == nullptr || unit.profile.latency(1) < fastest->profile.latency(1))
      fastest = &unit;
  }
  if (fastest == nullptr) return fmt::format("service {} has no unit", service.name);
  return fmt::format(
      "service {} owes its clients an answer within {:.0f} ms, but its fastest unit, "
      "{}, takes {:.0f} ms",
      service.name, to_millis(objective.latency), fastest->name,
      to_millis(fastest->profile.latency(1)));
}

}  // namespace

WhatIfQuestion ask_what_if(const FleetSpec& spec, const WhatIf& what_if) {
  SIGNALBOX_ASSERT(what_if.demand_per_s.size() == spec.services.size());
  WhatIfQuestion question;
  FleetPlanProblem& problem = question.problem;
  for (std::size_t u = 0; u < spec.units.size(); ++u) {
    const UnitSpec& unit = spec.units[u];
    const bool is_lost = std::find(what_if.lost.begin(), what_if.lost.end(),
                                   UnitId(static_cast<std::uint32_t>(u))) != what_if.lost.end();
    FleetPool pool = pool_of(unit, is_lost);
    pool.zone = index_in(problem.zone_names, unit.zone);
    pool.unit = index_in(problem.unit_names, kind_of(spec, unit));
    problem.pools.push_back(pool);
  }
  const double budget = spec.control.guardrails.budget_usd_per_hour;
  if (budget > 0.0) problem.budget_usd_per_hour = budget;
  for (std::size_t s = 0; s < spec.services.size(); ++s) {
    const ServiceSpec& from = spec.services[s];
    const double demand = what_if.demand_per_s[s];
    Objective objective = from.objective;
    objective.latency = scale(objective.latency, what_if.latency_factor);
    FleetService service;
    service.name = from.name;
    service.capacity_per_s.assign(spec.units.size(), 0.0);
    for (const UnitId id : from.units) {
      const UnitSpec& unit = spec.unit(id);
      if (unit.profile.latency(1) >= objective.latency) continue;
      service.capacity_per_s[id.index()] = unit.plateau_per_s();
    }
    const UnitSpec* reference = reference_of(spec, from, objective);
    double required = 0.0;
    if (demand > 0.0 && reference != nullptr) {
      required = required_capacity_per_s(demand, reference->profile.latency(reference->slots),
                                         reference->profile.spread(), objective);
    } else if (demand > 0.0 && question.hopeless.empty()) {
      question.hopeless = hopeless_words(spec, from, objective);
    }
    question.required_per_s.push_back(required);
    service.classes = {{"", required, {}}};
    service.resilience = what_if.resilience.value_or(from.resilience);
    problem.services.push_back(std::move(service));
  }
  return question;
}

std::string no_such_resilience(const FleetSpec& spec, Resilience resilience) {
  if (resilience == Resilience::kNone) return {};
  for (const ServiceSpec& service : spec.services) {
    std::vector<std::string_view> domains;
    for (const UnitId id : service.units) {
      const UnitSpec& unit = spec.unit(id);
      if (resilience == Resilience::kZone && unit.zone.empty()) {
        return fmt::format("unit {} has no zone", unit.name);
      }
      index_in(domains, resilience == Resilience::kZone ? unit.zone : kind_of(spec, unit));
    }
    if (domains.size() >= 2) continue;
    return fmt::format("all units of service {} are {}", service.name,
                       resilience == Resilience::kZone ? "in one zone" : "of one kind");
  }
  return {};
}

std::optional<RunnerUp> runner_up(const FleetSpec& spec, const WhatIf& what_if,
                                  const FleetPlan& plan, const FleetPlanEffort& effort) {
  std::optional<RunnerUp> best;
  for (std::size_t u = 0; u < spec.units.size(); ++u) {
    int used = 0;
    for (std::size_t s = 0; s < spec.services.size(); ++s) used += plan.at(s, u);
    if (used == 0) continue;
    WhatIf other = what_if;
    other.lost.emplace_back(static_cast<std::uint32_t>(u));
    RunnerUp found{other.lost.back(), plan_fleet(ask_what_if(spec, other).problem, effort)};
    const bool stands = found.plan.end == FleetPlanEnd::kPlanned;
    const bool best_stands = best && best->plan.end == FleetPlanEnd::kPlanned;
    if (best && best_stands && !stands) continue;
    if (!best || (stands && !best_stands) ||
        (stands && found.plan.cost.total() < best->plan.cost.total())) {
      best = std::move(found);
    }
  }
  return best;
}

}  // namespace signalbox::core
