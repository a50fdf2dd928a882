// SPDX-License-Identifier: Apache-2.0
#include "core/estimate/performance_curve.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "base/distributions.h"
#include "base/prng.h"

namespace signalbox::core {
namespace {

TEST(LineFit, finds_a_line_without_noise_exactly) {
  LineFit fit;
  for (int n = 1; n <= 5; ++n) fit.add(n, 0.3 + 0.1 * n);
  const Line line = fit.line();
  EXPECT_NEAR(line.intercept, 0.3, 1e-9);
  EXPECT_NEAR(line.slope, 0.1, 1e-9);
  EXPECT_NEAR(line.noise, 0.0, 1e-6);
}

// The worked example of Anscombe's first set: intercept 3.0001, slope 0.5001, s = 1.237.
TEST(LineFit, agrees_with_a_published_regression) {
  const double x[] = {10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5};
  const double y[] = {8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68};
  LineFit fit;
  for (int i = 0; i < 11; ++i) fit.add(x[i], y[i]);
  const Line line = fit.line();
  EXPECT_NEAR(line.intercept, 3.0001, 1e-4);
  EXPECT_NEAR(line.slope, 0.5001, 1e-4);
  EXPECT_NEAR(line.noise, 1.2366, 1e-3);
  EXPECT_NEAR(std::sqrt(line.var_slope), 0.1179, 1e-3);
  EXPECT_NEAR(std::sqrt(line.var_intercept), 1.1247, 1e-3);
}

TEST(LineFit, measurements_at_one_load_give_a_level_line) {
  LineFit fit;
  fit.add(4, 1.0);
  fit.add(4, 3.0);
  EXPECT_DOUBLE_EQ(fit.line().at(1), 2.0);
  EXPECT_DOUBLE_EQ(fit.line().at(9), 2.0);
}

TEST(LineFit, a_weight_counts_as_so_many_measurements) {
  LineFit weighted, repeated;
  for (const double x : {1.0, 2.0, 5.0}) {
    weighted.add(x, x * x, 3.0);
    for (int i = 0; i < 3; ++i) repeated.add(x, x * x);
  }
  EXPECT_DOUBLE_EQ(weighted.line().slope, repeated.line().slope);
  EXPECT_DOUBLE_EQ(weighted.line().intercept, repeated.line().intercept);
}

TEST(LineFit, its_interval_holds_the_truth_as_often_as_it_says) {
  Prng prng(11);
  int held = 0;
  constexpr int kTrials = 2000;
  for (int trial = 0; trial < kTrials; ++trial) {
    LineFit fit;
    for (int i = 0; i < 40; ++i) {
      const double x = 1 + i % 8;
      fit.add(x, 1.0 + 0.2 * x + 0.1 * draw_standard_normal(prng));
    }
    const Line line = fit.line();
    held += std::abs(line.at(12.0) - 3.4) <= 2.02 * line.std_error(12.0) ? 1 : 0;  // t, 38 df
  }
  EXPECT_NEAR(static_cast<double>(held) / kTrials, 0.95, 0.02);
}

TEST(Transfer, a_new_size_is_expected_in_proportion_and_with_more_doubt) {
  LineFit fit;
  for (int n = 1; n <= 8; ++n) fit.add(n, 0.5 + 0.05 * n + (n % 2 ? 0.01 : -0.01));
  const Line old = fit.line();
  const Line moved = transfer(old, 0.5);
  EXPECT_DOUBLE_EQ(moved.at(4), 0.5 * old.at(4));
  EXPECT_GT(moved.std_error(4) / moved.at(4), 10.0 * old.std_error(4) / old.at(4));
}

TEST(Transfer, a_few_measurements_outweigh_a_ratio_that_was_wrong) {
  LineFit fit;
  for (int n = 1; n <= 8; ++n) fit.add(n, 0.5 + 0.05 * n + (n % 2 ? 0.01 : -0.01));
  const Line prior = transfer(fit.line(), 0.5);  // it is 0.6 in truth
  LineFit fresh(prior);
  const auto truth = [](double n) { return 0.6 * (0.5 + 0.05 * n); };
  const double before = std::abs(prior.at(6) - truth(6));
  for (const int n : {1, 4}) fresh.add(n, truth(n));
  EXPECT_LT(std::abs(fresh.line().at(6) - truth(6)), 0.25 * before);
}

}  // namespace
}  // namespace signalbox::core
