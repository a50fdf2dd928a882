// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/rate_series.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace signalbox::sim {
namespace {

using Between = RateSeries::Between;

const std::vector<RateSeries::Point> kPoints = {{0s, 2.0}, {10s, 6.0}, {30s, 0.0}, {40s, 0.0}};

TEST(RateSeries, steps_hold_until_the_next_point) {
  const RateSeries series(kPoints, {Between::kSteps, 50s, false});
  EXPECT_EQ(series.rate_per_s(0s), 2.0);
  EXPECT_EQ(series.rate_per_s(10s - 1ns), 2.0);
  EXPECT_EQ(series.rate_per_s(10s), 6.0);
  EXPECT_EQ(series.rate_per_s(35s), 0.0);
  EXPECT_EQ(series.expected_count(0s, 50s), 20.0 + 120.0);
  EXPECT_EQ(series.expected_count(5s, 15s), 10.0 + 30.0);
}

TEST(RateSeries, lines_lead_from_point_to_point) {
  const RateSeries series(kPoints, {Between::kLines, 50s, false});
  EXPECT_NEAR(series.rate_per_s(5s), 4.0, 1e-12);
  EXPECT_NEAR(series.rate_per_s(20s), 3.0, 1e-12);
  EXPECT_NEAR(series.expected_count(0s, 50s), 40.0 + 60.0, 1e-9);
  EXPECT_NEAR(series.expected_count(0s, 5s), 15.0, 1e-9);
}

TEST(RateSeries, ends_at_its_length_or_begins_again) {
  const RateSeries once(kPoints, {Between::kSteps, 50s, false});
  EXPECT_EQ(once.rate_per_s(50s), 0.0);
  EXPECT_EQ(once.expected_count(0s, 1000s), 140.0);
  const RateSeries again(kPoints, {Between::kSteps, 50s, true});
  EXPECT_EQ(again.rate_per_s(150s), 2.0);
  EXPECT_EQ(again.expected_count(0s, 500s), 1400.0);
}

TEST(RateSeries, repeated_lines_lead_back_to_the_first_point) {
  const RateSeries series({{0s, 4.0}, {10s, 0.0}}, {Between::kLines, 20s, true});
  EXPECT_NEAR(series.rate_per_s(15s), 2.0, 1e-12);
  EXPECT_NEAR(series.rate_per_s(35s), 2.0, 1e-12);
}

TEST(RateSeries, windows_are_steps_or_lines_through_their_middles) {
  const std::vector<double> means = {1.0, 3.0};
  const auto steps = RateSeries::of_windows(means, 600s, Between::kSteps);
  EXPECT_EQ(steps.length(), 1200s);
  EXPECT_EQ(steps.rate_per_s(599s), 1.0);
  EXPECT_EQ(steps.rate_per_s(600s), 3.0);
  const auto lines = RateSeries::of_windows(means, 600s, Between::kLines);
  EXPECT_EQ(lines.length(), 1200s);
  EXPECT_EQ(lines.rate_per_s(100s), 1.0);
  EXPECT_NEAR(lines.rate_per_s(600s), 2.0, 1e-12);
  EXPECT_EQ(lines.rate_per_s(1000s), 3.0);
  EXPECT_NEAR(lines.expected_count(0s, 1200s), 2400.0, 1e-9);
}

TEST(RateSeries, scaled_to_a_peak_has_it_and_keeps_its_shape) {
  const auto series = RateSeries(kPoints, {Between::kLines, 50s, false}).scaled_to_peak(60.0);
  EXPECT_EQ(series.peak_per_s(), 60.0);
  EXPECT_NEAR(series.rate_per_s(5s), 40.0, 1e-9);
  EXPECT_NEAR(series.mean_per_s(), 20.0, 1e-9);
}

TEST(RateSeries, a_window_is_the_curve_moved_to_zero) {
  for (const auto between : {Between::kSteps, Between::kLines}) {
    const RateSeries series(kPoints, {between, 50s, false});
    const RateSeries window = series.window(5s, 33s);
    EXPECT_EQ(window.length(), 28s);
    for (Duration t{0}; t < 28s; t += 250ms) {
      EXPECT_NEAR(window.rate_per_s(t), series.rate_per_s(t + 5s), 1e-9) << to_seconds(t);
    }
    EXPECT_NEAR(window.expected_count(0s, 28s), series.expected_count(5s, 33s), 1e-9);
  }
}

TEST(RateSeries, knows_no_time_for_a_count_beyond_its_end) {
  const RateSeries series(kPoints, {Between::kSteps, 50s, false});
  EXPECT_TRUE(series.time_of_count(139.9));
  EXPECT_FALSE(series.time_of_count(140.0));
  EXPECT_FALSE(RateSeries::constant(0.0, 50s).time_of_count(0.0));
}

TEST(RateSeries, jumps_over_stretches_where_nothing_is_expected) {
  const RateSeries series({{0s, 1.0}, {10s, 0.0}, {20s, 1.0}}, {Between::kSteps, 30s, false});
  EXPECT_NEAR(to_seconds(*series.time_of_count(9.5)), 9.5, 1e-9);
  EXPECT_NEAR(to_seconds(*series.time_of_count(10.5)), 20.5, 1e-9);
}

RC_GTEST_PROP(RateSeries, the_time_of_a_count_is_the_inverse_of_the_count, ()) {
  const auto rates =
      *rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 100)));
  const bool lines = *rc::gen::arbitrary<bool>();
  const bool repeat = *rc::gen::arbitrary<bool>();
  std::vector<RateSeries::Point> points;
  for (std::size_t i = 0; i < rates.size(); ++i) {
    points.push_back({static_cast<std::int64_t>(i) * 7s, rates[i] / 10.0});
  }
  const RateSeries series(std::move(points),
                          {lines ? Between::kLines : Between::kSteps,
                           static_cast<std::int64_t>(rates.size()) * 7s, repeat});
  const double total = series.expected_count(0s, series.length());
  RC_PRE(total > 0.0);
  const double share = *rc::gen::inRange(0, repeat ? 3000 : 999) / 1000.0;
  const auto time = series.time_of_count(share * total);
  RC_ASSERT(time.has_value());
  RC_ASSERT(std::abs(series.expected_count(0s, *time) - share * total) < 1e-6 * (1.0 + total));
}

}  // namespace
}  // namespace signalbox::sim
