// SPDX-License-Identifier: Apache-2.0
#include "sim/report/bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/distributions.h"
#include "base/prng.h"

namespace signalbox::sim {
namespace {

TEST(Bootstrap, of_two_values_covers_both_because_a_quarter_of_the_draws_repeats_either) {
  const std::vector<double> values = {0.0, 1.0};
  EXPECT_EQ(bootstrap_mean(values), (Interval{0.0, 1.0}));
}

TEST(Bootstrap, of_a_fair_coin_agrees_with_the_normal_approximation) {
  std::vector<double> values(100, 0.0);
  for (std::size_t i = 0; i < 50; ++i) values[i] = 1.0;
  const auto interval = bootstrap_mean(values);
  ASSERT_TRUE(interval);
  const double half_width = 1.96 * 0.5 / std::sqrt(100.0);
  EXPECT_NEAR(interval->low, 0.5 - half_width, 0.011);  // the means lie on a grid of 0.01
  EXPECT_NEAR(interval->high, 0.5 + half_width, 0.011);
}

TEST(Bootstrap, of_twenty_values_covers_the_true_mean_about_as_often_as_it_says) {
  Prng prng(7);
  int covered = 0;
  constexpr int kExperiments = 400;
  for (int experiment = 0; experiment < kExperiments; ++experiment) {
    std::vector<double> values(20);
    for (double& value : values) value = 3.0 + draw_standard_normal(prng);
    const auto interval = bootstrap_mean(values, {.resamples = 1000});
    covered += interval->low <= 3.0 && 3.0 <= interval->high ? 1 : 0;
  }
  // Known of the percentile bootstrap: a little below its level at twenty values (about 93 %).
  EXPECT_GT(covered, kExperiments * 89 / 100);
  EXPECT_LT(covered, kExperiments * 97 / 100);
}

TEST(Bootstrap, of_a_ratio_lets_what_both_series_share_cancel) {
  std::vector<double> dearer, cheaper;
  for (int i = 1; i <= 10; ++i) {  // ten very different days, each 10 % dearer
    cheaper.push_back(100.0 * i);
    dearer.push_back(110.0 * i);
  }
  const auto ratio = bootstrap_ratio(dearer, cheaper);
  ASSERT_TRUE(ratio);
  EXPECT_NEAR(ratio->low, 1.1, 1e-12);
  EXPECT_NEAR(ratio->high, 1.1, 1e-12);
}

TEST(Bootstrap, gives_the_same_interval_again_and_another_for_another_seed) {
  const std::vector<double> values = {1.0, 2.5, 2.75, 4.0, 7.0, 7.5, 9.25};
  EXPECT_EQ(bootstrap_mean(values), bootstrap_mean(values));
  EXPECT_NE(bootstrap_mean(values, {.resamples = 501}),
            bootstrap_mean(values, {.resamples = 501, .seed = 2}));
}

TEST(Bootstrap, says_nothing_of_fewer_than_two_values) {
  EXPECT_FALSE(bootstrap_mean({}));
  const std::vector<double> one = {5.0};
  EXPECT_FALSE(bootstrap_mean(one));
}

}  // namespace
}  // namespace signalbox::sim
