// SPDX-License-Identifier: Apache-2.0
//
// Convex costs of misses, by hand.
#include "core/scale/miss_curve.h"

#include <gtest/gtest.h>

namespace signalbox::core {
namespace {

TEST(MissCurve, adds_up_what_is_missing_of_each_piece) {
  const MissCurve curve{{{2.0, 3.0}, {5.0, 1.0}}};
  EXPECT_DOUBLE_EQ(curve.cost_usd_per_hour(0.0), 9.0);
  EXPECT_DOUBLE_EQ(curve.cost_usd_per_hour(1.0), 6.0);
  EXPECT_DOUBLE_EQ(curve.cost_usd_per_hour(4.0), 1.0);
  EXPECT_DOUBLE_EQ(curve.cost_usd_per_hour(5.0), 0.0);
  EXPECT_DOUBLE_EQ(curve.cost_usd_per_hour(99.0), 0.0);
}

TEST(MissCurve, one_piece_is_the_linear_price_of_misses) {
  EXPECT_DOUBLE_EQ(MissCurve::linear(4.0, 2.5).cost_usd_per_hour(3.0), 2.5);
}

TEST(MissCurve, a_sum_costs_what_its_parts_cost) {
  const MissCurve a{{{2.0, 3.0}, {5.0, 1.0}}};
  const MissCurve b{{{3.0, 10.0}}};
  const MissCurve sum = a.plus(b);
  EXPECT_TRUE(sum.is_convex());
  for (double capacity = 0.0; capacity < 7.0; capacity += 0.5) {
    EXPECT_DOUBLE_EQ(sum.cost_usd_per_hour(capacity),
                     a.cost_usd_per_hour(capacity) + b.cost_usd_per_hour(capacity));
  }
}

TEST(MissCurve, rising_prices_are_no_curve_to_plan_by) {
  EXPECT_FALSE((MissCurve{{{2.0, 1.0}, {5.0, 3.0}}}.is_convex()));
  EXPECT_FALSE((MissCurve{{{5.0, 3.0}, {2.0, 1.0}}}.is_convex()));
  EXPECT_TRUE(MissCurve{}.is_convex());
}

}  // namespace
}  // namespace signalbox::core
