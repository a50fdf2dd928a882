// SPDX-License-Identifier: Apache-2.0
#include "sim/engine/price_curve.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace signalbox::sim {
namespace {

constexpr TimePoint kStart{};

TEST(PriceCurve, without_steps_the_base_price_holds_for_ever) {
  const PriceCurve curve(3.6, {});
  EXPECT_DOUBLE_EQ(curve.usd_per_hour(kStart + 5h), 3.6);
  EXPECT_DOUBLE_EQ(curve.usd_between(kStart + 10s, kStart + 110s), 0.1);
}

TEST(PriceCurve, the_base_price_holds_ahead_of_the_first_step) {
  const PriceCurve curve(3.6, StepSeries<double>({{kStart + 1h, 7.2}}));
  EXPECT_DOUBLE_EQ(curve.usd_per_hour(kStart + 1h - 1ns), 3.6);
  EXPECT_DOUBLE_EQ(curve.usd_per_hour(kStart + 1h), 7.2);
  EXPECT_DOUBLE_EQ(curve.usd_between(kStart, kStart + 2h), 3.6 + 7.2);
}

TEST(PriceCurve, each_price_is_paid_for_as_long_as_it_holds) {
  const PriceCurve curve(
      1.0, StepSeries<double>({{kStart, 3.6}, {kStart + 100s, 7.2}, {kStart + 300s, 0.0}}));
  EXPECT_NEAR(curve.usd_between(kStart + 50s, kStart + 400s), 0.05 + 0.4 + 0.0, 1e-12);
  EXPECT_NEAR(curve.usd_between(kStart + 100s, kStart + 300s), 0.4, 1e-12);
  EXPECT_EQ(curve.usd_between(kStart + 70s, kStart + 70s), 0.0);
}

RC_GTEST_PROP(PriceCurve, windows_add_up_to_the_whole_and_agree_with_a_sum_by_the_second, ()) {
  const auto prices = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 100));
  std::vector<StepSeries<double>::Step> steps;
  TimePoint from = kStart;
  for (const int price : prices) steps.push_back({from += (1 + price % 7) * 1s, price / 10.0});
  const PriceCurve curve(2.5, StepSeries<double>(steps));
  const int a = *rc::gen::inRange(0, 200);
  const int b = a + *rc::gen::inRange(0, 200);
  const int middle = *rc::gen::inRange(a, b + 1);
  double by_second = 0.0;
  for (int s = a; s < b; ++s) by_second += curve.usd_per_hour(kStart + s * 1s) / 3600.0;
  const double whole = curve.usd_between(kStart + a * 1s, kStart + b * 1s);
  RC_ASSERT(std::abs(whole - by_second) < 1e-9);
  RC_ASSERT(std::abs(curve.usd_between(kStart + a * 1s, kStart + middle * 1s) +
                     curve.usd_between(kStart + middle * 1s, kStart + b * 1s) - whole) < 1e-9);
}

}  // namespace
}  // namespace signalbox::sim
