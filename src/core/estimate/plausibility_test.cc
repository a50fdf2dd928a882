// SPDX-License-Identifier: Apache-2.0
//
// What no price and no pool can be is refused with a reason that names the value.
#include "core/estimate/plausibility.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>

namespace signalbox::core {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

void expect_refused(const std::optional<std::string>& why, const std::string& because) {
  ASSERT_TRUE(why.has_value());
  EXPECT_NE(why->find(because), std::string::npos) << *why;
}

TEST(Plausibility, everyday_prices_are_believed) {
  for (const double price : {0.0, 0.2, 0.7582, 98.0, 700.0}) {
    EXPECT_EQ(implausible_price(price, 0.7582), std::nullopt) << price;
  }
}

TEST(Plausibility, B58_a_price_that_is_no_number_is_refused) {
  for (const double price : {kNan, -kNan, kInfinity, -kInfinity}) {
    expect_refused(implausible_price(price, 1.0), "not a finite number");
  }
}

TEST(Plausibility, B58_a_negative_price_is_refused) {
  expect_refused(implausible_price(-0.01, 1.0), "-0.01 USD/hour is negative");
  EXPECT_EQ(implausible_price(-0.0, 1.0), std::nullopt) << "minus zero is zero";
}

TEST(Plausibility, B58_a_price_a_thousand_times_the_configured_one_is_refused) {
  expect_refused(implausible_price(1e308, 1.0), "above 1000 USD/hour");
  expect_refused(implausible_price(1000.1, 1.0), "above 1000 USD/hour");
  EXPECT_EQ(implausible_price(1000.0, 1.0), std::nullopt);
}

TEST(Plausibility, B64_a_hundredfold_spike_is_believed_and_left_to_the_guardrails) {
  EXPECT_EQ(implausible_price(75.82, 0.7582), std::nullopt);
}

TEST(Plausibility, a_unit_that_costs_nothing_has_an_absolute_bound) {
  EXPECT_EQ(implausible_price(50.0, 0.0), std::nullopt);
  expect_refused(implausible_price(10001.0, 0.0), "above 10000 USD/hour");
}

TEST(Plausibility, B61_a_capacity_that_no_pool_has_is_refused) {
  expect_refused(implausible_capacity(1e308), "most that is believed");
  expect_refused(implausible_capacity(kNan), "not a finite number");
  expect_refused(implausible_capacity(kInfinity), "not a finite number");
  expect_refused(implausible_capacity(2.5), "2.5 is not a whole number");
}

TEST(Plausibility, a_negative_capacity_lifts_the_limit) {
  EXPECT_EQ(implausible_capacity(-1.0), std::nullopt);
  EXPECT_EQ(implausible_capacity(0.0), std::nullopt);
  EXPECT_EQ(implausible_capacity(40.0), std::nullopt);
}

RC_GTEST_PROP(Plausibility, whatever_is_believed_is_finite_and_not_negative, (double price)) {
  const double configured = *rc::gen::inRange(0, 100) / 10.0;
  if (!implausible_price(price, configured)) {
    RC_ASSERT(std::isfinite(price));
    RC_ASSERT(price >= 0.0);
  }
}

}  // namespace
}  // namespace signalbox::core
