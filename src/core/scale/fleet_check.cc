// SPDX-License-Identifier: Apache-2.0
//
// A plan looked at from outside: what it costs and which constraint it breaks, from the definitions
// of fleet_plan.h alone, sharing nothing with what made it.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/scale/fleet_plan.h"

namespace signalbox::core {

namespace {

constexpr double kRounding = 1e-8;

int count_of(const FleetPlanProblem& problem, const std::vector<int>& replicas, std::size_t s,
             std::size_t p) {
  return replicas[s * problem.pools.size() + p];
}

// Whether any class of the set may use the pool.
bool open_to(const FleetService& service, std::uint32_t set, std::size_t p) {
  if (service.classes.empty()) return true;
  for (std::size_t c = 0; c < service.classes.size(); ++c) {
    const auto& may_use = service.classes[c].may_use;
    if ((set >> c & 1U) != 0 && (may_use.empty() || may_use[p] != 0)) return true;
  }
  return false;
}

std::uint32_t everything(const FleetService& service) {
  return (1U << service.classes.size()) - 1U;
}

std::uint32_t domain_of(const FleetService& service, const FleetPool& pool) {
  return service.resilience == Resilience::kZone ? pool.zone : pool.unit;
}

// `lost` = nullptr: nothing is.
std::string broken_cover(const FleetPlanProblem& problem, const std::vector<int>& replicas,
                         std::size_t s, const std::uint32_t* lost) {
  const FleetService& service = problem.services[s];
  for (std::uint32_t set = 1; set <= everything(service); ++set) {
    double required = 0.0;
    for (std::size_t c = 0; c < service.classes.size(); ++c) {
      if ((set >> c & 1U) != 0) required += service.classes[c].required_per_s;
    }
    double capacity = 0.0;
    for (std::size_t p = 0; p < problem.pools.size(); ++p) {
      if (lost != nullptr && domain_of(service, problem.pools[p]) == *lost) continue;
      if (!open_to(service, set, p)) continue;
      capacity += count_of(problem, replicas, s, p) * service.capacity_per_s[p];
    }
    if (capacity < required * (1.0 - kRounding)) {
      return fmt::format("service {} needs {} and has {} (classes {:b}{})", service.name, required,
                         capacity, set, lost != nullptr ? fmt::format(", {} lost", *lost) : "");
    }
  }
  return {};
}

}  // namespace

FleetCost cost_of(const FleetPlanProblem& problem, const std::vector<int>& replicas) {
  FleetCost cost;
  for (std::size_t p = 0; p < problem.pools.size(); ++p) {
    const FleetPool& pool = problem.pools[p];
    int used = 0;
    for (std::size_t s = 0; s < problem.services.size(); ++s) {
      const int count = count_of(problem, replicas, s, p);
      const auto& present = problem.services[s].present;
      used += count;
      cost.switching_usd_per_hour +=
          std::max(0, count - (present.empty() ? 0 : present[p])) * pool.switching_usd_per_hour;
    }
    cost.replicas_usd_per_hour += std::max(used, pool.least) * pool.price_usd_per_hour;
  }
  for (std::size_t s = 0; s < problem.services.size(); ++s) {
    const FleetService& service = problem.services[s];
    double capacity = 0.0;
    for (std::size_t p = 0; p < problem.pools.size(); ++p) {
      if (!open_to(service, everything(service), p)) continue;
      capacity += count_of(problem, replicas, s, p) * service.capacity_per_s[p];
    }
    cost.misses_usd_per_hour += service.misses.cost_usd_per_hour(capacity);
  }
  return cost;
}

std::string broken_constraint(const FleetPlanProblem& problem, const std::vector<int>& replicas) {
  double price = 0.0;
  for (std::size_t p = 0; p < problem.pools.size(); ++p) {
    const FleetPool& pool = problem.pools[p];
    int used = 0;
    for (std::size_t s = 0; s < problem.services.size(); ++s) {
      const int count = count_of(problem, replicas, s, p);
      if (count < 0) return fmt::format("pool {} is used {} times", pool.name, count);
      if (count > 0 && problem.services[s].capacity_per_s[p] <= 0.0) {
        return fmt::format("pool {} cannot serve {}", pool.name, problem.services[s].name);
      }
      used += count;
    }
    if (used > pool.most) return fmt::format("{} of {} at most {}", used, pool.name, pool.most);
    price += std::max(used, pool.least) * pool.price_usd_per_hour;
  }
  if (price > problem.budget_usd_per_hour * (1.0 + kRounding)) {
    return fmt::format("${}/hour of ${}/hour", price, problem.budget_usd_per_hour);
  }
  for (std::size_t s = 0; s < problem.services.size(); ++s) {
    const FleetService& service = problem.services[s];
    std::string broken = broken_cover(problem, replicas, s, nullptr);
    if (!broken.empty()) return broken;
    if (service.resilience == Resilience::kNone) continue;
    std::set<std::uint32_t> domains;
    for (const FleetPool& pool : problem.pools) domains.insert(domain_of(service, pool));
    for (const std::uint32_t lost : domains) {
      broken = broken_cover(problem, replicas, s, &lost);
      if (!broken.empty()) return broken;
    }
  }
  return {};
}

}  // namespace signalbox::core
