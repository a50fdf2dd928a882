// SPDX-License-Identifier: Apache-2.0
#include "profiler/intervals.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/distributions.h"
#include "base/prng.h"

namespace signalbox::profiler {
namespace {

TEST(Intervals, students_t_agrees_with_the_tables) {
  EXPECT_NEAR(student_t(1), 12.706, 1e-3);
  EXPECT_NEAR(student_t(4), 2.776, 0.01);
  EXPECT_NEAR(student_t(10), 2.228, 1e-3);
  EXPECT_NEAR(student_t(60), 2.000, 1e-3);
}

TEST(Intervals, a_single_value_is_its_own_interval) {
  const Bounded mean = mean_of({2.0});
  EXPECT_EQ(mean.low, 2.0);
  EXPECT_EQ(mean.high, 2.0);
}

TEST(Intervals, the_mean_is_held_as_often_as_promised) {
  Prng prng(1);
  int held = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    std::vector<double> values;
    for (int i = 0; i < 12; ++i) values.push_back(draw_standard_normal(prng));
    const Bounded mean = mean_of(values);
    held += mean.low <= 0.0 && 0.0 <= mean.high ? 1 : 0;
  }
  EXPECT_NEAR(held / 2000.0, 0.95, 0.02);
}

TEST(Intervals, neighbours_that_are_alike_count_for_less) {
  std::vector<double> independent, alike;
  Prng prng(2);
  double drift = 0.0;
  for (int i = 0; i < 500; ++i) {
    independent.push_back(draw_standard_normal(prng));
    drift = 0.95 * drift + std::sqrt(1.0 - 0.95 * 0.95) * draw_standard_normal(prng);
    alike.push_back(drift);
  }
  EXPECT_GT(std_error_of_mean(alike), 2.0 * std_error_of_mean(independent));
}

TEST(Intervals, a_quantile_is_held_whatever_the_distribution) {
  Prng prng(3);
  int held = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    std::vector<double> values;
    for (int i = 0; i < 100; ++i) values.push_back(draw_exponential(prng, 1.0));
    const Bounded at = quantile_of(values, 0.9);
    held += at.low <= std::log(10.0) && std::log(10.0) <= at.high ? 1 : 0;
  }
  EXPECT_GT(held / 2000.0, 0.94);
}

TEST(Intervals, too_few_values_bound_a_high_quantile_by_the_largest) {
  const Bounded at = quantile_of({3.0, 1.0, 2.0}, 0.99);
  EXPECT_EQ(at.value, 3.0);
  EXPECT_EQ(at.high, 3.0);
  EXPECT_LE(at.low, 3.0);
}

TEST(Intervals, wilsons_interval_of_nothing_seen_is_no_certainty) {
  const Bounded share = share_of(0, 20);
  EXPECT_EQ(share.low, 0.0);
  EXPECT_NEAR(share.high, 0.161, 1e-3);
}

}  // namespace
}  // namespace signalbox::profiler
