// SPDX-License-Identifier: Apache-2.0
#include "core/estimate/single_server_queue.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/distributions.h"
#include "base/prng.h"

namespace signalbox::core {
namespace {

// A thousand equally likely times of an exponential with mean 1.
std::vector<double> exponential_times() {
  std::vector<double> times;
  for (int i = 0; i < 1000; ++i) times.push_back(-std::log(1.0 - (i + 0.5) / 1000.0));
  return times;
}

// Erlang's formula for M/D/1 with service time 1: P(wait <= t).
double erlang_wait(double load, double t) {
  double sum = 0.0, factorial = 1.0;
  for (int k = 0; k <= static_cast<int>(t); ++k) {
    if (k > 0) factorial *= k;
    sum += std::pow(load * (k - t), k) / factorial * std::exp(-load * (k - t));
  }
  return (1.0 - load) * sum;
}

TEST(SingleServerQueue, its_mean_is_pollaczeks_and_khinchines) {
  const SingleServerQueue constant({2.0});
  EXPECT_DOUBLE_EQ(constant.mean_s(0.25), 2.0 + 1.0);  // load 0.5: half a service of wait
  const SingleServerQueue exponential(exponential_times());
  EXPECT_NEAR(exponential.mean_s(0.5), 2.0, 0.02);
}

TEST(SingleServerQueue, constant_times_give_erlangs_distribution) {
  const SingleServerQueue queue({1.0});
  for (const double load : {0.2, 0.5, 0.8}) {
    for (const double t : {0.5, 1.5, 2.5, 4.5}) {
      EXPECT_NEAR(queue.share_within(load, 1.0 + t), erlang_wait(load, t), 2e-3)
          << "load " << load << ", wait " << t;
    }
  }
}

TEST(SingleServerQueue, exponential_times_give_an_exponential_sojourn) {
  const SingleServerQueue queue(exponential_times());
  for (const double load : {0.3, 0.6, 0.8}) {
    EXPECT_NEAR(queue.quantile_s(load, 0.95), std::log(20.0) / (1.0 - load),
                0.03 / (1.0 - load) * 3.0);
  }
}

TEST(SingleServerQueue, agrees_with_a_simulated_queue) {
  Prng prng(5);
  std::vector<double> times;
  for (int i = 0; i < 200; ++i) times.push_back(draw_uniform(prng, 0.8, 1.2));
  const SingleServerQueue queue(times);
  const double rate = 0.6 / queue.mean_service_s();
  double wait = 0.0;
  int within = 0;
  constexpr int kRequests = 400000;
  for (int i = 0; i < kRequests; ++i) {
    const double service = times[prng.below(times.size())];
    within += wait + service <= 2.5 ? 1 : 0;
    wait = std::max(wait + service - draw_exponential(prng, 1.0 / rate), 0.0);
  }
  EXPECT_NEAR(queue.share_within(rate, 2.5), static_cast<double>(within) / kRequests, 0.005);
}

TEST(SingleServerQueue, a_service_time_beyond_the_objective_breaks_at_any_rate) {
  EXPECT_EQ(SingleServerQueue({1.0, 3.0}).breaking_rate(2.0, 0.99), 0.0);
  EXPECT_EQ(SingleServerQueue({1.0}, 1.5).breaking_rate(2.0, 0.99), 0.0);
}

TEST(SingleServerQueue, breaks_where_the_quantile_no_longer_holds) {
  const SingleServerQueue queue({0.45, 0.5, 0.55}, 0.02);
  const double rate = queue.breaking_rate(2.0, 0.99);
  EXPECT_GE(queue.share_within(rate, 2.0), 0.99 - 1e-4);
  EXPECT_LT(queue.share_within(1.02 * rate, 2.0), 0.99);
  EXPECT_LT(rate, queue.plateau_per_s());
}

RC_GTEST_PROP(SingleServerQueue, breaks_sooner_the_slower_it_is_and_the_more_is_asked, ()) {
  const auto millis = *rc::gen::resize(
      20, rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(200, 2000))));
  std::vector<double> times;
  for (const int ms : millis) times.push_back(ms / 1000.0);
  const SingleServerQueue queue(times);
  const double rate = queue.breaking_rate(2.0, 0.95);
  RC_ASSERT(rate >= 0.0 && rate <= queue.plateau_per_s());
  RC_ASSERT(queue.scaled(1.2).breaking_rate(2.0, 0.95) <= rate * 1.001);
  RC_ASSERT(queue.breaking_rate(2.0, 0.99) <= rate * 1.001);
}

}  // namespace
}  // namespace signalbox::core
