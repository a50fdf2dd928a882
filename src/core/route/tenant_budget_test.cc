// SPDX-License-Identifier: Apache-2.0
//
// One tenant's account: never more than the budget over any window, however requests come.
#include "core/route/tenant_budget.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <utility>
#include <vector>

namespace signalbox::core {
namespace {

constexpr TimePoint kStart{1000s};

BudgetAccount account_for(const TenantBudget& budget) {
  BudgetAccount account;
  account.prepare(budget);
  return account;
}

TEST(TenantBudget, without_bounds_everything_may_begin) {
  const TenantBudget none;
  BudgetAccount account = account_for(none);
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    ASSERT_EQ(account.admit(none, i, 1e9, kStart).used_up, BudgetBound::kNone);
  }
  EXPECT_TRUE(account.is_clear(kStart));
}

TEST(TenantBudget, a_second_of_requests_may_come_at_once_and_then_as_fast_as_the_rate) {
  const TenantBudget budget{.requests_per_s = 10.0};
  BudgetAccount account = account_for(budget);
  for (int i = 0; i < 10; ++i) {
    ASSERT_EQ(account.admit(budget, 0, 0.0, kStart).used_up, BudgetBound::kNone) << i;
  }
  const auto refused = account.admit(budget, 0, 0.0, kStart);
  EXPECT_EQ(refused.used_up, BudgetBound::kRate);
  EXPECT_EQ(refused.wait, 100ms);
  EXPECT_EQ(account.admit(budget, 0, 0.0, kStart + refused.wait).used_up, BudgetBound::kNone)
      << "who waits as long as told is served";
}

TEST(TenantBudget, less_than_one_in_a_second_is_one_at_a_time) {
  const TenantBudget budget{.requests_per_s = 0.1};
  BudgetAccount account = account_for(budget);
  EXPECT_EQ(account.admit(budget, 0, 0.0, kStart).used_up, BudgetBound::kNone);
  EXPECT_EQ(account.admit(budget, 0, 0.0, kStart + 4s).wait, 6s);
  EXPECT_EQ(account.admit(budget, 0, 0.0, kStart + 10s).used_up, BudgetBound::kNone);
}

TEST(TenantBudget, a_raised_rate_is_in_force_at_once) {
  const TenantBudget slow{.requests_per_s = 1.0 / 3600}, quick{.requests_per_s = 2.0};
  BudgetAccount account = account_for(slow);
  account.admit(slow, 0, 0.0, kStart);
  EXPECT_EQ(account.admit(slow, 0, 0.0, kStart).wait, 1h);
  EXPECT_EQ(account.admit(quick, 0, 0.0, kStart).wait, 500ms);
}

TEST(TenantBudget, so_many_may_be_under_way_and_no_more) {
  const TenantBudget budget{.max_in_flight = 2};
  BudgetAccount account = account_for(budget);
  EXPECT_EQ(account.admit(budget, 1, 0.0, kStart).used_up, BudgetBound::kNone);
  EXPECT_EQ(account.admit(budget, 2, 0.0, kStart).used_up, BudgetBound::kInFlight);
}

TEST(TenantBudget, money_is_set_aside_until_it_is_known_what_was_spent) {
  const TenantBudget budget{.usd_per_hour = 1.0};
  BudgetAccount account = account_for(budget);
  EXPECT_EQ(account.admit(budget, 0, 0.6, kStart).set_aside_usd, 0.6);
  EXPECT_EQ(account.admit(budget, 0, 0.6, kStart).used_up, BudgetBound::kCost);
  account.put_back(0.6);
  account.charge(0.3, kStart);
  EXPECT_EQ(account.spent_usd(kStart), 0.3);
  EXPECT_EQ(account.admit(budget, 0, 0.6, kStart).used_up, BudgetBound::kNone);
}

TEST(TenantBudget, money_spent_is_forgotten_when_its_minute_is_an_hour_past) {
  const TenantBudget budget{.usd_per_hour = 1.0};
  BudgetAccount account = account_for(budget);
  const TimePoint begin{1020s};  // a whole minute
  account.charge(0.4, begin + 10s);
  account.charge(0.6, begin + 70s);
  const auto refused = account.admit(budget, 0, 0.1, begin + 80s);
  EXPECT_EQ(refused.used_up, BudgetBound::kCost);
  EXPECT_EQ(begin + 80s + refused.wait, begin + 61min);
  EXPECT_EQ(account.admit(budget, 0, 0.1, begin + 61min - 1ns).used_up, BudgetBound::kCost);
  EXPECT_EQ(account.admit(budget, 0, 0.4, begin + 61min).used_up, BudgetBound::kNone);
  EXPECT_FALSE(account.is_clear(begin + 61min));
  account.put_back(0.4);
  EXPECT_TRUE(account.is_clear(begin + 62min));
  EXPECT_EQ(account.spent_usd(begin + 100h), 0.0);
}

TEST(TenantBudget, what_costs_more_than_an_hour_is_told_to_come_back_in_an_hour) {
  const TenantBudget budget{.usd_per_hour = 1.0};
  BudgetAccount account = account_for(budget);
  EXPECT_EQ(account.admit(budget, 0, 2.0, kStart).wait, 1h);
}

TEST(TenantBudget, a_charge_for_nothing_is_taken_back_once_and_only_from_its_own_hour) {
  const TenantBudget budget{.usd_per_hour = 1.0};
  BudgetAccount account = account_for(budget);
  account.charge(0.5, kStart);
  account.take_back(0.5, kStart, kStart + 30min);
  EXPECT_EQ(account.spent_usd(kStart + 30min), 0.0);
  account.charge(0.5, kStart + 2h);
  account.take_back(0.5, kStart, kStart + 2h);
  EXPECT_EQ(account.spent_usd(kStart + 2h), 0.5);
}

// Times rise by up to a few seconds, with pauses; what comes back is when requests were admitted.
struct Admitted {
  TimePoint at;
  double usd;
};

RC_GTEST_PROP(TenantBudget, over_no_window_does_more_begin_than_its_rate_and_one_second, ()) {
  const double rate = *rc::gen::element(0.2, 1.0, 2.5, 7.0, 100.0, 333.3);
  const TenantBudget budget{.requests_per_s = rate};
  BudgetAccount account = account_for(budget);
  const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 1000));
  TimePoint now = kStart;
  std::vector<TimePoint> begun;
  for (const int step : steps) {
    now += step % 7 == 0 ? std::chrono::milliseconds(step * 5) : Duration(step * 1000);
    const auto answer = account.admit(budget, 0, 0.0, now);
    if (answer.used_up == BudgetBound::kNone) begun.push_back(now);
    RC_ASSERT((answer.used_up == BudgetBound::kRate) == (answer.wait > Duration::zero()));
  }
  for (std::size_t i = 0; i < begun.size(); ++i) {
    for (std::size_t j = i; j < begun.size(); ++j) {
      const double window_s = to_seconds(begun[j] - begun[i]);
      const double most = rate * window_s + std::max(1.0, rate);
      RC_ASSERT(static_cast<double>(j - i + 1) <= std::floor(most + 1e-6));
    }
  }
}

