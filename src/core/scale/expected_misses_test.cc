// SPDX-License-Identifier: Apache-2.0
//
// The miss curve against what must hold of it, and against a simulated line in which whoever would
// be late gives way.
#include "core/scale/expected_misses.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

#include "base/distributions.h"
#include "base/prng.h"

namespace signalbox::core {
namespace {

QueueShape images() {
  return {.may_wait = 1500ms, .service_time = 500ms, .spread = 0.05, .lumpiness = 1.0};
}

TEST(ExpectedMisses, without_capacity_everybody_misses_and_without_demand_nobody) {
  EXPECT_EQ(missed_per_s(0.0, 10.0, images()), 10.0);
  EXPECT_EQ(missed_per_s(5.0, 0.0, images()), 0.0);
}

TEST(ExpectedMisses, far_below_demand_the_difference_is_missed) {
  EXPECT_NEAR(missed_per_s(10.0, 30.0, images()), 20.0, 0.01);
}

TEST(ExpectedMisses, at_balance_the_line_spills_half_its_variance_over_its_length) {
  const double bound = 20.0 * 1.5;
  EXPECT_NEAR(missed_per_s(20.0, 20.0, images()), 20.0 * (1.0 + 0.0025) / (2.0 * bound), 1e-6);
}

// Servers of deterministic service, one line, arrivals that cannot start in time are turned away:
// what gives way in the Router.
double simulated_miss_share(int servers, double per_s, std::uint64_t seed) {
  Prng prng(seed);
  std::priority_queue<double, std::vector<double>, std::greater<>> free_at;
  for (int i = 0; i < servers; ++i) free_at.push(0.0);
  double now = 0.0;
  int missed = 0;
  constexpr int kRequests = 400'000;
  for (int i = 0; i < kRequests; ++i) {
    now += draw_exponential(prng, 1.0 / per_s);
    const double start = std::max(now, free_at.top());
    if (start - now > 1.5) {
      ++missed;
      continue;
    }
    free_at.pop();
    free_at.push(start + 0.5);
  }
  return static_cast<double>(missed) / kRequests;
}

TEST(ExpectedMisses, agree_with_a_simulated_line) {
  for (const int servers : {8, 13, 26}) {
    for (const double load : {0.95, 0.98, 1.0, 1.03}) {
      const double capacity = servers * 2.0;
      const double demand = capacity * load;
      QueueShape queue = images();
      queue.spread = 0.0;
      const double share = missed_per_s(capacity, demand, queue) / demand;
      const double seen = simulated_miss_share(servers, demand, 11);
      EXPECT_NEAR(share, seen, 0.25 * seen + 4e-4) << servers << " servers at " << load;
    }
  }
}

TEST(ExpectedMisses, doubt_about_demand_adds_misses_where_capacity_is_ample) {
  const double sure = expected_misses_per_s(25.0, {20.0, 0.0}, images());
  const double unsure = expected_misses_per_s(25.0, {20.0, 3.0}, images());
  EXPECT_GT(unsure, 10.0 * sure);
}

TEST(ExpectedMisses, a_peak_that_may_come_weighs_by_its_probability) {
  const DemandBelief calm{20.0, 0.0};
  const DemandBelief peak{20.0, 0.0, 100.0, 0.25};
  EXPECT_NEAR(expected_misses_per_s(40.0, peak, images()),
              0.75 * expected_misses_per_s(40.0, calm, images()) + 0.25 * 60.0, 0.01);
}

TEST(ExpectedMisses, capacity_for_a_share_gives_that_share) {
  for (const double share : {0.05, 0.01, 0.001}) {
    for (const double demand : {1.0, 10.0, 100.0}) {
      const DemandBelief belief{demand, 0.02 * demand};
      const double capacity = capacity_for_miss_share(share, belief, images());
      EXPECT_NEAR(expected_misses_per_s(capacity, belief, images()), share * demand,
                  0.02 * share * demand + 1e-9);
    }
  }
}

TEST(ExpectedMisses, a_large_pool_needs_a_smaller_share_of_headroom) {
  const auto headroom = [](double demand) {
    return capacity_for_miss_share(0.01, {demand, 0.0}, images()) / demand;
  };
  EXPECT_GT(headroom(2.0), headroom(20.0));
  EXPECT_GT(headroom(20.0), headroom(200.0));
}

TEST(ExpectedMisses, an_objective_that_leaves_no_time_to_wait_needs_a_free_server_each_time) {
  QueueShape queue = images();
  queue.may_wait = Duration::zero();
  const double capacity = capacity_for_miss_share(0.01, {10.0, 0.0}, queue);
  EXPECT_GT(capacity, 20.0) << "five busy servers on average, but often many more";
  EXPECT_LT(capacity, 26.0);
}

RC_GTEST_PROP(ExpectedMissesProperty, more_capacity_never_misses_more_nor_more_demand_less, ()) {
  const auto number = [](int from, int to) {
    return static_cast<double>(*rc::gen::inRange(from, to)) / 100.0;
  };
  QueueShape queue;
  queue.service_time = from_seconds(number(5, 300));
  queue.may_wait = from_seconds(number(0, 500));
  queue.spread = number(0, 100);
  queue.lumpiness = 1.0 + number(0, 500);
  const DemandBelief belief{number(1, 10'000), number(0, 1'000)};
  const double capacity = number(1, 15'000);
  const double more = capacity + number(1, 1'000);
  const double here = expected_misses_per_s(capacity, belief, queue);
  RC_ASSERT(std::isfinite(here));
  RC_ASSERT(here >= 0.0);
  RC_ASSERT(expected_misses_per_s(more, belief, queue) <= here + 1e-9 * (1.0 + here));
  DemandBelief busier = belief;
  busier.mean_per_s += number(1, 1'000);
  RC_ASSERT(expected_misses_per_s(capacity, busier, queue) >= here - 1e-6 * (1.0 + here));
}

}  // namespace
}  // namespace signalbox::core
