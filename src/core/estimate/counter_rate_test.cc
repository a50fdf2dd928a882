// SPDX-License-Identifier: Apache-2.0
//
// What a counter says between two looks.
#include "core/estimate/counter_rate.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <vector>

namespace signalbox::core {
namespace {

TEST(CounterRate, is_the_growth_since_the_look_before) {
  CounterRate counter;
  EXPECT_EQ(counter.observe(100.0), std::nullopt);
  EXPECT_EQ(counter.observe(130.0), 30.0);
  EXPECT_EQ(counter.observe(130.0), 0.0);
}

TEST(CounterRate, B66_a_counter_that_began_anew_never_gives_a_negative_rate) {
  CounterRate counter;
  counter.observe(1e6);
  EXPECT_EQ(counter.observe(12.0), 12.0);
  EXPECT_EQ(counter.observe(20.0), 8.0);
}

TEST(CounterRate, what_is_no_count_changes_nothing) {
  CounterRate counter;
  counter.observe(10.0);
  EXPECT_EQ(counter.observe(std::numeric_limits<double>::quiet_NaN()), std::nullopt);
  EXPECT_EQ(counter.observe(-3.0), std::nullopt);
  EXPECT_EQ(counter.observe(std::numeric_limits<double>::infinity()), std::nullopt);
  EXPECT_EQ(counter.observe(15.0), 5.0);
}

RC_GTEST_PROP(CounterRate, is_never_negative, (std::vector<double> counters)) {
  CounterRate counter;
  for (const double each : counters) RC_ASSERT(counter.observe(each).value_or(0.0) >= 0.0);
}

TEST(MeanOfCounters, is_the_mean_of_what_was_counted_since_the_look_before) {
  MeanOfCounters mean;
  EXPECT_FALSE(mean.observe(10, 20.0));
  const auto next = mean.observe(14, 26.0);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->value, 1.5);
  EXPECT_EQ(next->count, 4.0);
  EXPECT_FALSE(mean.observe(14, 26.0)) << "nothing was counted";
}

TEST(MeanOfCounters, B66_where_one_fell_both_have_begun_anew) {
  MeanOfCounters mean;
  mean.observe(3, 30.0);
  const auto next = mean.observe(5, 2.5);  // the count alone would look like growth
  ASSERT_TRUE(next);
  EXPECT_EQ(next->value, 0.5);
  EXPECT_EQ(next->count, 5.0);
}

RC_GTEST_PROP(MeanOfCounters, lies_within_what_was_counted_whenever_it_restarts, ()) {
  MeanOfCounters mean;
  double count = 0.0, sum = 0.0;
  for (int i = 0; i < 50; ++i) {
    if (*rc::gen::inRange(0, 4) == 0) count = sum = 0.0;
    const int more = *rc::gen::inRange(1, 20);
    for (int n = 0; n < more; ++n) sum += 0.4 + 0.2 * (n % 2);
    count += more;
    // A restart that is outgrown before the next look cannot be told from growth, but by a bound.
    if (const auto seen = mean.observe(count, sum)) RC_ASSERT(seen->value >= 0.0);
  }
}

}  // namespace
}  // namespace signalbox::core
