// SPDX-License-Identifier: Apache-2.0
//
// Joint plans: cases worked by hand, words for what cannot be, and properties on fleets too large
// to look at every plan of. Against the exact optimum it is tested in solve/fleet_optimum_test.cc.
#include "core/scale/fleet_plan.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace signalbox::core {
namespace {

using Counts = std::vector<int>;

FleetPool pool(std::string_view name, double price, int most, std::uint32_t zone = 0,
               std::uint32_t unit = 0) {
  FleetPool made;
  made.name = name;
  made.price_usd_per_hour = price;
  made.most = most;
  made.zone = zone;
  made.unit = unit;
  return made;
}

FleetService service(std::string_view name, std::vector<double> capacity, double required) {
  FleetService made;
  made.name = name;
  made.capacity_per_s = std::move(capacity);
  made.classes = {{"", required, {}}};
  return made;
}

TEST(PlanFleet, nothing_asked_for_is_nothing_planned) {
  FleetPlanProblem problem;
  problem.pools = {pool("g5", 1.0, 5)};
  problem.services = {service("chat", {2.0}, 0.0)};
  const FleetPlan plan = plan_fleet(problem);
  EXPECT_EQ(plan.end, FleetPlanEnd::kPlanned);
  EXPECT_EQ(plan.replicas, Counts{0});
  EXPECT_EQ(plan.cost.total(), 0.0);
  EXPECT_EQ(plan.gap(), 0.0);
  EXPECT_TRUE(plan_fleet({}).replicas.empty());
}

TEST(PlanFleet, the_service_that_gains_most_gets_what_is_scarce) {
  // Both pay least per request on inf2, of which there are three. Each replica of it saves images a
  // half of what g5 would cost, and chat a sixth.
  FleetPlanProblem problem;
  problem.pools = {pool("inf2", 0.5, 3), pool("g5", 1.0, 9)};
  problem.services = {service("chat", {1.5, 2.5}, 5.0), service("images", {1.0, 1.0}, 4.0)};
  const FleetPlan plan = plan_fleet(problem);
  EXPECT_EQ(plan.replicas, (Counts{0, 2, 3, 1}));
  EXPECT_NEAR(plan.cost.total(), 4.5, 1e-9);
  EXPECT_GT(plan.pool_price_usd_per_hour[0], 0.0) << "one more inf2 would save something";
  EXPECT_EQ(plan.pool_price_usd_per_hour[1], 0.0);
}

TEST(PlanFleet, what_is_paid_for_anyway_comes_first) {
  FleetPlanProblem problem;
  problem.pools = {pool("cloud", 1.0, 9), pool("own", 0.0, 2)};
  problem.services = {service("chat", {1.0, 1.0}, 5.0)};
  EXPECT_EQ(plan_fleet(problem).replicas, (Counts{3, 2}));
}

TEST(PlanFleet, replicas_that_run_anyway_are_used_and_paid_for_once) {
  FleetPlanProblem problem;
  problem.pools = {pool("cheap", 0.5, 9), pool("floor", 1.0, 9)};
  problem.pools[1].least = 2;
  problem.services = {service("chat", {1.0, 1.0}, 3.0)};
  const FleetPlan plan = plan_fleet(problem);
  EXPECT_EQ(plan.replicas, (Counts{1, 2}));
  EXPECT_NEAR(plan.cost.total(), 2.5, 1e-9);

  problem.services = {service("chat", {1.0, 0.0}, 3.0)};
  const FleetPlan spare = plan_fleet(problem);
  EXPECT_EQ(spare.spare, (Counts{0, 2})) << "nobody can use them, and they are paid for";
  EXPECT_NEAR(spare.cost.total(), 3.5, 1e-9);
  EXPECT_LE(spare.lower_bound_usd_per_hour, 3.5);
  EXPECT_GE(spare.lower_bound_usd_per_hour, 3.49);
}

TEST(PlanFleet, a_class_stays_where_it_may_be_though_elsewhere_is_cheaper) {
  FleetPlanProblem problem;
  problem.pools = {pool("us", 0.5, 9), pool("eu", 1.0, 9)};
  problem.services = {service("chat", {1.0, 1.0}, 0.0)};
  problem.services[0].classes = {{"any", 3.0, {}}, {"eu-only", 2.0, {0, 1}}};
  EXPECT_EQ(plan_fleet(problem).replicas, (Counts{3, 2}));
}

TEST(PlanFleet, what_outlives_a_zone_is_spread_over_three_of_them) {
  FleetPlanProblem problem;
  problem.pools = {pool("a", 1.0, 9, 0), pool("b", 1.0, 9, 1), pool("c", 1.0, 9, 2)};
  problem.services = {service("chat", {1.0, 1.0, 1.0}, 4.0)};
  problem.services[0].resilience = Resilience::kZone;
  const FleetPlan plan = plan_fleet(problem);
  EXPECT_EQ(plan.replicas, (Counts{2, 2, 2})) << "two zones of four would cost eight";
  EXPECT_LE(plan.gap(), 0.01);
}

TEST(PlanFleet, what_outlives_a_unit_stands_on_two) {
  FleetPlanProblem problem;
  problem.pools = {pool("a", 1.0, 9, 0, 0), pool("b", 1.1, 9, 1, 0), pool("c", 5.0, 9, 0, 1)};
  problem.services = {service("chat", {1.0, 1.0, 1.0}, 2.0)};
  problem.services[0].resilience = Resilience::kUnit;
  EXPECT_EQ(plan_fleet(problem).replicas, (Counts{2, 0, 2}));
}

TEST(PlanFleet, misses_are_bought_off_as_long_as_that_pays) {
  FleetPlanProblem problem;
  problem.pools = {pool("g5", 1.0, 9)};
  problem.services = {service("chat", {1.0}, 0.0)};
  // The first three requests/s are worth more than a replica each, the rest less.
  problem.services[0].misses.pieces = {{3.0, 1.5}, {6.0, 0.4}};
  const FleetPlan plan = plan_fleet(problem);
  EXPECT_EQ(plan.replicas, Counts{3});
  EXPECT_NEAR(plan.cost.misses_usd_per_hour, 1.2, 1e-9);
  EXPECT_NEAR(plan.lower_bound_usd_per_hour, plan.cost.total(), 1e-3);
}

TEST(PlanFleet, present_replicas_are_kept_against_a_few_cents) {
  FleetPlanProblem problem;
  problem.pools = {pool("old", 1.03, 9), pool("new", 1.0, 9)};
  problem.pools[0].switching_usd_per_hour = problem.pools[1].switching_usd_per_hour = 0.05;
  problem.services = {service("chat", {1.0, 1.0}, 2.0)};
  problem.services[0].present = {2, 0};
  EXPECT_EQ(plan_fleet(problem).replicas, (Counts{2, 0}));
  problem.services[0].present = {0, 0};
  EXPECT_EQ(plan_fleet(problem).replicas, (Counts{0, 2}));
}

TEST(PlanFleet, the_budget_is_spent_where_it_prevents_most) {
  FleetPlanProblem problem;
  problem.pools = {pool("g5", 1.0, 20)};
  problem.services = {service("chat", {1.0}, 0.0), service("images", {1.0}, 0.0)};
  problem.services[0].misses.pieces = {{5.0, 3.0}};
  problem.services[1].misses.pieces = {{5.0, 2.0}};
  problem.budget_usd_per_hour = 7.0;
  const FleetPlan plan = plan_fleet(problem);
  EXPECT_EQ(plan.end, FleetPlanEnd::kPlanned);
  EXPECT_EQ(plan.replicas, (Counts{5, 2}));
}

TEST(PlanFleet, says_which_limits_a_class_runs_into) {
  FleetPlanProblem problem;
  problem.pools = {pool("g5/us", 0.5, 99), pool("inf2/eu", 1.0, 3)};
  problem.services = {service("chat", {1.0, 2.5}, 0.0)};
  problem.services[0].classes = {{"any", 3.0, {}}, {"eu-only", 12.0, {0, 1}}};
  const FleetPlan plan = plan_fleet(problem);
  EXPECT_EQ(plan.end, FleetPlanEnd::kImpossible);
  EXPECT_EQ(plan.binding,
            "class eu-only of service chat needs 12.0/s, but the pools it may use (inf2/eu) hold "
            "at most 7.5/s: the limit is 3 of inf2/eu");
  EXPECT_EQ(plan.at(0, 1), 3) << "what there is is used all the same";
  EXPECT_NEAR(plan.shortfall_per_s[0], 4.5, 1e-9);
}

TEST(PlanFleet, says_which_loss_cannot_be_outlived) {
  FleetPlanProblem problem;
  problem.pools = {pool("g5/a", 0.5, 99, 0), pool("g5/b", 0.5, 2, 1)};
  problem.services = {service("chat", {1.0, 1.0}, 4.0)};
  problem.services[0].resilience = Resilience::kZone;
  problem.zone_names = {"eu-1", "eu-2"};
  EXPECT_EQ(plan_fleet(problem).binding,
            "service chat needs 4/s even after the loss of zone eu-1, but the pools left to it "
            "(g5/b) hold at most 2/s: the limit is 2 of g5/b");
  problem.pools[1].zone = 0;
  EXPECT_EQ(plan_fleet(problem).binding,
            "service chat needs 4/s even after the loss of zone eu-1, but there is no pool left to "
            "it");
}

TEST(PlanFleet, says_that_the_budget_is_too_low_and_what_would_do) {
  FleetPlanProblem problem;
  problem.pools = {pool("g5", 1.0, 99)};
  problem.services = {service("chat", {1.0}, 5.0)};
  problem.budget_usd_per_hour = 3.0;
  const FleetPlan plan = plan_fleet(problem);
  EXPECT_EQ(plan.end, FleetPlanEnd::kImpossible);
  EXPECT_EQ(plan.binding,
            "the budget of $3.00/hour is too low: the cheapest plan found without it costs "
            "$5.00/hour, and none can cost less than $5.00/hour");
  EXPECT_LE(plan.cost.replicas_usd_per_hour, 3.0) << "the nearest plan keeps the budget";
  problem.pools[0].least = 4;
  EXPECT_EQ(plan_fleet(problem).binding,
            "the replicas that always run cost $4.00/hour, more than the budget of $3.00/hour");
}

TEST(PlanFleet, says_what_services_take_from_each_other) {
  FleetPlanProblem problem;
  problem.pools = {pool("g5", 1.0, 5)};
  problem.services = {service("chat", {1.0}, 4.0), service("images", {1.0}, 4.0)};
  const FleetPlan plan = plan_fleet(problem);
  EXPECT_EQ(plan.end, FleetPlanEnd::kImpossible);
  EXPECT_NE(
      plan.binding.find("want more of the pools they share than their limits allow (5 of g5)"),
      std::string::npos)
      << plan.binding;
}

FleetPlanProblem arbitrary_fleet(double load) {
  static const std::vector<std::string> kNames = {"a", "b", "c", "d", "e", "f", "g", "h"};
  FleetPlanProblem problem;
  const std::size_t pools = *rc::gen::inRange<std::size_t>(2, 9);
  for (std::size_t p = 0; p < pools; ++p) {
    FleetPool made = pool(kNames[p], *rc::gen::inRange(0, 300) / 100.0, *rc::gen::inRange(0, 30),
                          *rc::gen::inRange(0u, 3u), *rc::gen::inRange(0u, 4u));
    made.switching_usd_per_hour = *rc::gen::element(0.0, 0.05) * made.price_usd_per_hour;
    made.least = *rc::gen::inRange(0, 4) == 0 ? made.most / 3 : 0;
    problem.pools.push_back(made);
  }
  const std::size_t services = *rc::gen::inRange<std::size_t>(1, 7);
  for (std::size_t s = 0; s < services; ++s) {
    FleetService made = service(kNames[s], {}, load * *rc::gen::inRange(0, 1500) / 100.0);
    for (std::size_t p = 0; p < pools; ++p) {
      made.capacity_per_s.push_back(std::max(0, *rc::gen::inRange(-100, 400)) / 100.0);
      made.present.push_back(*rc::gen::inRange(0, 4));
    }
    if (*rc::gen::inRange(0, 3) == 0) {
      DemandClass bound{"bound", load * *rc::gen::inRange(0, 500) / 100.0, {}};
      for (std::size_t p = 0; p < pools; ++p) bound.may_use.push_back(p % 2 == 0 ? 1 : 0);
      made.classes.push_back(bound);
    }
    made.resilience = *rc::gen::element(Resilience::kNone, Resilience::kNone, Resilience::kZone,
                                        Resilience::kUnit);
    if (*rc::gen::inRange(0, 2) == 0) made.misses.pieces = {{5.0, 2.0}, {20.0, 0.7}, {25.0, 0.1}};
    problem.services.push_back(made);
  }
  if (*rc::gen::inRange(0, 3) == 0) {
    problem.budget_usd_per_hour = *rc::gen::inRange(100, 6000) / 100.0;
  }
  return problem;
}

RC_GTEST_PROP(PlanFleet, keeps_every_constraint_or_says_what_binds, ()) {
  const FleetPlanProblem problem = arbitrary_fleet(*rc::gen::element(0.03, 0.1, 0.3, 1.0));
  const FleetPlan plan = plan_fleet(problem);
  RC_CLASSIFY(plan.end == FleetPlanEnd::kPlanned, "planned");
  if (plan.end == FleetPlanEnd::kPlanned) {
    RC_ASSERT(broken_constraint(problem, plan.replicas) == "");
    RC_ASSERT(plan.binding.empty());
    RC_ASSERT(plan.lower_bound_usd_per_hour <= plan.cost.total() + 1e-9);
    RC_ASSERT(plan.gap() >= -1e-9 && plan.gap() <= 1.0);
    return;
  }
  RC_ASSERT(!plan.binding.empty());
  // Too little is no excuse for too much: limits hold, whatever is lacking.
  for (std::size_t p = 0; p < problem.pools.size(); ++p) {
    int used = 0;
    for (std::size_t s = 0; s < problem.services.size(); ++s) used += plan.at(s, p);
    RC_ASSERT(used <= problem.pools[p].most);
  }
}

RC_GTEST_PROP(PlanFleet, equal_fleets_get_equal_plans, ()) {
  const FleetPlanProblem problem = arbitrary_fleet(0.1);
  const FleetPlan once = plan_fleet(problem);
  const FleetPlan again = plan_fleet(problem);
  RC_ASSERT(once.replicas == again.replicas);
  RC_ASSERT(once.lower_bound_usd_per_hour == again.lower_bound_usd_per_hour);
}

// More demand cannot make any plan cheaper: what is proven of the smaller demand holds for every
// plan of the larger one, and dearer prices likewise.
RC_GTEST_PROP(PlanFleet, more_demand_and_dearer_prices_never_cost_less_than_what_was_proven, ()) {
  const FleetPlanProblem problem = arbitrary_fleet(0.1);
  const FleetPlan plan = plan_fleet(problem);
  if (plan.end != FleetPlanEnd::kPlanned) return;
  FleetPlanProblem more = problem;
  for (auto& asked : more.services) {
    for (auto& part : asked.classes) part.required_per_s *= 1.2;
  }
  FleetPlanProblem dearer = problem;
  for (auto& made : dearer.pools) made.price_usd_per_hour *= 1.3;
  for (const FleetPlanProblem& harder : {more, dearer}) {
    const FleetPlan other = plan_fleet(harder);
    if (other.end != FleetPlanEnd::kPlanned) continue;
    RC_ASSERT(other.cost.total() >= plan.lower_bound_usd_per_hour - 1e-9);
  }
}

RC_GTEST_PROP(PlanFleet, little_effort_proves_nothing_false, ()) {
  const FleetPlanProblem problem = arbitrary_fleet(0.1);
  FleetPlanEffort little;
  little.price_steps = 10;
  const FleetPlan hasty = plan_fleet(problem, little);
  const FleetPlan plan = plan_fleet(problem);
  if (plan.end != FleetPlanEnd::kPlanned) return;
  RC_ASSERT(hasty.lower_bound_usd_per_hour <= plan.cost.total() + 1e-9);
}

}  // namespace
}  // namespace signalbox::core
