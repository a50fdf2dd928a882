// SPDX-License-Identifier: Apache-2.0
//
// Looks for what binds and says it; see fleet_obstacle.h.
#include "core/scale/fleet_obstacle.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "core/scale/service_choice.h"

namespace signalbox::core {

namespace {

constexpr std::size_t kMostNamed = 4;  // longer lists are cut

std::string listed(const std::vector<std::string>& items) {
  std::string text;
  const std::size_t named = std::min(items.size(), kMostNamed);
  for (std::size_t i = 0; i < named; ++i) {
    const bool last = i + 1 == items.size();
    text += (i == 0 ? "" : last ? " and " : ", ") + items[i];
  }
  if (named < items.size()) text += fmt::format(" and {} more", items.size() - named);
  return text;
}

std::string rate(double per_s) {
  return per_s >= 10.0 || per_s == 0.0 ? fmt::format("{:.1f}/s", per_s)
                                       : fmt::format("{:.3g}/s", per_s);
}

std::string domain(const std::vector<std::string_view>& names, std::uint32_t index) {
  return index < names.size() ? std::string(names[index]) : fmt::format("number {}", index);
}

// "class eu of service chat needs 12.0/s"
std::string need_in_words(const FleetPlanProblem& problem, const FleetService& service,
                          const CoverRow& row) {
  std::vector<std::string> classes;
  for (std::size_t c = 0; c < service.classes.size(); ++c) {
    if ((row.classes >> c & 1U) != 0 && !service.classes[c].name.empty()) {
      classes.emplace_back(service.classes[c].name);
    }
  }
  std::string who = fmt::format("service {}", service.name);
  if (!classes.empty() && service.classes.size() > 1) {
    who =
        fmt::format("{} {} of {}", classes.size() > 1 ? "classes" : "class", listed(classes), who);
  }
  if (row.lost == kNothingLost) {
    return fmt::format("{} need{} {}", who, classes.size() > 1 ? "" : "s",
                       rate(row.required_per_s));
  }
  const bool zone = service.resilience == Resilience::kZone;
  return fmt::format("{} need{} {} even after the loss of {} {}", who,
                     classes.size() > 1 ? "" : "s", rate(row.required_per_s),
                     zone ? "zone" : "unit",
                     domain(zone ? problem.zone_names : problem.unit_names, row.lost));
}

Obstacle row_obstacle(const FleetPlanProblem& problem, const FleetService& service,
                      const ServiceRows& rows, const CoverRow& row) {
  double reach = 0.0;
  std::vector<std::string> names, limits;
  for (std::size_t i = 0; i < rows.pools.size(); ++i) {
    if (row.counts[i] == 0) continue;
    const FleetPool& pool = problem.pools[rows.pools[i]];
    reach += pool.most * rows.capacity_per_s[i];
    names.emplace_back(pool.name);
    limits.push_back(fmt::format("{} of {}", pool.most, pool.name));
  }
  if (lacking_per_s(row.required_per_s, reach) == 0.0) return {};
  const std::string need = need_in_words(problem, service, row);
  const char* which = row.lost == kNothingLost ? "it may use" : "left to it";
  if (names.empty()) return {fmt::format("{}, but there is no pool {}", need, which), true};
  return {fmt::format("{}, but the pools {} ({}) hold at most {}: the limit is {}", need, which,
                      listed(names), rate(reach), listed(limits)),
          true};
}

bool is_planned_without_budget(const FleetPlanProblem& problem, const FleetPlanEffort& effort,
                               Obstacle& budget) {
  FleetPlanProblem free = problem;
  free.budget_usd_per_hour = std::numeric_limits<double>::infinity();
  const FleetPlan plan = plan_fleet(free, effort);
  if (plan.end != FleetPlanEnd::kPlanned) return false;
  // What replicas alone must cost: no switching, no misses.
  for (FleetPool& pool : free.pools) pool.switching_usd_per_hour = 0.0;
  for (FleetService& service : free.services) service.misses = {};
  const double least = plan_fleet(free, effort).lower_bound_usd_per_hour;
  budget.proven = least > problem.budget_usd_per_hour;
  budget.words = fmt::format(
      "the budget of ${:.2f}/hour is too low: the cheapest plan found without it costs ${:.2f}/hour"
      ", and none can cost less than ${:.2f}/hour",
      problem.budget_usd_per_hour, plan.cost.replicas_usd_per_hour, std::max(0.0, least));
  return true;
}

}  // namespace

Obstacle plain_obstacle(const FleetPlanProblem& problem, const std::vector<ServiceRows>& rows) {
  for (std::size_t s = 0; s < rows.size(); ++s) {
    for (const CoverRow& row : rows[s].rows) {
      Obstacle found = row_obstacle(problem, problem.services[s], rows[s], row);
      if (found.proven) return found;
    }
  }
  double floors = 0.0;
  for (const FleetPool& pool : problem.pools) floors += pool.least * pool.price_usd_per_hour;
  if (floors > problem.budget_usd_per_hour * (1.0 + 1e-9)) {
    return {fmt::format("the replicas that always run cost ${:.2f}/hour, more than the budget of "
                        "${:.2f}/hour",
                        floors, problem.budget_usd_per_hour),
            true};
  }
  return {};
}

Obstacle joint_obstacle(const FleetPlanProblem& problem, const std::vector<ServiceRows>& rows,
                        const FleetPlan& plan, const FleetPlanEffort& effort) {
  Obstacle obstacle;
  if (std::isfinite(problem.budget_usd_per_hour) &&
      is_planned_without_budget(problem, effort, obstacle)) {
    return obstacle;
  }
  std::vector<std::string> short_of, shared;
  std::vector<char> wanted(problem.pools.size(), 0);
  for (std::size_t s = 0; s < rows.size(); ++s) {
    if (plan.shortfall_per_s[s] <= 0.0) continue;
    short_of.push_back(
        fmt::format("{} (by {})", problem.services[s].name, rate(plan.shortfall_per_s[s])));
    for (const std::uint32_t p : rows[s].pools) wanted[p] = 1;
  }
  for (std::size_t p = 0; p < problem.pools.size(); ++p) {
    int used = 0;
    for (std::size_t s = 0; s < rows.size(); ++s) used += plan.at(s, p);
    if (wanted[p] != 0 && used >= problem.pools[p].most) {
      shared.push_back(fmt::format("{} of {}", problem.pools[p].most, problem.pools[p].name));
    }
  }
  obstacle.words = fmt::format(
      "too little is left for {} {}: all services together want more of the pools they share than "
      "their limits "
      "allow ({})",
      short_of.size() > 1 ? "services" : "service", listed(short_of),
      shared.empty() ? "in whole replicas" : listed(shared));
  return obstacle;
}

}  // namespace signalbox::core
