// SPDX-License-Identifier: Apache-2.0
//
// The main job on the virtual clock: the demo's scenario with the very core that serves, no socket,
// no thread, the same result every time. What `signalbox demo` promises on real sockets is promised
// here for several seeds.
#include "sim/run/fleet_run.h"

#include <gtest/gtest.h>

#include <utility>

#include "sim/scenario/fluid_cost.h"
#include "sim/scenario/paper.h"

namespace signalbox::sim {
namespace {

FleetScenario scenario_of(PaperWaves waves) {
  FleetScenario scenario;
  scenario.fleet = std::move(waves.fleet);
  scenario.demand = waves.demand;
  scenario.length = waves.total();
  scenario.factor_spread = kPaperFactorSpread;
  scenario.faults = std::move(waves.faults);
  return scenario;
}

double paper_weighted_usd(const FleetReport& report, const core::FleetSpec& fleet) {
  return fluid_cost_usd(static_cast<double>(report.requests), fleet.units, kPaperHandSetWeights);
}

class TheMainJob : public testing::TestWithParam<std::uint64_t> {};

TEST_P(TheMainJob, loses_no_request_meets_the_objective_and_costs_less_than_the_papers_weights) {
  const FleetScenario scenario = scenario_of(paper_waves(120s));
  const FleetReport report = FleetRun(scenario, GetParam()).run();
  SCOPED_TRACE(testing::Message() << "seed " << GetParam());
  EXPECT_GT(report.requests, 2500U);
  EXPECT_EQ(report.errors, 0U);
  EXPECT_GE(report.slo_attainment(), 0.99);
  EXPECT_LE(report.p99, 2s);
  EXPECT_LT(report.cost_usd, paper_weighted_usd(report, scenario.fleet));
}

TEST_P(TheMainJob, switches_to_capacity_when_the_pool_runs_dry_and_returns) {
  const FleetReport report = FleetRun(scenario_of(paper_waves(120s)), GetParam()).run();
  ASSERT_EQ(report.mode_switches.size(), 2U);
  const auto& leaving = report.mode_switches[0];
  EXPECT_EQ(leaving.change.to, core::Mode::kCapacityOptimized);
  EXPECT_EQ(leaving.change.at, TimePoint{} + 75s);  // the instant of the fault
  EXPECT_NE(leaving.change.evidence.find("sd21-inf2-neuron"), std::string::npos);
  EXPECT_LE(leaving.reaction, 1s);
  const auto& returning = report.mode_switches[1];
  EXPECT_EQ(returning.change.to, core::Mode::kCostOptimized);
  EXPECT_GT(returning.change.at, TimePoint{} + 97500ms);  // healed then
}

TEST_P(TheMainJob, bills_what_the_provider_bills) {
  const FleetReport report = FleetRun(scenario_of(paper_waves(120s)), GetParam()).run();
  EXPECT_NEAR(report.ledger_usd, report.cost_usd, 0.001 * report.cost_usd);
}

INSTANTIATE_TEST_SUITE_P(seeds, TheMainJob, testing::Values(1, 2, 3, 4, 5));

TEST(FleetRun, equal_seeds_give_equal_decisions_byte_for_byte) {
  const FleetReport first = FleetRun(scenario_of(paper_waves(60s)), 7).run();
  const FleetReport second = FleetRun(scenario_of(paper_waves(60s)), 7).run();
  EXPECT_EQ(first.fingerprint, second.fingerprint);
  EXPECT_EQ(first.cost_usd, second.cost_usd);
  const FleetReport other = FleetRun(scenario_of(paper_waves(60s)), 8).run();
  EXPECT_NE(first.fingerprint, other.fingerprint);
}

TEST(FleetRun, without_faults_everything_stays_on_the_cheapest_unit_in_cost_mode) {
  FleetScenario scenario = scenario_of(paper_waves(120s));
  scenario.faults.clear();
  const FleetReport report = FleetRun(scenario, 1).run();
  EXPECT_EQ(report.errors, 0U);
  EXPECT_TRUE(report.mode_switches.empty());
  EXPECT_GT(report.forwarded[0], report.requests * 95 / 100);
}

TEST(FleetRun, a_crash_of_the_whole_busiest_unit_without_a_word_costs_no_request) {
  FleetScenario scenario = scenario_of(paper_waves(120s));
  Fault crash;
  crash.crash = 1.0;
  scenario.faults = {{30s, UnitId(0), crash}};  // at the first peak
  const FleetReport report = FleetRun(scenario, 1).run();
  EXPECT_EQ(report.errors, 0U);
  EXPECT_GE(report.slo_attainment(), 0.95);
}

TEST(FleetRun, a_unit_that_answers_errors_is_not_the_only_one_asked_for_long) {
  FleetScenario scenario = scenario_of(paper_waves(120s));
  Fault errors;
  errors.error_rate = 1.0;
  Fault heal;
  heal.heal = true;
  scenario.faults = {{30s, UnitId(0), errors}, {35s, UnitId(0), heal}};
  const FleetReport report = FleetRun(scenario, 1).run();
  // Errors are passed on (no retry budget is configured); ejection bounds how many there are.
  EXPECT_GT(report.errors, 0U);
  EXPECT_LT(report.errors, 400U);
}

}  // namespace
}  // namespace signalbox::sim