RC_GTEST_PROP(TenantBudget, over_no_hour_is_more_spent_than_the_budget, ()) {
  const TenantBudget budget{.usd_per_hour = 1.0};
  BudgetAccount account = account_for(budget);
  const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 1'000'000));
  TimePoint now = kStart;
  std::vector<Admitted> spent;
  std::vector<double> waiting;  // what was set aside for them
  for (const int step : steps) {
    now += std::chrono::milliseconds(step);
    const double most = static_cast<double>(step % 10) / 20.0;
    if (const auto answer = account.admit(budget, 0, most, now);
        answer.used_up == BudgetBound::kNone) {
      waiting.push_back(answer.set_aside_usd);
    } else {
      RC_ASSERT(answer.wait <= 61min);
    }
    if (step % 3 == 0 || waiting.empty()) continue;
    const double set_aside = std::exchange(waiting.back(), 0.0);
    waiting.pop_back();
    account.put_back(set_aside);
    spent.push_back({now, set_aside * static_cast<double>(step % 5) / 4.0});
    account.charge(spent.back().usd, now);
  }
  for (std::size_t i = 0; i < spent.size(); ++i) {
    double sum = 0.0;
    for (std::size_t j = i; j < spent.size() && spent[j].at - spent[i].at < 1h; ++j) {
      sum += spent[j].usd;
    }
    RC_ASSERT(sum <= budget.usd_per_hour + 1e-9);
  }
}

}  // namespace
}  // namespace signalbox::core
