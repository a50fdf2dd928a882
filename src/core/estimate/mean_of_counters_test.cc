// SPDX-License-Identifier: Apache-2.0
//
// What two counters say of the mean between two looks at them.
#include "core/estimate/mean_of_counters.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <utility>
#include <vector>

namespace signalbox::core {
namespace {

TEST(MeanOfCounters, is_the_mean_of_what_was_counted_since_the_look_before) {
  MeanOfCounters mean;
  EXPECT_FALSE(mean.observe(20.0, 10));
  const auto next = mean.observe(26.0, 14);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->value, 1.5);
  EXPECT_EQ(next->count, 4.0);
  EXPECT_FALSE(mean.observe(26.0, 14)) << "nothing was counted";
}

TEST(MeanOfCounters, B66_where_one_fell_both_have_begun_anew) {
  MeanOfCounters mean;
  mean.observe(30.0, 3);
  const auto next = mean.observe(2.5, 5);  // the count alone would look like growth
  ASSERT_TRUE(next);
  EXPECT_EQ(next->value, 0.5);
  EXPECT_EQ(next->count, 5.0);
}

TEST(MeanOfCounters, what_no_counter_says_changes_nothing) {
  MeanOfCounters mean;
  mean.observe(10.0, 10);
  EXPECT_FALSE(mean.observe(std::numeric_limits<double>::quiet_NaN(), 12));
  EXPECT_FALSE(mean.observe(11.0, -1));
  EXPECT_FALSE(mean.observe(std::numeric_limits<double>::infinity(), 12));
  const auto next = mean.observe(14.0, 12);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->value, 2.0);
}

RC_GTEST_PROP(MeanOfCounters, is_never_negative_whatever_it_is_told,
              (std::vector<std::pair<double, double>> looks)) {
  MeanOfCounters mean;
  for (const auto& [sum, count] : looks) {
    const auto seen = mean.observe(sum, count);
    if (seen) RC_ASSERT(seen->value >= 0.0 && seen->count > 0.0);
  }
}

}  // namespace
}  // namespace signalbox::core
