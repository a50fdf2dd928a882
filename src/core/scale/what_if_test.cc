// SPDX-License-Identifier: Apache-2.0
//
// Questions about a fleet that does not run yet, on the paper's units.
#include "core/scale/what_if.h"

#include <gtest/gtest.h>

#include <string>

#include "core/scale/staffing.h"

namespace signalbox::core {
namespace {

UnitSpec unit(std::string name, std::string hardware, std::string zone, double plateau_per_s,
              double price) {
  UnitSpec made;
  made.name = std::move(name);
  made.hardware = std::move(hardware);
  made.zone = std::move(zone);
  made.price_usd_per_hour = price;
  made.profile = Profile::single_server(plateau_per_s, 0.05);
  made.managed = true;
  made.max_replicas = 40;
  return made;
}

FleetSpec paper() {
  FleetSpec spec;
  spec.units = {unit("inf2", "inf2.xlarge", "a", 2.05, 0.7582),
                unit("g5", "g5.xlarge", "b", 1.667, 1.0060),
                unit("g6", "g6.xlarge", "b", 1.083, 0.8048)};
  ServiceSpec service;
  service.name = "sd21";
  service.units = {UnitId(0), UnitId(1), UnitId(2)};
  spec.services = {service};
  return spec;
}

WhatIf demand(double per_s) {
  WhatIf what_if;
  what_if.demand_per_s = {per_s};
  return what_if;
}

TEST(WhatIf, asks_for_the_capacity_that_the_pooled_queue_needs) {
  const FleetSpec spec = paper();
  const WhatIfQuestion question = ask_what_if(spec, demand(40.0));
  EXPECT_DOUBLE_EQ(question.required_per_s[0],
                   required_capacity_per_s(40.0, spec.units[0].profile.latency(1), 0.05,
                                           spec.services[0].objective));
  EXPECT_EQ(plan_fleet(question.problem).at(0, 0), 21) << "41.5 at 2.05 each";
}

TEST(WhatIf, what_is_lost_is_not_used) {
  const FleetSpec spec = paper();
  WhatIf what_if = demand(40.0);
  what_if.lost = {UnitId(0)};
  const FleetPlan plan = plan_fleet(ask_what_if(spec, what_if).problem);
  EXPECT_EQ(plan.end, FleetPlanEnd::kPlanned);
  EXPECT_EQ(plan.at(0, 0), 0);
  EXPECT_GT(plan.at(0, 1), 20);
}

TEST(WhatIf, a_unit_too_slow_for_the_objective_is_no_help) {
  const FleetSpec spec = paper();
  WhatIf what_if = demand(10.0);
  what_if.latency_factor = 0.4;  // of 2 s: g6 takes 923 ms
  const WhatIfQuestion question = ask_what_if(spec, what_if);
  EXPECT_GT(question.problem.services[0].capacity_per_s[1], 0.0);
  EXPECT_EQ(question.problem.services[0].capacity_per_s[2], 0.0);
}

TEST(WhatIf, an_objective_that_nobody_meets_is_said_to_be_hopeless) {
  const FleetSpec spec = paper();
  WhatIf what_if = demand(10.0);
  what_if.latency_factor = 0.1;
  EXPECT_EQ(ask_what_if(spec, what_if).hopeless,
            "service sd21 owes its clients an answer within 200 ms, but its fastest unit, inf2, "
            "takes 488 ms");
}

TEST(WhatIf, what_is_paid_for_anyway_costs_nothing_more_and_fixed_servers_are_there) {
  FleetSpec spec = paper();
  spec.units[1].tier = Tier::kOwned;
  spec.units[2].managed = false;
  spec.units[2].endpoints = {{"10.0.0.1", 80}, {"10.0.0.2", 80}};
  const FleetPlanProblem problem = ask_what_if(spec, demand(1.0)).problem;
  EXPECT_EQ(problem.pools[1].price_usd_per_hour, 0.0);
  EXPECT_EQ(problem.pools[2].least, 2);
  EXPECT_EQ(problem.pools[2].most, 2);
}

TEST(WhatIf, the_budget_of_the_guardrails_is_the_ceiling) {
  FleetSpec spec = paper();
  spec.control.guardrails.budget_usd_per_hour = 5.0;
  const FleetPlan plan = plan_fleet(ask_what_if(spec, demand(40.0)).problem);
  EXPECT_EQ(plan.end, FleetPlanEnd::kImpossible);
  EXPECT_NE(plan.binding.find("the budget of $5.00/hour is too low"), std::string::npos)
      << plan.binding;
}

TEST(WhatIf, units_of_one_kind_are_lost_together_wherever_they_stand) {
  FleetSpec spec = paper();
  spec.units[1].hardware = "inf2.xlarge";
  WhatIf what_if = demand(10.0);
  what_if.resilience = Resilience::kUnit;
  const FleetPlanProblem problem = ask_what_if(spec, what_if).problem;
  EXPECT_EQ(problem.pools[0].unit, problem.pools[1].unit);
  EXPECT_NE(problem.pools[0].unit, problem.pools[2].unit);
  EXPECT_EQ(problem.services[0].resilience, Resilience::kUnit);
}

TEST(WhatIf, resilience_is_no_question_where_there_is_nothing_else) {
  FleetSpec spec = paper();
  EXPECT_EQ(no_such_resilience(spec, Resilience::kNone), "");
  EXPECT_EQ(no_such_resilience(spec, Resilience::kZone), "");
  EXPECT_EQ(no_such_resilience(spec, Resilience::kUnit), "");
  spec.units[0].zone = "b";
  EXPECT_EQ(no_such_resilience(spec, Resilience::kZone),
            "all units of service sd21 are in one zone");
  spec.units[2].zone = "";
  EXPECT_EQ(no_such_resilience(spec, Resilience::kZone), "unit g6 has no zone");
  for (auto& each : spec.units) each.hardware = "h";
  EXPECT_EQ(no_such_resilience(spec, Resilience::kUnit),
            "all units of service sd21 are of one kind");
}

TEST(RunnerUp, is_the_cheapest_plan_without_a_unit_that_is_used) {
  const FleetSpec spec = paper();
  const FleetPlan plan = plan_fleet(ask_what_if(spec, demand(40.0)).problem);
  const auto second = runner_up(spec, demand(40.0), plan);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->without, UnitId(0));
  EXPECT_EQ(second->plan.end, FleetPlanEnd::kPlanned);
  EXPECT_GE(second->plan.cost.total(), plan.cost.total());
}

TEST(RunnerUp, says_what_breaks_when_nothing_else_would_do) {
  FleetSpec spec = paper();
  spec.units[1].max_replicas = spec.units[2].max_replicas = 1;
  const FleetPlan plan = plan_fleet(ask_what_if(spec, demand(40.0)).problem);
  const auto second = runner_up(spec, demand(40.0), plan);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->plan.end, FleetPlanEnd::kImpossible);
  EXPECT_NE(second->plan.binding.find("hold at most 2.75/s"), std::string::npos)
      << second->plan.binding;
}

TEST(RunnerUp, is_none_where_nothing_is_used) {
  const FleetSpec spec = paper();
  EXPECT_FALSE(runner_up(spec, demand(0.0), plan_fleet(ask_what_if(spec, demand(0.0)).problem)));
}

}  // namespace
}  // namespace signalbox::core
