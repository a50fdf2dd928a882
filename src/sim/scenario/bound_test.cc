// SPDX-License-Identifier: Apache-2.0
#include "sim/scenario/bound.h"

#include <gtest/gtest.h>

#include <memory>

#include "sim/run/control.h"
#include "sim/run/fleet_run.h"
#include "sim/scenario/paper.h"
#include "sim/scenario/s1_paper_replay.h"
#include "solve/bound_family.h"

namespace signalbox::sim {
namespace {

TEST(Bound, realised_demand_is_what_a_run_of_the_same_seed_is_asked) {
  Scenario scenario = scenario_of(paper_waves(120s));
  const RealisedDemand demand(scenario, 3, Duration{});
  auto control = std::make_unique<SignalboxControl>(
      std::make_shared<const core::FleetSpec>(scenario.fleet), TimePoint{});
  const RunResult result = FleetRun(scenario, std::move(control), {.seed = 3}).run();
  EXPECT_EQ(demand.requests(), result.totals.requests);
  double work = 0.0;
  for (const double cell : demand.work_by_cell()) work += cell;
  EXPECT_NEAR(work, result.totals.work, 1e-6 * work);
}

TEST(Bound, what_may_be_dropped_is_at_least_the_largest_requests) {
  const Scenario scenario = scenario_of(paper_waves(60s));
  const RealisedDemand demand(scenario, 1, Duration{});
  const auto n = static_cast<double>(demand.requests());
  EXPECT_DOUBLE_EQ(demand.droppable_work(0.0), 0.0);
  EXPECT_GE(demand.droppable_work(0.1), 0.1 * n);
  EXPECT_LE(demand.droppable_work(0.1), (0.1 * n + 1.0) * 1.05);
  EXPECT_GE(demand.droppable_work(1.0), n * 0.99);
}

TEST(Bound, no_run_of_the_core_costs_less_than_the_bound_at_its_own_misses) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Scenario scenario = scenario_of(paper_waves(600s));
    const RealisedDemand demand(scenario, seed, Duration{});
    auto control = std::make_unique<SignalboxControl>(
        std::make_shared<const core::FleetSpec>(scenario.fleet), TimePoint{});
    const RunResult result = FleetRun(scenario, std::move(control), {.seed = seed}).run();
    const double missed = 1.0 - result.totals.slo_attainment();
    const auto family = solve::BoundFamily::build(fleet_problem(scenario, demand, 5s),
                                                  {0.0, demand.droppable_work(0.05)});
    ASSERT_TRUE(family.ok()) << family.error().message;
    const double bound = family->bound_usd(demand.droppable_work(missed));
    EXPECT_GT(bound, 0.3 * result.billed_usd);
    EXPECT_LE(bound, result.billed_usd);
  }
}

TEST(Bound, a_shortage_a_cap_and_a_loss_are_in_the_problem) {
  const Scenario scenario = s1_paper_replay(PaperFaults::kShortageAndLoss);
  const RealisedDemand demand(scenario, 1, scenario.report_from);
  const auto problem = fleet_problem(scenario, demand, 600s);
  EXPECT_TRUE(solve::contradiction(problem).empty()) << solve::contradiction(problem);
  ASSERT_EQ(problem.units.size(), 5U);
  const auto& inf2 = problem.units[0];
  EXPECT_FALSE(inf2.may_grow.at(6));  // an hour after 22.5 h: refused since 18.75 h
  EXPECT_TRUE(inf2.may_grow.at(60));  // 32.5 h: healed at 30 h
  EXPECT_LT(inf2.kept.at(0), 1.0);    // half is lost as the window begins
  const auto& g6 = problem.units[3];
  EXPECT_FALSE(g6.may_grow.at(90));  // 37.5 h: capped
  EXPECT_TRUE(g6.may_grow.at(110));  // 40.8 h
}

}  // namespace
}  // namespace signalbox::sim
