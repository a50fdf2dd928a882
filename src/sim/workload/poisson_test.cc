// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/workload.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace signalbox::sim {
namespace {

constexpr TimePoint kStart{Duration{5s}};

std::vector<Arrival> all_of(CosineWorkload workload) {
  std::vector<Arrival> arrivals;
  while (const auto arrival = workload.next()) arrivals.push_back(*arrival);
  return arrivals;
}

CosineWorkload waves(std::uint64_t seed, Duration length = 2000s) {
  return CosineWorkload({.peak_per_s = 51.0, .period = 1000s},
                        {.start = kStart, .length = length, .seed = seed});
}

TEST(CosineRate, starts_at_a_trough_and_peaks_in_the_middle) {
  const CosineRate rate{.peak_per_s = 51.0, .period = 1000s};
  EXPECT_NEAR(rate.rate_per_s(0s), 0.0, 1e-9);
  EXPECT_NEAR(rate.rate_per_s(250s), 25.5, 1e-9);
  EXPECT_NEAR(rate.rate_per_s(500s), 51.0, 1e-9);
  EXPECT_NEAR(rate.rate_per_s(1000s), 0.0, 1e-9);
}

TEST(CosineRate, the_integral_is_that_of_the_rate) {
  const CosineRate rate{.peak_per_s = 51.0, .period = 1000s};
  double summed = 0.0;
  for (int s = 130; s < 770; ++s) summed += rate.rate_per_s(s * 1s + 500ms);
  EXPECT_NEAR(rate.expected_count(130s, 770s), summed, 0.05);
  EXPECT_NEAR(rate.expected_count(0s, 3000s), 25.5 * 3000.0, 1e-6);
}

TEST(Workload, expected_rate_is_counted_from_its_start) {
  EXPECT_NEAR(waves(1).expected_rate_per_s(kStart + 500s), 51.0, 1e-9);
}

TEST(Workload, times_never_decrease_and_stay_inside_its_length) {
  TimePoint last = kStart;
  for (const auto& arrival : all_of(waves(1))) {
    EXPECT_GE(arrival.at, last);
    EXPECT_LT(arrival.at, kStart + 2000s);
    last = arrival.at;
  }
}

TEST(Workload, counts_in_every_tenth_of_a_wave_are_poisson_around_the_integral) {
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

TEST(Workload, gaps_at_a_constant_rate_are_exponential) {
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

TEST(Workload, size_factors_are_uniform_within_the_spread) {
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

TEST(Workload, a_seed_reproduces_it_and_another_does_not) {
  const auto a = all_of(waves(1, 100s)), b = all_of(waves(1, 100s)), c = all_of(waves(2, 100s));
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].at, b[i].at);
    EXPECT_EQ(a[i].factor, b[i].factor);
  }
  EXPECT_NE(a[0].at, c[0].at);
}

TEST(Workload, a_longer_run_begins_like_a_shorter_one) {
  const auto brief = all_of(waves(1, 100s)), full = all_of(waves(1, 200s));
  ASSERT_GT(full.size(), brief.size());
  for (std::size_t i = 0; i < brief.size(); ++i) EXPECT_EQ(brief[i].at, full[i].at);
}

TEST(Workload, stays_over_once_it_is_over) {
  auto workload = waves(1, 50s);
  while (workload.next()) {
  }
  EXPECT_FALSE(workload.next());
}

}  // namespace
}  // namespace signalbox::sim
