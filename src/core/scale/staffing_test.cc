// SPDX-License-Identifier: Apache-2.0
//
// Erlang C against published values and closed forms, and what follows for capacity: enough, not
// more than enough, and cheaper per request the larger the pool.
#include "core/scale/staffing.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

namespace signalbox::core {
namespace {

TEST(ErlangC, agrees_with_published_tables) {
  EXPECT_NEAR(erlang_c(10, 8.0), 0.4092, 5e-5);
  EXPECT_NEAR(erlang_c(5, 4.0), 0.5541, 5e-5);
  EXPECT_NEAR(erlang_c(2, 1.0), 1.0 / 3.0, 1e-12);
  EXPECT_NEAR(erlang_c(3, 2.0), 4.0 / 9.0, 1e-12);
}

TEST(ErlangC, of_one_server_is_its_utilisation) {
  for (const double load : {0.1, 0.5, 0.99}) EXPECT_NEAR(erlang_c(1, load), load, 1e-12);
}

TEST(ErlangC, without_load_nobody_waits_and_beyond_capacity_everybody_does) {
  EXPECT_EQ(erlang_c(3, 0.0), 0.0);
  EXPECT_EQ(erlang_c(0, 0.0), 0.0);
  EXPECT_EQ(erlang_c(8, 8.0), 1.0);
  EXPECT_EQ(erlang_c(0, 1.0), 1.0);
}

TEST(ErlangC, stays_a_probability_in_pools_of_thousands) {
  EXPECT_GT(erlang_c(5000, 4990.0), 0.5);
  EXPECT_LT(erlang_c(5000, 4000.0), 1e-12);
}

RC_GTEST_PROP(ErlangC, falls_with_servers_and_rises_with_load, ()) {
  const int servers = *rc::gen::inRange(1, 200);
  const double offered = *rc::gen::inRange(1, 20000) / 100.0;
  const double here = erlang_c(servers, offered);
  RC_ASSERT(here >= 0.0);
  RC_ASSERT(here <= 1.0);
  RC_ASSERT(erlang_c(servers + 1, offered) <= here + 1e-12);
  RC_ASSERT(erlang_c(servers, offered * 1.01) >= here - 1e-12);
}

// With exponential service times (spread 1) the formula must be the M/M/1 one.
TEST(Waiting, of_a_single_exponential_server_has_its_closed_form) {
  const double rate = 0.8;
  for (const double wait_s : {0.0, 1.0, 5.0}) {
    EXPECT_NEAR(probability_of_waiting_longer(1, rate, from_seconds(wait_s), 1s, 1.0),
                rate * std::exp(-(1.0 - rate) * wait_s), 1e-9);
  }
}

TEST(Waiting, is_shorter_when_service_times_vary_less) {
  const double steady = probability_of_waiting_longer(10, 9.0, 1s, 1s, 0.05);
  const double erratic = probability_of_waiting_longer(10, 9.0, 1s, 1s, 1.0);
  EXPECT_LT(steady, erratic);
}

TEST(Waiting, a_negative_wait_counts_as_none) {
  EXPECT_EQ(probability_of_waiting_longer(10, 8.0, -1s, 1s, 1.0), erlang_c(10, 8.0));
}

constexpr Objective kObjective{2s, 0.99};

TEST(RequiredCapacity, no_demand_needs_none) {
  EXPECT_EQ(required_capacity_per_s(0.0, 500ms, 0.05, kObjective), 0.0);
}

RC_GTEST_PROP(RequiredCapacity, meets_the_objective_and_one_replica_less_would_not, ()) {
  const double demand = *rc::gen::inRange(1, 20000) / 100.0;
  const Duration service_time = std::chrono::milliseconds(*rc::gen::inRange(50, 1800));
  const double spread = *rc::gen::inRange(0, 100) / 100.0;
  const double capacity = required_capacity_per_s(demand, service_time, spread, kObjective);
  const double servers = capacity * to_seconds(service_time);
  const double offered = demand * to_seconds(service_time);
  const Duration slack = kObjective.latency - scale(service_time, 1.0 + 2.0 * spread);
  const auto misses = [&](int n) {
    return probability_of_waiting_longer(n, offered, slack, service_time, spread);
  };
  RC_ASSERT(capacity >= demand * (1.0 - 1e-9));
  RC_ASSERT(misses(static_cast<int>(std::ceil(servers - 1e-9))) <= 0.01 + 1e-12);
  const int one_less = static_cast<int>(std::ceil(servers - 1e-9)) - 1;
  RC_ASSERT(misses(one_less) > 0.01);
}

RC_GTEST_PROP(RequiredCapacity, never_falls_when_demand_rises, ()) {
  const double demand = *rc::gen::inRange(1, 20000) / 100.0;
  const double more = demand + *rc::gen::inRange(0, 500) / 100.0;
  const Duration service_time = std::chrono::milliseconds(*rc::gen::inRange(50, 1800));
  RC_ASSERT(required_capacity_per_s(more, service_time, 0.05, kObjective) >=
            required_capacity_per_s(demand, service_time, 0.05, kObjective) - 1e-9);
}

TEST(RequiredCapacity, a_larger_pool_needs_a_smaller_margin) {
  double previous = 1e9;
  for (const double demand : {0.5, 2.0, 10.0, 50.0, 250.0}) {
    const double margin = required_capacity_per_s(demand, 488ms, 0.05, kObjective) / demand;
    EXPECT_LT(margin, previous) << demand;
    EXPECT_GE(margin, 1.0);
    previous = margin;
  }
  EXPECT_LT(previous, 1.02) << "a large pool runs nearly full";
}

TEST(RequiredCapacity, a_stricter_objective_needs_more) {
  const double loose = required_capacity_per_s(20.0, 488ms, 0.05, {2s, 0.99});
  const double strict = required_capacity_per_s(20.0, 488ms, 0.05, {2s, 0.999});
  const double quick = required_capacity_per_s(20.0, 488ms, 0.05, {700ms, 0.99});
  EXPECT_GT(strict, loose);
  EXPECT_GT(quick, strict);
}

TEST(RequiredCapacity, without_time_to_wait_every_arrival_must_find_a_free_server) {
  const double capacity = required_capacity_per_s(8.0, 1s, 0.05, {1s, 0.99});
  const int servers = static_cast<int>(std::ceil(capacity));
  EXPECT_LE(erlang_c(servers, 8.0), 0.01);
  EXPECT_GT(erlang_c(servers - 1, 8.0), 0.01);
}

}  // namespace
}  // namespace signalbox::core
