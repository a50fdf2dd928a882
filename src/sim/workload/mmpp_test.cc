// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/mmpp.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/workload/test_streams.h"

namespace signalbox::sim {
namespace {

const Mmpp kTwoStates{{{.rate_per_s = 2.0, .mean_stay = 40s, .next = {}},
                       {.rate_per_s = 30.0, .mean_stay = 10s, .next = {}}}};

// Index of dispersion of counts of a two-state MMPP over windows of t seconds, in closed form
// (Fischer & Meier-Hellstern 1993); q1 and q2 are the rates of leaving the states.
double dispersion_of_two_states(double rate1, double rate2, double q1, double q2, double t) {
  const double q = q1 + q2;
  const double spread = 2.0 * q1 * q2 * (rate1 - rate2) * (rate1 - rate2);
  const double level = rate1 * q2 + rate2 * q1;
  return 1.0 + spread / (q * q * level) -
         spread / (q * q * q * level * t) * (1.0 - std::exp(-q * t));
}

TEST(Mmpp, knows_the_shares_of_its_states) {
  const auto shares = kTwoStates.stationary();
  EXPECT_NEAR(shares[0], 0.8, 1e-12);
  EXPECT_NEAR(shares[1], 0.2, 1e-12);
  EXPECT_NEAR(kTwoStates.mean_rate_per_s(), 7.6, 1e-12);
}

TEST(Mmpp, knows_the_shares_of_a_ring_of_three) {
  const Mmpp ring{
      {{1.0, 10s, {0.0, 1.0, 0.0}}, {2.0, 20s, {0.0, 0.0, 1.0}}, {3.0, 70s, {1.0, 0.0, 0.0}}}};
  const auto shares = ring.stationary();
  EXPECT_NEAR(shares[0], 0.1, 1e-12);
  EXPECT_NEAR(shares[1], 0.2, 1e-12);
  EXPECT_NEAR(shares[2], 0.7, 1e-12);
}

// The scatter of the count over so long is that of a burst's, not of a Poisson's.
TEST(Mmpp, has_its_mean_rate) {
  constexpr double kLength = 400'000.0;
  const auto arrivals =
      all_of(MmppWorkload(kTwoStates, {TimePoint{}, from_seconds(kLength), 0.05, 1}));
  const double expected = 7.6 * kLength;
  const double asymptotic = dispersion_of_two_states(2.0, 30.0, 1 / 40.0, 1 / 10.0, 1e9);
  EXPECT_NEAR(static_cast<double>(arrivals.size()), expected,
              4.0 * std::sqrt(expected * asymptotic));
}

TEST(Mmpp, scatters_more_in_longer_windows_as_theory_says) {
  const Duration length = 400'000s;
  const auto arrivals = all_of(MmppWorkload(kTwoStates, {TimePoint{}, length, 0.05, 2}));
  for (const Duration window : {Duration{1s}, Duration{10s}, Duration{100s}}) {
    const double expected =
        dispersion_of_two_states(2.0, 30.0, 1 / 40.0, 1 / 10.0, to_seconds(window));
    EXPECT_NEAR(dispersion(counts(arrivals, window, length)) / expected, 1.0, 0.1)
        << to_seconds(window);
  }
}

// The rate forgets its state at the rate q1 + q2 = 1/8 per second.
TEST(Mmpp, its_counts_hang_together_over_the_length_of_a_burst_and_not_over_ten) {
  const Duration length = 400'000s;
  const auto per_second =
      counts(all_of(MmppWorkload(kTwoStates, {TimePoint{}, length, 0.05, 3})), 1s, length);
  const double near = autocorrelation(per_second, 1), later = autocorrelation(per_second, 9);
  EXPECT_GT(near, 0.7);
  EXPECT_NEAR(later / near, std::exp(-1.0), 0.05);
  EXPECT_NEAR(autocorrelation(per_second, 80), 0.0, 0.03);
}

TEST(Mmpp, of_one_state_is_poisson) {
  const Mmpp one{{{.rate_per_s = 20.0, .mean_stay = 1s, .next = {}}}};
  const auto arrivals = all_of(MmppWorkload(one, {TimePoint{}, 20'000s, 0.05, 4}));
  EXPECT_NEAR(dispersion(counts(arrivals, 10s, 20'000s)), 1.0, 4.0 * std::sqrt(2.0 / 2000.0));
}

TEST(Mmpp, may_fall_silent) {
  const Mmpp on_off{{{.rate_per_s = 0.0, .mean_stay = 50s, .next = {}},
                     {.rate_per_s = 100.0, .mean_stay = 5s, .next = {}}}};
  const auto arrivals = all_of(MmppWorkload(on_off, {TimePoint{}, 20'000s, 0.05, 5}));
  const auto gaps = gaps_s(arrivals);
  EXPECT_GT(*std::max_element(gaps.begin(), gaps.end()), 50.0);
  EXPECT_NEAR(static_cast<double>(arrivals.size()) / 20'000.0, 100.0 / 11.0, 2.0);
}

TEST(Mmpp, is_in_order_inside_its_length_and_reproduced_by_its_seed) {
  const MmppWorkload::Options options{TimePoint{5s}, 1000s, 0.05, 6};
  const auto arrivals = all_of(MmppWorkload(kTwoStates, options));
  EXPECT_TRUE(in_order(arrivals));
  EXPECT_GE(arrivals.front().at, TimePoint{5s});
  EXPECT_LT(arrivals.back().at, TimePoint{1005s});
  EXPECT_TRUE(same(arrivals, all_of(MmppWorkload(kTwoStates, options))));
  EXPECT_FALSE(same(arrivals, all_of(MmppWorkload(kTwoStates, {TimePoint{5s}, 1000s, 0.05, 7}))));
  MmppWorkload over(kTwoStates, options);
  all_of(over);
  EXPECT_FALSE(over.next());
}

}  // namespace
}  // namespace signalbox::sim
