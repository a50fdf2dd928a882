// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/renewal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "sim/workload/test_streams.h"

namespace signalbox::sim {
namespace {

using Family = GapLaw::Family;

constexpr int kDraws = 200'000;

TEST(GapLaw, has_mean_one_and_the_cv_asked_for) {
  for (const auto family : {Family::kGamma, Family::kWeibull}) {
    for (const double cv : {0.3, 1.0, 2.0}) {
      const GapLaw law = GapLaw::of_cv(family, cv);
      EXPECT_NEAR(law.cv(), cv, 1e-6);
      Prng prng(1);
      std::vector<double> gaps;
      for (int i = 0; i < kDraws; ++i) gaps.push_back(law.draw(prng));
      EXPECT_NEAR(mean_of(gaps), 1.0, 4.0 * cv / std::sqrt(kDraws));
      EXPECT_NEAR(std::sqrt(variance_of(gaps)), cv, 0.05 * cv);
    }
  }
}

// The residual of a renewal process has the mean (1 + cv^2) / 2 gaps.
TEST(GapLaw, residual_is_that_of_a_gap_found_by_chance) {
  for (const auto family : {Family::kGamma, Family::kWeibull}) {
    for (const double cv : {0.3, 1.0, 1.5}) {
      const GapLaw law = GapLaw::of_cv(family, cv);
      Prng prng(2);
      std::vector<double> residuals;
      for (int i = 0; i < kDraws; ++i) residuals.push_back(law.draw_residual(prng));
      const double deviation = std::sqrt(variance_of(residuals));
      EXPECT_NEAR(mean_of(residuals), (1.0 + cv * cv) / 2.0, 4.0 * deviation / std::sqrt(kDraws));
    }
  }
}

TEST(Renewal, one_client_at_a_constant_rate_keeps_its_law_of_gaps) {
  const RenewalWorkload::Options options{TimePoint{}, 0.05, 3};
  const GapLaw law = GapLaw::of_cv(Family::kWeibull, 2.0);
  const auto arrivals =
      all_of(RenewalWorkload(RateSeries::constant(10.0, 20'000s), {{1.0, law}}, options));
  const auto gaps = gaps_s(arrivals);
  EXPECT_NEAR(mean_of(gaps), 0.1, 4.0 * 0.2 / std::sqrt(200'000.0));
  EXPECT_NEAR(std::sqrt(variance_of(gaps)) / mean_of(gaps), 2.0, 0.1);
}

// Counts of a renewal process scatter over long windows by cv^2.
TEST(Renewal, counts_scatter_by_the_square_of_the_cv) {
  for (const double cv : {0.5, 2.0}) {
    const auto arrivals =
        all_of(RenewalWorkload(RateSeries::constant(10.0, 40'000s),
                               {{1.0, GapLaw::of_cv(Family::kGamma, cv)}}, {TimePoint{}, 0.05, 4}));
    EXPECT_NEAR(dispersion(counts(arrivals, 100s, 40'000s)) / (cv * cv), 1.0, 0.3) << cv;
  }
}

TEST(Renewal, begins_without_a_burst_or_a_lull) {
  double first_second = 0.0;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    first_second +=
        count_between(all_of(RenewalWorkload(RateSeries::constant(1.0, 1s),
                                             {{1.0, GapLaw::of_cv(Family::kGamma, 2.0)}},
                                             {TimePoint{}, 0.05, seed})),
                      TimePoint{}, TimePoint{1s});
  }
  EXPECT_NEAR(first_second / 2000.0, 1.0, 0.2);
}

// Each asks about once in four seconds, rather regularly: over a tenth of a second the many of them
// look random, over many of a client's gaps its regularity shows.
TEST(Renewal, many_regular_clients_are_nearly_poisson_over_short_windows_only) {
  const auto clients = skewed_clients(400, 0.0, GapLaw::of_cv(Family::kGamma, 0.5));
  const auto many =
      all_of(RenewalWorkload(RateSeries::constant(100.0, 2000s), clients, {TimePoint{}, 0.05, 5}));
  EXPECT_NEAR(static_cast<double>(many.size()), 200'000.0, 4.0 * 0.5 * std::sqrt(200'000.0));
  EXPECT_NEAR(dispersion(counts(many, 100ms, 2000s)), 1.0, 0.1);
  EXPECT_LT(dispersion(counts(many, 40s, 2000s)), 0.5);
}

TEST(Renewal, skewed_clients_follow_zipf) {
  const auto clients = skewed_clients(100, 1.0, GapLaw::exponential());
  ASSERT_EQ(clients.size(), 100u);
  EXPECT_DOUBLE_EQ(clients[0].weight / clients[9].weight, 10.0);
}

TEST(Renewal, follows_its_rate_curve) {
  const RateSeries rate({{0s, 5.0}, {1000s, 50.0}, {2000s, 0.0}}, {});
  const auto arrivals = all_of(RenewalWorkload(
      rate, skewed_clients(20, 1.0, GapLaw::of_cv(Family::kGamma, 1.5)), {TimePoint{5s}, 0.05, 6}));
  EXPECT_TRUE(in_order(arrivals));
  for (int i = 0; i < 10; ++i) {
    const double expected = rate.expected_count(i * 200s, (i + 1) * 200s);
    const double count =
        count_between(arrivals, TimePoint{5s + i * 200s}, TimePoint{5s + (i + 1) * 200s});
    EXPECT_NEAR(count, expected, 4.0 * 1.5 * std::sqrt(expected)) << i;
  }
  EXPECT_LT(arrivals.back().at, TimePoint{2005s});
}

TEST(Renewal, a_seed_reproduces_it_and_another_does_not) {
  const auto run = [](std::uint64_t seed) {
    return all_of(RenewalWorkload(RateSeries::constant(10.0, 100s),
                                  skewed_clients(5, 1.0, GapLaw::of_cv(Family::kWeibull, 2.0)),
                                  {TimePoint{}, 0.05, seed}));
  };
  EXPECT_TRUE(same(run(1), run(1)));
  EXPECT_FALSE(same(run(1), run(2)));
}

TEST(Renewal, stays_over_once_it_is_over) {
  RenewalWorkload workload(RateSeries::constant(10.0, 10s), {{1.0, GapLaw::exponential()}},
                           {TimePoint{}, 0.05, 1});
  all_of(workload);
  EXPECT_FALSE(workload.next());
}

}  // namespace
}  // namespace signalbox::sim
