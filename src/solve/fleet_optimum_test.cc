// SPDX-License-Identifier: Apache-2.0
//
// The exact plan against looking at every plan there is, and the fast planner against the exact
// one: its bound is below, its cost within its stated gap, its refusals true.
#include "solve/fleet_optimum.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/prng.h"

namespace signalbox::solve {
namespace {

using core::FleetPlan;
using core::FleetPlanEnd;
using core::FleetPlanProblem;
using core::plan_fleet;

double fraction(Prng& prng, int upto, double step) {
  return step * static_cast<double>(prng.below(static_cast<std::uint64_t>(upto) + 1));
}

// A fleet of a few pools and services with whatever the generator comes to: quotas, floors,
// classes, losses, switching, misses and a budget. Numbers are coarse, so that nothing is decided
// by rounding.
FleetPlanProblem draw_tiny(std::uint64_t seed, std::size_t most_services) {
  Prng prng(seed);
  const auto flip = [&](double share) { return prng.uniform() < share; };
  static const std::string_view kNames[] = {"a", "b", "c", "d", "e"};
  FleetPlanProblem problem;
  const std::size_t pools = 1 + prng.below(4);
  for (std::size_t p = 0; p < pools; ++p) {
    core::FleetPool pool;
    pool.name = kNames[p];
    pool.price_usd_per_hour = flip(0.15) ? 0.0 : 0.25 + fraction(prng, 11, 0.25);
    pool.switching_usd_per_hour = flip(0.5) ? 0.0 : 0.125 * pool.price_usd_per_hour;
    pool.most = static_cast<int>(prng.below(5));
    pool.least =
        flip(0.2) ? static_cast<int>(prng.below(static_cast<std::uint64_t>(pool.most) + 1)) : 0;
    pool.unit = static_cast<std::uint32_t>(prng.below(3));
    pool.zone = static_cast<std::uint32_t>(prng.below(3));
    problem.pools.push_back(pool);
  }
  const std::size_t services = 1 + prng.below(most_services);
  for (std::size_t s = 0; s < services; ++s) {
    core::FleetService service;
    service.name = kNames[s];
    for (std::size_t p = 0; p < pools; ++p) {
      service.capacity_per_s.push_back(flip(0.2) ? 0.0 : 0.5 + fraction(prng, 8, 0.25));
      service.present.push_back(static_cast<int>(prng.below(3)));
    }
    const std::size_t classes = prng.below(3);
    for (std::size_t c = 0; c < classes; ++c) {
      core::DemandClass part{kNames[c], fraction(prng, 12, 0.25), {}};
      if (flip(0.6)) {
        for (std::size_t p = 0; p < pools; ++p) part.may_use.push_back(flip(0.7) ? 1 : 0);
      }
      service.classes.push_back(part);
    }
    if (flip(0.4))
      service.resilience = flip(0.5) ? core::Resilience::kZone : core::Resilience::kUnit;
    if (classes == 0 || flip(0.4)) {
      const double dear = 1.0 + fraction(prng, 8, 0.25);
      service.misses.pieces = {{2.0, dear}, {4.0, 0.5 * dear}, {5.0, 0.125}};
    }
    problem.services.push_back(service);
  }
  if (flip(0.25)) problem.budget_usd_per_hour = 1.0 + fraction(prng, 40, 0.25);
  return problem;
}

// The least total of all plans there are; infinite when none keeps the constraints.
double cheapest_of_all(const FleetPlanProblem& problem) {
  double best = std::numeric_limits<double>::infinity();
  std::vector<int> replicas(problem.services.size() * problem.pools.size(), 0);
  const auto next = [&](auto&& self, std::size_t place) -> void {
    if (place == replicas.size()) {
      if (!core::broken_constraint(problem, replicas).empty()) return;
      best = std::min(best, core::cost_of(problem, replicas).total());
      return;
    }
    const std::size_t p = place % problem.pools.size();
    const auto& service = problem.services[place / problem.pools.size()];
    const int most = service.capacity_per_s[p] > 0.0 ? problem.pools[p].most : 0;
    for (replicas[place] = 0; replicas[place] <= most; ++replicas[place]) self(self, place + 1);
    replicas[place] = 0;
  };
  next(next, 0);
  return best;
}

RC_GTEST_PROP(FleetOptimum, is_the_cheapest_of_all_plans, ()) {
  const FleetPlanProblem problem = draw_tiny(*rc::gen::arbitrary<std::uint64_t>(), 1);
  const double best = cheapest_of_all(problem);
  const FleetOptimum optimum = fleet_optimum(problem);
  RC_ASSERT(optimum.proven);
  RC_ASSERT(optimum.impossible == !std::isfinite(best));
  if (optimum.impossible) return;
  RC_ASSERT(std::abs(optimum.cost.total() - best) <= 1e-6 * (1.0 + best));
}

RC_GTEST_PROP(PlanFleet, is_never_above_the_optimum_by_more_than_its_gap, ()) {
  const FleetPlanProblem problem = draw_tiny(*rc::gen::arbitrary<std::uint64_t>(), 3);
  const FleetOptimum optimum = fleet_optimum(problem);
  RC_PRE(optimum.proven);
  const FleetPlan plan = plan_fleet(problem);
  if (plan.end == FleetPlanEnd::kImpossible) {
    RC_ASSERT(optimum.impossible);
    RC_ASSERT(!plan.binding.empty());
    return;
  }
  if (optimum.impossible) {
    RC_ASSERT(plan.end == FleetPlanEnd::kNothingFound);
    RC_ASSERT(!plan.binding.empty());
    return;
  }
  const double best = optimum.cost.total();
  RC_ASSERT(plan.lower_bound_usd_per_hour <= best + 1e-7 * (1.0 + best));
  if (plan.end != FleetPlanEnd::kPlanned) return;
  RC_ASSERT(core::broken_constraint(problem, plan.replicas) == "");
  RC_ASSERT(plan.cost.total() >= best - 1e-6 * (1.0 + best));
  RC_ASSERT(plan.cost.total() * (1.0 - plan.gap()) <= best + 1e-6 * (1.0 + best));
}

// A refusal without proof is honest, and must be rare; and what is found must be good.
TEST(PlanFleet, finds_nearly_every_plan_there_is_and_most_of_the_best) {
  int possible = 0, planned = 0, best = 0;
  double paid = 0.0, least = 0.0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const FleetPlanProblem problem = draw_tiny(seed, 3);
    const FleetOptimum optimum = fleet_optimum(problem);
    if (!optimum.proven || optimum.impossible) continue;
    ++possible;
    const FleetPlan plan = plan_fleet(problem);
    if (plan.end != FleetPlanEnd::kPlanned) continue;
    ++planned;
    paid += plan.cost.total();
    least += optimum.cost.total();
    best += plan.cost.total() <= optimum.cost.total() + 1e-6 ? 1 : 0;
  }
  RecordProperty("possible", possible);
  EXPECT_GE(possible, 150);
  EXPECT_GE(planned, possible * 97 / 100) << "of " << possible;
  EXPECT_GE(best, planned * 80 / 100) << "of " << planned;
  EXPECT_LE(paid, 1.02 * least);
}

RC_GTEST_PROP(FleetOptimum, more_demand_or_dearer_pools_never_make_the_best_plan_cheaper, ()) {
  const FleetPlanProblem problem = draw_tiny(*rc::gen::arbitrary<std::uint64_t>(), 2);
  const FleetOptimum before = fleet_optimum(problem);
  RC_PRE(before.proven && !before.impossible);
  FleetPlanProblem more = problem;
  for (auto& service : more.services) {
    for (auto& part : service.classes) part.required_per_s *= 1.25;
  }
  FleetPlanProblem dearer = problem;
  for (auto& pool : dearer.pools) pool.price_usd_per_hour += 0.25;
  for (const FleetPlanProblem& harder : {more, dearer}) {
    const FleetOptimum after = fleet_optimum(harder);
    RC_PRE(after.proven);
    if (!after.impossible) RC_ASSERT(after.cost.total() >= before.cost.total() - 1e-6);
    // And what the fast planner proves of the easier problem holds for the harder one.
    const FleetPlan plan = plan_fleet(harder);
    if (plan.end != FleetPlanEnd::kPlanned) continue;
    RC_ASSERT(plan.cost.total() >= plan_fleet(problem).lower_bound_usd_per_hour - 1e-6);
  }
}

TEST(FleetOptimum, says_when_it_ran_out_of_nodes) {
  FleetPlanProblem problem;
  Prng prng(3);
  for (int p = 0; p < 12; ++p) {
    core::FleetPool pool;
    pool.price_usd_per_hour = 1.0 + prng.uniform();
    pool.most = 40;
    problem.pools.push_back(pool);
  }
  for (int s = 0; s < 6; ++s) {
    core::FleetService service;
    for (const auto& pool : problem.pools) {
      service.capacity_per_s.push_back(pool.price_usd_per_hour * (0.9 + 0.2 * prng.uniform()));
    }
    service.classes = {{"", 30.0 + prng.uniform(), {}}};
    problem.services.push_back(service);
  }
  const FleetOptimum optimum = fleet_optimum(problem, 0);
  EXPECT_FALSE(optimum.proven);
  EXPECT_FALSE(optimum.impossible);
  EXPECT_GT(optimum.bound_usd_per_hour, 0.0);
}

}  // namespace
}  // namespace signalbox::solve
