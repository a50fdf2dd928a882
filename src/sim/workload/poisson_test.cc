// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/poisson.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "sim/workload/rate_series.h"
#include "sim/workload/test_streams.h"

namespace signalbox::sim {
namespace {

constexpr TimePoint kStart{Duration{5s}};

CosineWorkload waves(std::uint64_t seed, Duration length = 2000s) {
  return CosineWorkload({.peak_per_s = 51.0, .period = 1000s},
                        {.start = kStart, .length = length, .seed = seed});
}

TEST(Poisson, expected_rate_is_counted_from_its_start) {
  EXPECT_NEAR(waves(1).expected_rate_per_s(kStart + 500s), 51.0, 1e-9);
}

TEST(Poisson, times_never_decrease_and_stay_inside_its_length) {
  TimePoint last = kStart;
  for (const auto& arrival : all_of(waves(1))) {
    EXPECT_GE(arrival.at, last);
    EXPECT_LT(arrival.at, kStart + 2000s);
    last = arrival.at;
  }
}

TEST(Poisson, counts_in_every_tenth_of_a_wave_are_poisson_around_the_integral) {
  const CosineRate rate{.peak_per_s = 51.0, .period = 1000s};
  const auto arrivals = all_of(waves(20));
  for (int bin = 0; bin < 20; ++bin) {
    const Duration from = bin * 100s;
    double count = 0;
    for (const auto& a : arrivals) {
      if (a.at >= kStart + from && a.at < kStart + from + 100s) ++count;
    }
    const double expected = rate.expected_count(from, from + 100s);
    EXPECT_NEAR(count, expected, 4.0 * std::sqrt(expected)) << "from " << to_seconds(from) << " s";
  }
}

TEST(Poisson, gaps_at_a_constant_rate_are_exponential) {
  ConstantWorkload workload({.peak_per_s = 10.0}, {.start = kStart, .length = 10'000s, .seed = 4});
  double sum = 0.0, sum_squared = 0.0, n = 0.0;
  TimePoint last = kStart;
  while (const auto arrival = workload.next()) {
    const double gap = to_seconds(arrival->at - last);
    last = arrival->at;
    sum += gap;
    sum_squared += gap * gap;
    ++n;
  }
  const double mean = sum / n;
  const double deviation = std::sqrt(sum_squared / n - mean * mean);
  EXPECT_NEAR(mean, 0.1, 0.001);
  EXPECT_NEAR(deviation / mean, 1.0, 0.02);
}

TEST(Poisson, size_factors_are_uniform_within_the_spread) {
  double sum = 0.0, least = 2.0, most = 0.0;
  const auto arrivals = all_of(waves(3));
  for (const auto& a : arrivals) {
    sum += a.factor;
    least = std::min(least, a.factor);
    most = std::max(most, a.factor);
  }
  EXPECT_NEAR(sum / static_cast<double>(arrivals.size()), 1.0, 0.001);
  EXPECT_GE(least, 0.95);
  EXPECT_LT(most, 1.05);
  EXPECT_LT(least, 0.951);
  EXPECT_GT(most, 1.049);
}

TEST(Poisson, a_seed_reproduces_it_and_another_does_not) {
  const auto a = all_of(waves(1, 100s)), b = all_of(waves(1, 100s)), c = all_of(waves(2, 100s));
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].at, b[i].at);
    EXPECT_EQ(a[i].factor, b[i].factor);
  }
  EXPECT_NE(a[0].at, c[0].at);
}

TEST(Poisson, a_longer_run_begins_like_a_shorter_one) {
  const auto brief = all_of(waves(1, 100s)), full = all_of(waves(1, 200s));
  ASSERT_GT(full.size(), brief.size());
  for (std::size_t i = 0; i < brief.size(); ++i) EXPECT_EQ(brief[i].at, full[i].at);
}

TEST(Poisson, counts_scatter_as_poisson_counts_do_and_do_not_hang_together) {
  const auto arrivals = all_of(
      ConstantWorkload({.peak_per_s = 20.0}, {.start = TimePoint{}, .length = 20'000s, .seed = 6}));
  const auto per_window = counts(arrivals, 10s, 20'000s);
  EXPECT_NEAR(mean_of(per_window), 200.0, 4.0 * std::sqrt(200.0 / 2000.0));
  EXPECT_NEAR(dispersion(per_window), 1.0, 4.0 * std::sqrt(2.0 / 2000.0));
  EXPECT_NEAR(autocorrelation(per_window, 1), 0.0, 4.0 / std::sqrt(2000.0));
}

// A wave of 2 h rises by at most 1.2 % of its peak in a piece; around the crest counts must not
// show the pieces' borders, nor the squeeze below them.
TEST(Poisson, pieces_leave_no_mark_on_the_curve) {
  const CosineRate rate{.peak_per_s = 200.0, .period = 2h};
  const auto arrivals = all_of(CosineWorkload(rate, {TimePoint{}, 40h, 0.0, 9}));
  const Duration piece = rate.period / 256;
  std::vector<double> seen(256), expected(256);
  for (const auto& a : arrivals) {
    ++seen[static_cast<std::size_t>(a.at.time_since_epoch() % rate.period / piece) % 256];
  }
  double chi_squared = 0.0;
  for (int i = 0; i < 256; ++i) {
    const double mean = 20.0 * rate.expected_count(i * piece, (i + 1) * piece);
    const auto index = static_cast<std::size_t>(i);
    chi_squared += (seen[index] - mean) * (seen[index] - mean) / mean;
  }
  EXPECT_NEAR(chi_squared, 256.0, 4.0 * std::sqrt(2.0 * 256.0));
}

TEST(Poisson, a_rate_that_steps_gives_each_step_its_count) {
  const RateSeries steps({{0s, 5.0}, {100s, 0.0}, {200s, 50.0}},
                         {RateSeries::Between::kSteps, 300s, false});
  const auto arrivals = all_of(PoissonWorkload<RateSeries>(steps, {kStart, 1000s, 0.0, 7}));
  EXPECT_NEAR(count_between(arrivals, kStart, kStart + 100s), 500.0, 4.0 * std::sqrt(500.0));
  EXPECT_EQ(count_between(arrivals, kStart + 100s, kStart + 200s), 0.0);
  EXPECT_NEAR(count_between(arrivals, kStart + 200s, kStart + 300s), 5000.0,
              4.0 * std::sqrt(5000.0));
  EXPECT_EQ(count_between(arrivals, kStart + 300s, TimePoint::max()), 0.0);
}

TEST(Poisson, a_rate_that_slopes_gives_each_stretch_its_count) {
  const RateSeries slope({{0s, 0.0}, {1000s, 40.0}}, {});
  const auto arrivals = all_of(PoissonWorkload<RateSeries>(slope, {TimePoint{}, 1000s, 0.0, 8}));
  for (int i = 0; i < 10; ++i) {
    const double expected = slope.expected_count(i * 100s, (i + 1) * 100s);
    EXPECT_NEAR(count_between(arrivals, TimePoint{i * 100s}, TimePoint{(i + 1) * 100s}), expected,
                4.0 * std::sqrt(expected));
  }
}

TEST(Poisson, any_rate_gives_the_arrivals_of_the_rate_it_holds) {
  const CosineRate rate{.peak_per_s = 51.0, .period = 1000s};
  EXPECT_TRUE(same(all_of(CosineWorkload(rate, {kStart, 2000s, 0.05, 1})),
                   all_of(PoissonWorkload<AnyRate>(AnyRate(rate), {kStart, 2000s, 0.05, 1}))));
}

TEST(Poisson, of_no_length_or_no_rate_is_empty) {
  EXPECT_FALSE(ConstantWorkload({.peak_per_s = 10.0}, {kStart, 0s}).next());
  EXPECT_FALSE(ConstantWorkload({.peak_per_s = 0.0}, {kStart, 1000s}).next());
}

TEST(Poisson, stays_over_once_it_is_over) {
  auto workload = waves(1, 50s);
  while (workload.next()) {
  }
  EXPECT_FALSE(workload.next());
}

}  // namespace
}  // namespace signalbox::sim
