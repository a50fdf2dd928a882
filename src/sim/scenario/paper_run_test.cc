// SPDX-License-Identifier: Apache-2.0
//
// The main job on the virtual clock: the demo's scenario with the very core that serves, no socket,
// no thread, the same result every time. What `signalbox demo` promises on real sockets is promised
// here for several seeds.
#include <gtest/gtest.h>

#include <memory>

#include "sim/run/control.h"
#include "sim/run/fleet_run.h"
#include "sim/scenario/fluid_cost.h"
#include "sim/scenario/paper.h"

namespace signalbox::sim {
namespace {

Scenario demo(Duration length) { return scenario_of(paper_waves(length)); }

RunResult run(const Scenario& scenario, std::uint64_t seed) {
  auto control = std::make_unique<SignalboxControl>(
      std::make_shared<const core::FleetSpec>(scenario.fleet), TimePoint{});
  return FleetRun(scenario, std::move(control), {.seed = seed}).run();
}

// Refused, broken or never answered.
std::uint64_t errors(const RunResult& result) {
  return result.totals.requests - result.totals.answered;
}

double paper_weighted_usd(const RunResult& result, const core::FleetSpec& fleet) {
  return fluid_cost_usd(static_cast<double>(result.totals.requests), fleet.units,
                        kPaperHandSetWeights);
}

class TheMainJob : public testing::TestWithParam<std::uint64_t> {};

TEST_P(TheMainJob, loses_no_request_meets_the_objective_and_costs_less_than_the_papers_weights) {
  const Scenario scenario = demo(120s);
  const RunResult report = run(scenario, GetParam());
  SCOPED_TRACE(testing::Message() << "seed " << GetParam());
  EXPECT_GT(report.totals.requests, 2500U);
  EXPECT_EQ(errors(report), 0U);
  EXPECT_GE(report.totals.slo_attainment(), 0.99);
  EXPECT_LE(report.totals.p99, 2s);
  EXPECT_LT(report.billed_usd, paper_weighted_usd(report, scenario.fleet));
}

TEST_P(TheMainJob, switches_to_capacity_when_the_pool_runs_dry_and_returns) {
  const RunResult report = run(demo(120s), GetParam());
  ASSERT_EQ(report.mode_changes.size(), 2U);
  const auto& leaving = report.mode_changes[0];
  EXPECT_EQ(leaving.to, core::Mode::kCapacityOptimized);
  EXPECT_EQ(leaving.at, TimePoint{} + 75s);  // the instant of the fault
  EXPECT_NE(leaving.evidence.find("sd21-inf2-neuron"), std::string::npos);
  EXPECT_LE(report.reactions[0], 1s);
  EXPECT_GT(report.reactions[0], Duration{});
  const auto& returning = report.mode_changes[1];
  EXPECT_EQ(returning.to, core::Mode::kCostOptimized);
  EXPECT_GT(returning.at, TimePoint{} + 97500ms);  // healed then
}

TEST_P(TheMainJob, bills_what_the_provider_bills) {
  const RunResult report = run(demo(120s), GetParam());
  EXPECT_NEAR(report.ledger_usd, report.billed_usd, 0.001 * report.billed_usd);
}

INSTANTIATE_TEST_SUITE_P(seeds, TheMainJob, testing::Values(1, 2, 3, 4, 5));

TEST(FleetRun, equal_seeds_give_equal_decisions_byte_for_byte) {
  const RunResult first = run(demo(60s), 7);
  const RunResult second = run(demo(60s), 7);
  EXPECT_EQ(first.fingerprint, second.fingerprint);
  EXPECT_EQ(first.billed_usd, second.billed_usd);
  const RunResult other = run(demo(60s), 8);
  EXPECT_NE(first.fingerprint, other.fingerprint);
}

TEST(FleetRun, without_faults_everything_stays_on_the_cheapest_unit_in_cost_mode) {
  Scenario scenario = demo(120s);
  scenario.faults.clear();
  const RunResult report = run(scenario, 1);
  EXPECT_EQ(errors(report), 0U);
  EXPECT_TRUE(report.mode_changes.empty());
  EXPECT_GT(report.forwarded[0], report.totals.requests * 95 / 100);
}

TEST(FleetRun, a_crash_of_the_whole_busiest_unit_without_a_word_costs_no_request) {
  Scenario scenario = demo(120s);
  Fault crash;
  crash.crash = 1.0;
  scenario.faults = {{30s, UnitId(0), crash}};  // at the first peak
  const RunResult report = run(scenario, 1);
  EXPECT_EQ(errors(report), 0U);
  EXPECT_GE(report.totals.slo_attainment(), 0.95);
}

TEST(FleetRun, a_unit_that_answers_errors_is_not_the_only_one_asked_for_long) {
  Scenario scenario = demo(120s);
  Fault faulty;
  faulty.error_rate = 1.0;
  Fault heal;
  heal.heal = true;
  scenario.faults = {{30s, UnitId(0), faulty}, {35s, UnitId(0), heal}};
  const RunResult report = run(scenario, 1);
  // Errors are passed on (no retry budget is configured); ejection bounds how many there are.
  EXPECT_GT(errors(report), 0U);
  EXPECT_LT(errors(report), 400U);
}

}  // namespace
}  // namespace signalbox::sim
