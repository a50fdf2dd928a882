// SPDX-License-Identifier: Apache-2.0
//
// Names become numbers, and made-up names cost no more than the bound.
#include "core/route/tenant_table.h"

#include <gtest/gtest.h>

#include <string>

namespace signalbox::core {
namespace {

TenantTable table_of(Tenancy tenancy) {
  TenantTable table;
  table.adopt(tenancy);
  return table;
}

TEST(TenantTable, requests_without_a_tenant_are_nobodys) {
  TenantTable table = table_of({.named = {}, .default_weight = 2.0, .max_unnamed = 9});
  EXPECT_EQ(table.enter(""), TenantTable::kNobody);
  EXPECT_DOUBLE_EQ(table.weight(TenantTable::kNobody), 2.0);
}

TEST(TenantTable, a_name_keeps_its_number_and_its_weight) {
  TenantTable table = table_of({.named = {{"acme", 3.0}}, .default_weight = 1.0, .max_unnamed = 9});
  const auto acme = table.enter("acme");
  const auto other = table.enter("other");
  EXPECT_NE(acme, other);
  EXPECT_EQ(table.enter("acme"), acme);
  EXPECT_DOUBLE_EQ(table.weight(acme), 3.0);
  EXPECT_DOUBLE_EQ(table.weight(other), 1.0);
}

TEST(TenantTable, beyond_the_bound_unknown_names_are_one_tenant_until_a_place_is_idle) {
  TenantTable table = table_of({.named = {{"acme", 3.0}}, .default_weight = 1.0, .max_unnamed = 2});
  const auto first = table.enter("first");
  table.enter("second");
  EXPECT_EQ(table.enter("third"), TenantTable::kRest);
  EXPECT_NE(table.enter("acme"), TenantTable::kRest) << "who has a weight always has a place";
  table.leave(first);
  EXPECT_EQ(table.enter("third"), first);
  EXPECT_EQ(table.enter("first"), TenantTable::kRest);
  table.leave(TenantTable::kRest);
}

TEST(TenantTable, an_idle_tenant_that_comes_back_is_itself_again) {
  TenantTable table = table_of({.named = {}, .default_weight = 1.0, .max_unnamed = 2});
  const auto first = table.enter("first");
  const auto second = table.enter("second");
  table.leave(first);
  table.leave(second);
  EXPECT_EQ(table.enter("first"), first);
  EXPECT_EQ(table.enter("third"), second) << "the one still idle gives way";
}

TEST(TenantTable, a_name_that_is_too_long_is_of_the_rest) {
  TenantTable table = table_of(Tenancy{});
  EXPECT_EQ(table.enter(std::string(TenantTable::kMaxNameBytes + 1, 'x')), TenantTable::kRest);
}

TEST(TenantTable, a_reload_changes_weights_and_keeps_who_is_under_way) {
  TenantTable table = table_of({.named = {{"acme", 3.0}}, .default_weight = 1.0, .max_unnamed = 9});
  const auto acme = table.enter("acme");
  const auto other = table.enter("other");
  table.adopt({.named = {{"other", 5.0}}, .default_weight = 0.5, .max_unnamed = 9});
  EXPECT_EQ(table.enter("acme"), acme);
  EXPECT_DOUBLE_EQ(table.weight(acme), 0.5);
  EXPECT_DOUBLE_EQ(table.weight(other), 5.0);
  table.leave(acme);
  table.leave(acme);
  table.leave(other);
  EXPECT_EQ(table.enter("other"), other);
}

}  // namespace
}  // namespace signalbox::core
