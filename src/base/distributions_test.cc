// SPDX-License-Identifier: Apache-2.0
//
// Each distribution by its moments and its edges, for a fixed seed; tolerances are four or more
// standard errors, so that a wrong formula fails and another seed would not.
#include "base/distributions.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace signalbox {
namespace {

constexpr int kDraws = 100000;

struct Moments {
  double mean = 0.0;
  double variance = 0.0;
  double lowest = 0.0;
  double highest = 0.0;
};

template <class Draw>
Moments moments_of(Draw&& draw) {
  std::vector<double> values;
  values.reserve(kDraws);
  for (int i = 0; i < kDraws; ++i) values.push_back(draw());
  Moments moments;
  for (const double value : values) moments.mean += value / kDraws;
  for (const double value : values) {
    moments.variance += (value - moments.mean) * (value - moments.mean) / (kDraws - 1);
  }
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  moments.lowest = *low;
  moments.highest = *high;
  return moments;
}

TEST(Distributions, uniform_has_its_mean_variance_and_bounds) {
  Prng prng(1);
  const auto seen = moments_of([&] { return draw_uniform(prng, -2.0, 4.0); });
  EXPECT_NEAR(seen.mean, 1.0, 0.025);
  EXPECT_NEAR(seen.variance, 3.0, 0.06);
  EXPECT_GE(seen.lowest, -2.0);
  EXPECT_LT(seen.highest, 4.0);
}

TEST(Distributions, exponential_has_its_mean_variance_and_tail) {
  Prng prng(2);
  int beyond_three_means = 0;
  const auto seen = moments_of([&] {
    const double value = draw_exponential(prng, 0.5);
    if (value > 1.5) ++beyond_three_means;
    return value;
  });
  EXPECT_NEAR(seen.mean, 0.5, 0.01);
  EXPECT_NEAR(seen.variance, 0.25, 0.015);
  EXPECT_GE(seen.lowest, 0.0);
  EXPECT_NEAR(beyond_three_means / 1.0 / kDraws, std::exp(-3.0), 0.003);
}

TEST(Distributions, exponential_is_finite_for_every_uniform_draw) {
  Prng prng(3);
  for (int i = 0; i < kDraws; ++i) ASSERT_TRUE(std::isfinite(draw_exponential(prng, 1.0)));
}

TEST(Distributions, standard_normal_has_mean_zero_variance_one_and_the_right_tails) {
  Prng prng(4);
  int beyond_two = 0;
  const auto seen = moments_of([&] {
    const double value = draw_standard_normal(prng);
    if (std::abs(value) > 1.959964) ++beyond_two;
    return value;
  });
  EXPECT_NEAR(seen.mean, 0.0, 0.015);
  EXPECT_NEAR(seen.variance, 1.0, 0.02);
  EXPECT_NEAR(beyond_two / 1.0 / kDraws, 0.05, 0.003);
}

TEST(Distributions, equal_seeds_draw_equal_values) {
  Prng left(11);
  Prng right(11);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(draw_standard_normal(left), draw_standard_normal(right));
    EXPECT_EQ(draw_exponential(left, 2.0), draw_exponential(right, 2.0));
  }
}

TEST(Distributions, lognormal_has_its_mean_and_median) {
  Prng prng(5);
  int below_median = 0;
  const auto seen = moments_of([&] {
    const double value = draw_lognormal(prng, 1.0, 0.5);
    if (value < std::exp(1.0)) ++below_median;
    return value;
  });
  const double mean = std::exp(1.0 + 0.125);
  EXPECT_NEAR(seen.mean, mean, 0.025);
  EXPECT_NEAR(seen.variance, mean * mean * (std::exp(0.25) - 1.0), 0.15);
  EXPECT_NEAR(below_median / 1.0 / kDraws, 0.5, 0.007);
  EXPECT_GT(seen.lowest, 0.0);
}

TEST(Distributions, gamma_has_its_mean_and_variance_for_small_and_large_shapes) {
  Prng prng(6);
  for (const double shape : {0.2, 0.7, 1.0, 2.5, 40.0}) {
    const auto seen = moments_of([&] { return draw_gamma(prng, shape, 3.0); });
    const double variance = 9.0 * shape;
    const double kurtosis_excess = 6.0 / shape;
    EXPECT_NEAR(seen.mean, 3.0 * shape, 5.0 * std::sqrt(variance / kDraws)) << "shape " << shape;
    EXPECT_NEAR(seen.variance, variance,
                5.0 * variance * std::sqrt((2.0 + kurtosis_excess) / kDraws))
        << "shape " << shape;
    EXPECT_GE(seen.lowest, 0.0);
  }
}

TEST(Distributions, gamma_of_shape_one_is_exponential) {
  Prng prng(7);
  int beyond_three_means = 0;
  for (int i = 0; i < kDraws; ++i) {
    if (draw_gamma(prng, 1.0, 2.0) > 6.0) ++beyond_three_means;
  }
  EXPECT_NEAR(beyond_three_means / 1.0 / kDraws, std::exp(-3.0), 0.003);
}

TEST(Distributions, weibull_has_its_mean_variance_and_median) {
  Prng prng(8);
  for (const double shape : {0.5, 1.0, 3.0}) {
    int below_median = 0;
    const double median = 2.0 * std::pow(std::log(2.0), 1.0 / shape);
    const auto seen = moments_of([&] {
      const double value = draw_weibull(prng, shape, 2.0);
      if (value < median) ++below_median;
      return value;
    });
    const double mean = 2.0 * std::tgamma(1.0 + 1.0 / shape);
    const double variance = 4.0 * std::tgamma(1.0 + 2.0 / shape) - mean * mean;
    EXPECT_NEAR(seen.mean, mean, 5.0 * std::sqrt(variance / kDraws)) << "shape " << shape;
    EXPECT_NEAR(seen.variance / variance, 1.0, 0.15) << "shape " << shape;
    EXPECT_NEAR(below_median / 1.0 / kDraws, 0.5, 0.007) << "shape " << shape;
  }
}

RC_GTEST_PROP(Distributions, a_duration_stays_within_its_bounds, (std::uint64_t seed)) {
  const Duration low{*rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000)};
  const Duration high = low + Duration{*rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000)};
  Prng prng(seed);
  for (int i = 0; i < 10; ++i) {
    const Duration drawn = draw_duration(prng, low, high);
    RC_ASSERT(drawn >= low);
    RC_ASSERT(drawn <= high);
  }
}

TEST(Distributions, a_boot_time_between_5_and_15_minutes_averages_10) {
  Prng prng(12);
  const auto seen = moments_of([&] { return to_seconds(draw_duration(prng, 5min, 15min)); });
  EXPECT_NEAR(seen.mean, 600.0, 3.0);
}

}  // namespace
}  // namespace signalbox
