// SPDX-License-Identifier: Apache-2.0
//
// Names become numbers, and made-up names cost no more than the bound.
#include "core/route/tenant_table.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace signalbox::core {
namespace {

constexpr TimePoint kNow{1000s};

TenantTable table_of(Tenancy tenancy) {
  TenantTable table;
  table.adopt(tenancy);
  return table;
}

TEST(TenantTable, requests_without_a_tenant_are_nobodys) {
  TenantTable table = table_of({.named = {}, .default_weight = 2.0, .max_unnamed = 9});
  EXPECT_EQ(table.enter("", kNow), TenantTable::kNobody);
  EXPECT_DOUBLE_EQ(table.weight(TenantTable::kNobody), 2.0);
}

TEST(TenantTable, a_name_keeps_its_number_and_its_weight) {
  TenantTable table = table_of({.named = {{"acme", 3.0}}, .default_weight = 1.0, .max_unnamed = 9});
  const auto acme = table.enter("acme", kNow);
  const auto other = table.enter("other", kNow);
  EXPECT_NE(acme, other);
  EXPECT_EQ(table.enter("acme", kNow), acme);
  EXPECT_DOUBLE_EQ(table.weight(acme), 3.0);
  EXPECT_DOUBLE_EQ(table.weight(other), 1.0);
}

TEST(TenantTable, beyond_the_bound_unknown_names_are_one_tenant_until_a_place_is_idle) {
  TenantTable table = table_of({.named = {{"acme", 3.0}}, .default_weight = 1.0, .max_unnamed = 2});
  const auto first = table.enter("first", kNow);
  table.enter("second", kNow);
  EXPECT_EQ(table.enter("third", kNow), TenantTable::kRest);
  EXPECT_NE(table.enter("acme", kNow), TenantTable::kRest) << "who has a weight always has a place";
  table.leave(first);
  EXPECT_EQ(table.enter("third", kNow), first);
  EXPECT_EQ(table.enter("first", kNow), TenantTable::kRest);
  table.leave(TenantTable::kRest);
}

TEST(TenantTable, an_idle_tenant_that_comes_back_is_itself_again) {
  TenantTable table = table_of({.named = {}, .default_weight = 1.0, .max_unnamed = 2});
  const auto first = table.enter("first", kNow);
  const auto second = table.enter("second", kNow);
  table.leave(first);
  table.leave(second);
  EXPECT_EQ(table.enter("first", kNow), first);
  EXPECT_EQ(table.enter("third", kNow), second) << "the one still idle gives way";
}

TEST(TenantTable, a_name_that_is_too_long_is_of_the_rest) {
  TenantTable table = table_of(Tenancy{});
  EXPECT_EQ(table.enter(std::string(TenantTable::kMaxNameBytes + 1, 'x'), kNow),
            TenantTable::kRest);
}

TEST(TenantTable, a_reload_changes_weights_and_keeps_who_is_under_way) {
  TenantTable table = table_of({.named = {{"acme", 3.0}}, .default_weight = 1.0, .max_unnamed = 9});
  const auto acme = table.enter("acme", kNow);
  const auto other = table.enter("other", kNow);
  table.adopt({.named = {{"other", 5.0}}, .default_weight = 0.5, .max_unnamed = 9});
  EXPECT_EQ(table.enter("acme", kNow), acme);
  EXPECT_DOUBLE_EQ(table.weight(acme), 0.5);
  EXPECT_DOUBLE_EQ(table.weight(other), 5.0);
  table.leave(acme);
  table.leave(acme);
  table.leave(other);
  EXPECT_EQ(table.enter("other", kNow), other);
}

TEST(TenantTable, a_place_is_given_to_another_name_only_when_its_budget_is_whole_again) {
  Tenancy tenancy;
  tenancy.max_unnamed = 1;
  tenancy.default_budget.requests_per_s = 1.0;
  TenantTable table = table_of(tenancy);
  const auto first = table.enter("first", kNow);
  EXPECT_EQ(table.admit(first, 0.0, kNow).used_up, BudgetBound::kNone);
  table.leave(first);
  EXPECT_EQ(table.enter("second", kNow + 500ms), TenantTable::kRest)
      << "or a new name would be a new budget";
  EXPECT_EQ(table.enter("third", kNow + 1s), first);
}

TEST(TenantTable, budgets_follow_a_reload_and_what_was_used_of_them_stays) {
  Tenancy tenancy;
  tenancy.named = {{"acme", 1.0, {.max_in_flight = 2}}};
  TenantTable table = table_of(tenancy);
  const auto acme = table.enter("acme", kNow);
  EXPECT_EQ(table.admit(acme, 0.0, kNow).used_up, BudgetBound::kNone);
  tenancy.named[0].budget.max_in_flight = 1;
  table.adopt(tenancy);
  ASSERT_EQ(table.enter("acme", kNow), acme);
  EXPECT_EQ(table.admit(acme, 0.0, kNow).used_up, BudgetBound::kInFlight);
  table.leave(acme);
  std::vector<TenantDigest> told;
  table.describe(kNow, told);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].name, "acme");
  EXPECT_EQ(told[0].in_flight, 1);
  EXPECT_EQ(told[0].over_in_flight, 1U);
}

TEST(TenantTable, requests_that_name_nobody_share_the_default_budget) {
  Tenancy tenancy;
  tenancy.default_budget.max_in_flight = 1;
  TenantTable table = table_of(tenancy);
  EXPECT_EQ(table.admit(table.enter("", kNow), 0.0, kNow).used_up, BudgetBound::kNone);
  EXPECT_EQ(table.admit(table.enter("", kNow), 0.0, kNow).used_up, BudgetBound::kInFlight);
}

}  // namespace
}  // namespace signalbox::core
