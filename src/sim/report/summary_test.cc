// SPDX-License-Identifier: Apache-2.0
#include "sim/report/summary.h"

#include <gtest/gtest.h>

#include "sim/report/sample_summaries.h"

namespace signalbox::sim {
namespace {

TEST(Summary, is_the_average_run_and_its_figures_agree_with_each_other) {
  const std::vector<MeasuredRun> runs = {
      sample_measured("s1", "signalbox", 1, {440, 400, 999'000}),
      sample_measured("s1", "signalbox", 2, {460, 410, 998'000})};
  const auto summaries = summarise(runs);
  ASSERT_EQ(summaries.size(), 1U);
  const PolicySummary& s = summaries[0];
  EXPECT_EQ(s.scenario, "s1");
  EXPECT_EQ(s.policy, "signalbox");
  EXPECT_EQ(s.seeds, 2);
  EXPECT_DOUBLE_EQ(s.cost_usd, 450.0);
  EXPECT_DOUBLE_EQ(*s.lower_bound_usd, 405.0);
  EXPECT_DOUBLE_EQ(*s.gap, s.cost_usd / *s.lower_bound_usd);
  EXPECT_DOUBLE_EQ(s.slo_attainment, 0.9985);
  EXPECT_DOUBLE_EQ(s.requests, 1e6);
  EXPECT_DOUBLE_EQ(s.refused, 1000.0);
  EXPECT_DOUBLE_EQ(s.p99_ms, 1420.0);
  EXPECT_DOUBLE_EQ(s.mean_in_replica_ms, 495.0);
  EXPECT_DOUBLE_EQ(*s.usd_per_1k_within_slo, 1000.0 * 900.0 / 1'997'000.0);
  EXPECT_DOUBLE_EQ(*s.goodput_per_s, 998'500.0 / 36'000.0);
  EXPECT_DOUBLE_EQ(*s.requests_per_s, 1e6 / 0.8);
  ASSERT_TRUE(s.cost_interval);
  EXPECT_EQ(*s.cost_interval, (Interval{440.0, 460.0}));
}

TEST(Summary, groups_by_scenario_and_policy_in_order_of_appearance) {
  const std::vector<MeasuredRun> runs = {
      sample_measured("s2", "lcp", 1), sample_measured("s1", "lcp", 1),
      sample_measured("s2", "afhc", 1), sample_measured("s2", "lcp", 2)};
  const auto summaries = summarise(runs);
  ASSERT_EQ(summaries.size(), 3U);
  EXPECT_EQ(summaries[0].scenario + summaries[0].policy, "s2lcp");
  EXPECT_EQ(summaries[0].seeds, 2);
  EXPECT_EQ(summaries[1].scenario + summaries[1].policy, "s1lcp");
  EXPECT_EQ(summaries[2].scenario + summaries[2].policy, "s2afhc");
}

TEST(Summary, leaves_out_what_is_not_known) {
  MeasuredRun run = sample_measured("s1", "lcp", 1);
  run.lower_bound_usd = 0.0;
  run.wall_s = 0.0;
  run.reported = Duration{};
  run.result.totals.within_objective = 0;
  const std::vector<MeasuredRun> runs = {run};
  const auto s = summarise(runs).front();
  EXPECT_FALSE(s.lower_bound_usd);
  EXPECT_FALSE(s.gap);
  EXPECT_FALSE(s.requests_per_s);
  EXPECT_FALSE(s.goodput_per_s);
  EXPECT_FALSE(s.usd_per_1k_within_slo);
  EXPECT_FALSE(s.cost_interval) << "one seed says nothing about the spread";
}

TEST(Summary, has_no_gap_when_one_of_its_runs_has_no_bound) {
  const std::vector<MeasuredRun> runs = {sample_measured("s1", "lcp", 1, {400, 390}),
                                         sample_measured("s1", "lcp", 2, {400, 0})};
  EXPECT_FALSE(summarise(runs).front().gap);
}

TEST(Summary, counts_its_speed_over_all_it_simulated_not_only_what_it_reports) {
  MeasuredRun run = sample_measured("s1", "lcp", 1);
  run.simulated_requests = 2'400'000;
  const std::vector<MeasuredRun> runs = {run};
  EXPECT_DOUBLE_EQ(*summarise(runs).front().requests_per_s, 3e6);
}

TEST(PairedComparison, uses_the_seeds_that_both_have_and_no_other) {
  const std::vector<MeasuredRun> runs = {
      sample_measured("s1", "signalbox", 1, {100}), sample_measured("s1", "signalbox", 2, {1000}),
      sample_measured("s1", "lcp", 2, {1200}),      sample_measured("s1", "lcp", 1, {120}),
      sample_measured("s1", "lcp", 3, {9999}),      sample_measured("s2", "lcp", 1, {77})};
  const auto compared = compare_to("signalbox", runs);
  ASSERT_EQ(compared.size(), 1U) << "s2 has no run of the reference";
  EXPECT_EQ(compared[0].policy, "lcp");
  EXPECT_EQ(compared[0].reference, "signalbox");
  EXPECT_EQ(compared[0].pairs, 2);
  EXPECT_DOUBLE_EQ(compared[0].cost_ratio, 1.2);
  // A day ten times as dear does not widen it: pairs are drawn together.
  EXPECT_NEAR(compared[0].cost_ratio_interval->low, 1.2, 1e-12);
  EXPECT_NEAR(compared[0].cost_ratio_interval->high, 1.2, 1e-12);
}

TEST(PairedComparison, says_by_how_much_more_or_less_was_in_time) {
  const auto compared = compare_to("signalbox", sample_comparison("s1"));
  ASSERT_EQ(compared.size(), 2U);
  EXPECT_EQ(compared[0].policy, "keda-per-unit");
  EXPECT_NEAR(compared[0].attainment_difference, -0.0421, 1e-9);
  EXPECT_LT(compared[0].attainment_difference_interval->high, 0.0);
}

}  // namespace
}  // namespace signalbox::sim
