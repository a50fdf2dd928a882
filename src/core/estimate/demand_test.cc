// SPDX-License-Identifier: Apache-2.0
//
// The demand filter: what it must never say (a negative rate), what it must follow (a ramp, without
// the lag of a plain average) and how sure it may be of itself (the Poisson noise it claims).
#include "core/estimate/demand.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "base/distributions.h"
#include "base/prng.h"
#include "core/model/testdata/fleets.h"

namespace signalbox::core {
namespace {

using testdata::at;

constexpr Duration kMemory = 10s;

// Feeds one count per second, where `rate(t)` requests arrive in the second that ends at t.
template <class Rate>
DemandEstimate observed(int seconds, Rate&& rate) {
  DemandEstimate demand(kMemory);
  std::uint64_t count = 0;
  demand.observe(0, at(0s));
  for (int t = 1; t <= seconds; ++t) {
    count += static_cast<std::uint64_t>(rate(t));
    demand.observe(count, at(std::chrono::seconds(t)));
  }
  return demand;
}

TEST(Demand, knows_nothing_before_two_counts) {
  DemandEstimate demand(kMemory);
  EXPECT_EQ(demand.level_per_s(), 0.0);
  demand.observe(1'000'000, at(5s));
  EXPECT_EQ(demand.level_per_s(), 0.0) << "what came before the first count has no known rate";
  EXPECT_FALSE(demand.seen_any());
}

TEST(Demand, the_first_interval_is_believed_in_full) {
  const auto demand = observed(1, [](int) { return 30; });
  EXPECT_NEAR(demand.level_per_s(), 30.0, 1e-9);
}

TEST(Demand, a_steady_rate_is_found_at_once_and_kept) {
  for (const int seconds : {1, 3, 10, 100}) {
    const auto demand = observed(seconds, [](int) { return 20; });
    EXPECT_NEAR(demand.level_per_s(), 20.0, 1e-6) << seconds << " s";
    EXPECT_NEAR(demand.upper_per_s(60s, 0.0), 20.0, 1e-6) << seconds << " s";
  }
}

// A plain average with this memory would trail the ramp by memory x slope = 20 requests/s.
TEST(Demand, follows_a_ramp_without_lag) {
  const auto demand = observed(120, [](int t) { return 2 * t; });
  EXPECT_NEAR(demand.level_per_s(), 240.0, 3.0);
}

TEST(Demand, looks_ahead_along_a_rise) {
  const auto demand = observed(120, [](int t) { return 2 * t; });
  EXPECT_NEAR(demand.upper_per_s(15s, 0.0), 270.0, 5.0);
}

TEST(Demand, does_not_look_ahead_along_a_fall) {
  const auto demand = observed(100, [](int t) { return 400 - 3 * t; });
  EXPECT_NEAR(demand.level_per_s(), 100.0, 5.0);
  EXPECT_EQ(demand.upper_per_s(15s, 0.0), demand.level_per_s());
}

TEST(Demand, forgets_a_burst_within_a_few_memories) {
  const auto demand = observed(90, [](int t) { return t == 20 ? 2000 : 10; });
  EXPECT_NEAR(demand.level_per_s(), 10.0, 2.0);
}

// B66.
TEST(Demand, B66_a_counter_reset_is_never_a_negative_rate) {
  auto demand = observed(30, [](int) { return 50; });
  demand.observe(7, at(31s));  // the counting process restarted
  EXPECT_NEAR(demand.level_per_s(), 50.0, 1e-6) << "the reset itself says nothing of the rate";
  demand.observe(57, at(32s));
  EXPECT_NEAR(demand.level_per_s(), 50.0, 1e-6) << "counting goes on from the new start";
}

RC_GTEST_PROP(Demand, B66_no_sequence_of_counts_makes_a_negative_or_unbounded_rate, ()) {
  DemandEstimate demand(std::chrono::milliseconds(*rc::gen::inRange(100, 60000)));
  TimePoint now{};
  const auto counts =
      *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::arbitrary<std::uint32_t>());
  for (const std::uint32_t count : counts) {
    now += std::chrono::milliseconds(*rc::gen::inRange(0, 5000));
    demand.observe(count, now);
    RC_ASSERT(std::isfinite(demand.level_per_s()));
    RC_ASSERT(demand.level_per_s() >= 0.0);
    RC_ASSERT(demand.lower_per_s(2.0) >= 0.0);
    RC_ASSERT(demand.lower_per_s(2.0) <= demand.level_per_s());
    RC_ASSERT(demand.upper_per_s(10s, 2.0) >= demand.level_per_s());
  }
}

TEST(Demand, a_second_count_at_the_same_or_an_earlier_time_is_ignored) {
  auto demand = observed(10, [](int) { return 5; });
  demand.observe(1000, at(10s));
  demand.observe(2000, at(9s));
  EXPECT_NEAR(demand.level_per_s(), 5.0, 1e-6);
}

TEST(Demand, uneven_ticks_do_not_change_the_rate_found) {
  DemandEstimate demand(kMemory);
  Prng prng(1);
  TimePoint now{};
  demand.observe(0, now);
  for (int i = 0; i < 500; ++i) {
    now += from_seconds(draw_uniform(prng, 0.01, 2.0));
    demand.observe(static_cast<std::uint64_t>(40.0 * to_seconds(now.time_since_epoch())), now);
  }
  EXPECT_NEAR(demand.level_per_s(), 40.0, 2.0);
}

TEST(Demand, remembers_when_the_last_request_came) {
  const auto demand = observed(30, [](int t) { return t <= 12 ? 3 : 0; });
  EXPECT_TRUE(demand.seen_any());
  EXPECT_EQ(demand.last_arrival(), at(12s));
}

// The claimed deviation against the one seen over many independent stretches of Poisson arrivals.
TEST(Demand, its_own_uncertainty_is_what_poisson_arrivals_show) {
  constexpr double kRate = 50.0;
  Prng prng(20);
  DemandEstimate demand(kMemory);
  double next_arrival = 0.0;
  std::uint64_t count = 0;
  double sum = 0.0;
  double squares = 0.0;
  int samples = 0;
  demand.observe(0, at(0s));
  for (int t = 1; t <= 40000; ++t) {
    while (next_arrival <= t) {
      ++count;
      next_arrival += draw_exponential(prng, 1.0 / kRate);
    }
    demand.observe(count, at(std::chrono::seconds(t)));
    if (t > 200 && t % 5 == 0) {
      sum += demand.level_per_s();
      squares += demand.level_per_s() * demand.level_per_s();
      ++samples;
    }
  }
  const double mean = sum / samples;
  const double deviation = std::sqrt(squares / samples - mean * mean);
  EXPECT_NEAR(mean, kRate, 0.3);
  EXPECT_NEAR(deviation, std::sqrt(1.25 * kRate / to_seconds(kMemory)), 0.25);
  EXPECT_NEAR(deviation, demand.level_deviation_per_s(), 0.5);
}

TEST(Demand, counts_work_and_not_requests) {
  DemandEstimate demand(kMemory);
  for (int t = 0; t <= 60; ++t) {  // five requests a second of work 4 each
    demand.observe(20.0 * t, 80.0 * t, at(std::chrono::seconds(t)));
  }
  EXPECT_NEAR(demand.level_per_s(), 20.0, 1e-6);
  EXPECT_NEAR(demand.lumpiness(), 4.0, 1e-9);
  EXPECT_NEAR(demand.level_deviation_per_s(), std::sqrt(1.25 * 20.0 * 4.0 / 10.0), 1e-6)
      << "as much work in larger lumps is twice as uncertain";
}

TEST(Demand, a_quiet_time_says_nothing_of_how_large_requests_are) {
  DemandEstimate demand(kMemory);
  for (int t = 0; t <= 60; ++t) demand.observe(20.0 * t, 80.0 * t, at(std::chrono::seconds(t)));
  demand.observe(1200.0, 4800.0, at(10h));
  EXPECT_NEAR(demand.level_per_s(), 0.0, 1e-3);
  EXPECT_NEAR(demand.lumpiness(), 4.0, 1e-9);
}

TEST(Demand, learns_that_requests_have_grown_smaller) {
  DemandEstimate demand(kMemory);
  double work = 0.0;
  double squares = 0.0;
  for (int t = 0; t <= 1000; ++t) {
    demand.observe(work, squares, at(std::chrono::seconds(t)));
    const double size = t < 200 ? 4.0 : 0.5;
    work += 10.0 * size;
    squares += 10.0 * size * size;
  }
  EXPECT_NEAR(demand.lumpiness(), 0.5, 0.1);
}

// As above, for requests whose work is drawn: compound Poisson.
TEST(Demand, its_own_uncertainty_is_what_requests_of_all_sizes_show) {
  constexpr double kRate = 50.0;
  Prng prng(21);
  DemandEstimate demand(kMemory);
  double next_arrival = 0.0;
  double work = 0.0;
  double work_squared = 0.0;
  double sum = 0.0;
  double squares = 0.0;
  double claimed = 0.0;
  int samples = 0;
  demand.observe(0.0, 0.0, at(0s));
  for (int t = 1; t <= 40000; ++t) {
    while (next_arrival <= t) {
      const double size = draw_exponential(prng, 1.0);  // E[w^2] / E[w] = 2
      work += size;
      work_squared += size * size;
      next_arrival += draw_exponential(prng, 1.0 / kRate);
    }
    demand.observe(work, work_squared, at(std::chrono::seconds(t)));
    if (t > 200 && t % 5 == 0) {
      sum += demand.level_per_s();
      squares += demand.level_per_s() * demand.level_per_s();
      claimed += demand.level_deviation_per_s();
      ++samples;
    }
  }
  const double mean = sum / samples;
  const double deviation = std::sqrt(squares / samples - mean * mean);
  EXPECT_NEAR(mean, kRate, 0.4);
  EXPECT_NEAR(deviation, std::sqrt(1.25 * kRate * 2.0 / to_seconds(kMemory)), 0.35);
  EXPECT_NEAR(claimed / samples, deviation, 0.35);
}

}  // namespace
}  // namespace signalbox::core
