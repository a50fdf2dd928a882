// SPDX-License-Identifier: Apache-2.0
#include "sim/report/history_charts.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/report/frontier.h"
#include "sim/report/sample_runs.h"
#include "sim/report/sample_summaries.h"

namespace signalbox::sim {
namespace {

const TimeAxis kHours;

TEST(HistoryCharts, shares_add_up_to_one_wherever_there_was_traffic) {
  const RunResult run = sample_run({.story = SampleRun::Story::kWeights, .waves = 1});
  const ThinnedHistory history = thinned(run, 600);
  const Chart chart = share_chart({run, history, kHours});
  ASSERT_EQ(chart.series.size(), 5U);
  for (std::size_t i = 0; i < history.points.size(); ++i) {
    double sum = 0.0;
    for (const Series& series : chart.series) sum += series.y[i];
    if (!std::isnan(sum)) {
      EXPECT_NEAR(sum, 1.0, 1e-12);
    }
  }
  EXPECT_NE(chart.description.find("sd21-inf2-neuron 40 %"), std::string::npos)
      << chart.description;
}

TEST(HistoryCharts, leave_a_hole_where_nothing_was_served) {
  RunResult run;
  run.units = {"a"};
  run.history.resize(2);
  run.history[1].from = TimePoint{} + 1min;
  run.history[1].forwarded = {3};
  run.history[1].arrivals = 3;
  const ThinnedHistory history = thinned(run, 600);
  const Chart chart = share_chart({run, history, kHours});
  EXPECT_TRUE(std::isnan(chart.series[0].y[0]));
  EXPECT_EQ(chart.series[0].y[1], 1.0);
  EXPECT_TRUE(std::isnan(latency_chart({run, history, kHours}, 2s).series[0].y[0]));
}

TEST(HistoryCharts, show_the_bound_only_where_it_was_computed) {
  const RunResult with = sample_run({.waves = 1});
  const RunResult without = sample_run({.waves = 1, .bound = false});
  EXPECT_EQ(cost_chart({with, thinned(with, 600), kHours}).series.size(), 2U);
  EXPECT_EQ(cost_chart({without, thinned(without, 600), kHours}).series.size(), 1U);
}

TEST(HistoryCharts, count_rates_per_second_whatever_the_points_stand_for) {
  const RunResult run = sample_run({.story = SampleRun::Story::kWeights});
  for (const std::size_t most : {2700U, 600U, 7U}) {
    const ThinnedHistory history = thinned(run, most);
    const Chart chart = rate_chart({run, history, kHours});
    double requests = 0.0;
    for (std::size_t i = 0; i < history.points.size(); ++i) {
      requests += chart.series[0].y[i] * to_seconds(history.points[i].length);
    }
    EXPECT_NEAR(requests, static_cast<double>(run.totals.requests), 1.0);
  }
}

TEST(CapacityMode, lasts_from_one_change_to_the_next_and_what_is_open_to_the_end) {
  RunResult run = sample_run({});
  const auto windows = capacity_mode_windows(run);
  ASSERT_EQ(windows.size(), 1U);
  EXPECT_EQ(windows[0].from, sample_shortage().from);
  EXPECT_EQ(windows[0].to, sample_shortage().to);
  run.mode_changes.pop_back();
  EXPECT_EQ(capacity_mode_windows(run)[0].to, 45h);
  const RunResult always = sample_run({.story = SampleRun::Story::kCap, .waves = 1});
  EXPECT_EQ(capacity_mode_windows(always)[0].length(), 15h);
  EXPECT_TRUE(capacity_mode_windows({}).empty());
}

TEST(TimeAxis, names_instants_by_hour_or_by_the_clock) {
  EXPECT_EQ(TimeAxis{}.text(18h + 45min), "18 h 45 min");
  EXPECT_EQ(TimeAxis{12h}.text(9h + 20min), "21:20");
  EXPECT_EQ(TimeAxis{12h}.text(13h + 5min), "day 2, 01:05");
}

TEST(Frontier, is_relative_to_the_bound_only_when_every_policy_has_one) {
  auto runs = sample_comparison("s1");
  const FrontierChart relative = frontier_chart(summarise(runs), "signalbox", 0.99);
  EXPECT_TRUE(relative.has_bound);
  EXPECT_NEAR(relative.target_miss_share, 0.01, 1e-12);
  EXPECT_TRUE(relative.points[0].highlighted);
  EXPECT_FALSE(relative.points[1].highlighted);
  EXPECT_NEAR(relative.points[1].miss_share, 0.0425, 1e-12);
  EXPECT_LE(relative.points[1].miss_share_low, relative.points[1].miss_share);
  EXPECT_LE(relative.points[1].cost, relative.points[1].cost_high);
  runs[0].lower_bound_usd = 0.0;
  const FrontierChart absolute = frontier_chart(summarise(runs), "signalbox", 0.99);
  EXPECT_FALSE(absolute.has_bound);
  EXPECT_EQ(absolute.points[0].cost, 445.0);
}

}  // namespace
}  // namespace signalbox::sim
