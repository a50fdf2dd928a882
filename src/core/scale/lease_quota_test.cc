// SPDX-License-Identifier: Apache-2.0
#include "core/scale/lease_quota.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <numeric>

namespace signalbox::core {
namespace {

TEST(LeaseQuota, where_nobody_asks_all_get_the_same) {
  EXPECT_EQ(lease_quotas(12, {0, 0, 0}), (std::vector{4, 4, 4}));
  EXPECT_EQ(lease_quotas(4, {0, 0, 0}), (std::vector{2, 1, 1}));
}

TEST(LeaseQuota, who_needs_more_gets_more_and_room_for_chance_grows_with_the_root) {
  // 16 + 2 sqrt(16) = 24 against 4 + 2 sqrt(4) = 8: three to one, of what the floors leave.
  EXPECT_EQ(lease_quotas(36, {16, 4}), (std::vector{26, 10}));
}

TEST(LeaseQuota, the_idle_keep_a_floor) {
  const auto quotas = lease_quotas(40, {30, 0});
  EXPECT_EQ(quotas[1], 2);
  EXPECT_EQ(quotas[0], 38);
}

TEST(LeaseQuota, where_there_are_more_routers_than_slots_only_those_that_ask_get_any) {
  const auto quotas = lease_quotas(2, {0, 5, 0, 5});
  EXPECT_EQ(quotas, (std::vector{0, 1, 0, 1}));
}

TEST(LeaseQuota, nobody_there_is_given_nothing) { EXPECT_TRUE(lease_quotas(5, {}).empty()); }

RC_GTEST_PROP(LeaseQuota, quotas_add_up_and_follow_the_order_of_demands, ()) {
  const int slots = *rc::gen::inRange(0, 500);
  const auto asked =
      *rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 60)));
  const std::vector<double> demands(asked.begin(), asked.end());
  const auto quotas = lease_quotas(slots, demands);
  RC_ASSERT(std::accumulate(quotas.begin(), quotas.end(), 0) == slots);
  for (std::size_t i = 0; i < quotas.size(); ++i) {
    RC_ASSERT(quotas[i] >= lease_floor(slots, static_cast<int>(quotas.size())));
    for (std::size_t j = 0; j < quotas.size(); ++j) {
      // By rounding alone one may have one more than another that asks for as much or more.
      if (demands[i] <= demands[j]) RC_ASSERT(quotas[i] <= quotas[j] + 1);
    }
  }
}

}  // namespace
}  // namespace signalbox::core
