// SPDX-License-Identifier: Apache-2.0
//
// The sketch against exact quantiles. A bucket spans a factor of 2^(1/16), and the sketch answers
// with the bucket's upper edge: never below the exact quantile, at most 4.5 % above it.
#include "base/quantile_sketch.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/distributions.h"
#include "base/prng.h"

namespace signalbox {
namespace {

const double kBucketFactor = std::exp2(1.0 / 16.0);

// The smallest of `values` that at least a share q of them does not exceed.
double exact_quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(values.size())));
  return values[std::min(values.size() - 1, rank == 0 ? 0 : rank - 1)];
}

// Ratios as they occur: spread over the sketch's range on a logarithmic scale.
std::vector<double> arbitrary_values() {
  const auto exponents =
      *rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(-5900, 5900)));
  std::vector<double> values;
  for (const int exponent : exponents) values.push_back(std::exp2(exponent / 1000.0));
  return values;
}

TEST(QuantileSketch, an_empty_sketch_answers_zero) {
  const QuantileSketch sketch;
  EXPECT_EQ(sketch.quantile(0.5), 0.0);
  EXPECT_EQ(sketch.probability_at_most(1.0), 0.0);
  EXPECT_EQ(sketch.weight(), 0.0);
}

RC_GTEST_PROP(QuantileSketch, a_quantile_is_within_one_bucket_above_the_exact_one, ()) {
  const auto values = arbitrary_values();
  RC_PRE(values.size() < 1000U);
  QuantileSketch sketch;
  for (const double value : values) sketch.add(value);
  // Odd denominators keep q x n away from whole numbers, where the exact quantile is a matter of
  // rounding.
  const double q = *rc::gen::inRange(1, 997) / 997.0;
  const double exact = exact_quantile(values, q);
  const double seen = sketch.quantile(q);
  RC_ASSERT(seen >= exact * (1.0 - 1e-9));
  RC_ASSERT(seen <= exact * kBucketFactor * (1.0 + 1e-9));
}

RC_GTEST_PROP(QuantileSketch, a_probability_is_between_the_exact_ones_one_bucket_either_side, ()) {
  const auto values = arbitrary_values();
  RC_PRE(values.size() < 1000U);
  QuantileSketch sketch;
  for (const double value : values) sketch.add(value);
  const double at = std::exp2(*rc::gen::inRange(-6000, 6000) / 1000.0);
  const auto share_at_most = [&](double bound) {
    const auto count =
        std::count_if(values.begin(), values.end(), [&](double value) { return value <= bound; });
    return static_cast<double>(count) / static_cast<double>(values.size());
  };
  const double seen = sketch.probability_at_most(at);
  RC_ASSERT(seen >= share_at_most(at / kBucketFactor) - 1e-6);
  RC_ASSERT(seen <= share_at_most(at * kBucketFactor) + 1e-6);
}

RC_GTEST_PROP(QuantileSketch, quantiles_and_probabilities_never_fall, ()) {
  QuantileSketch sketch;
  for (const double value : arbitrary_values()) sketch.add(value);
  double previous_quantile = 0.0;
  double previous_probability = 0.0;
  for (int i = 1; i <= 50; ++i) {
    const double quantile = sketch.quantile(i / 50.0);
    const double probability = sketch.probability_at_most(std::exp2(i / 4.0 - 6.0));
    RC_ASSERT(quantile >= previous_quantile);
    RC_ASSERT(probability >= previous_probability - 1e-12);
    RC_ASSERT(probability <= 1.0);
    previous_quantile = quantile;
    previous_probability = probability;
  }
}

TEST(QuantileSketch, values_out_of_range_count_as_the_nearest_in_range) {
  QuantileSketch sketch;
  sketch.add(1e-30);
  sketch.add(1e30);
  EXPECT_NEAR(sketch.quantile(0.25), QuantileSketch::kLowest, QuantileSketch::kLowest * 0.05);
  EXPECT_NEAR(sketch.quantile(0.99), QuantileSketch::kHighest, QuantileSketch::kHighest * 0.05);
  EXPECT_NEAR(sketch.probability_at_most(1.0), 0.5, 1e-6);
}

TEST(QuantileSketch, the_median_of_normal_ratios_is_about_one) {
  QuantileSketch sketch;
  Prng prng(3);
  for (int i = 0; i < 900; ++i) sketch.add(1.0 + 0.05 * draw_standard_normal(prng));
  EXPECT_NEAR(sketch.quantile(0.5), 1.0, 0.045);
  EXPECT_NEAR(sketch.probability_at_most(1.1), 0.977, 0.02);
}

TEST(QuantileSketch, it_forgets_so_that_recent_behaviour_dominates) {
  QuantileSketch sketch(100.0);
  for (int i = 0; i < 10000; ++i) sketch.add(1.0);
  EXPECT_LE(sketch.weight(), 100.0);
  int until_the_median_moves = 0;
  while (sketch.quantile(0.5) < 2.0) {
    sketch.add(3.0);
    ASSERT_LT(++until_the_median_moves, 101) << "a long past outweighs a horizon of news";
  }
  for (int i = 0; i < 1000; ++i) sketch.add(3.0);
  EXPECT_LT(sketch.probability_at_most(1.5), 0.01);
}

TEST(QuantileSketch, weight_stays_bounded_by_the_horizon) {
  QuantileSketch sketch(64.0);
  Prng prng(4);
  for (int i = 0; i < 100000; ++i) {
    sketch.add(draw_uniform(prng, 0.1, 10.0));
    ASSERT_LE(sketch.weight(), 64.0);
  }
}

}  // namespace
}  // namespace signalbox
