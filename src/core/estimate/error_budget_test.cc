// SPDX-License-Identifier: Apache-2.0
//
// The price of a miss under feedback: debts raise it, kept promises bring it back, and neither a
// reset nor a disaster carries it out of bounds.
#include "core/estimate/error_budget.h"

#include <gtest/gtest.h>

#include <cmath>

namespace signalbox::core {
namespace {

constexpr double kAllowed = 0.01;
constexpr double kMemory = 1000.0;

TEST(ErrorBudget, begins_with_trust_in_the_model) { EXPECT_EQ(ErrorBudget{}.factor(), 1.0); }

TEST(ErrorBudget, what_is_allowed_changes_nothing) {
  ErrorBudget budget;
  budget.observe(100'000, 1'000, kAllowed, kMemory);
  EXPECT_NEAR(budget.factor(), 1.0, 1e-9);
}

TEST(ErrorBudget, misses_beyond_it_raise_the_price_and_keeping_it_brings_it_back) {
  ErrorBudget budget;
  budget.observe(1'000, 30, kAllowed, kMemory);  // three times what is allowed
  EXPECT_NEAR(budget.factor(), std::exp(2.0), 1e-9);
  budget.observe(2'000, 30, kAllowed, kMemory);
  EXPECT_NEAR(budget.factor(), std::exp(1.0), 1e-9);
  budget.observe(9'000, 30, kAllowed, kMemory);
  EXPECT_NEAR(budget.factor(), 1.0, 1e-9) << "a good run is not spent on misses";
}

TEST(ErrorBudget, a_disaster_is_bounded) {
  ErrorBudget budget;
  budget.observe(1'000'000, 1'000'000, kAllowed, kMemory);
  EXPECT_LT(budget.factor(), 3001.0);
  EXPECT_GT(budget.factor(), 2900.0);
}

TEST(ErrorBudget, a_counter_that_begins_again_is_no_debt) {
  ErrorBudget budget;
  budget.observe(1'000, 30, kAllowed, kMemory);
  const double before = budget.factor();
  budget.observe(10, 10, kAllowed, kMemory);
  EXPECT_EQ(budget.factor(), before);
  budget.observe(20, 10, kAllowed, kMemory);
  EXPECT_LT(budget.factor(), before);
}

}  // namespace
}  // namespace signalbox::core
