// SPDX-License-Identifier: Apache-2.0
//
// Room goes by weight: whoever floods a full queue displaces itself.
#include "core/route/room_shares.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "core/model/testdata/fleets.h"

namespace signalbox::core {
namespace {

using testdata::at;

RoomShares::Guest guest(std::uint64_t id, TenantIndex tenant, int priority = 0,
                        double weight = 1.0) {
  return {RequestId(id), at(1s * id), tenant, priority, weight};
}

TEST(RoomShares, the_only_tenant_gives_way_to_nobody) {
  RoomShares room;
  for (std::uint32_t i = 0; i < 5; ++i) room.add(i, guest(i, 0));
  EXPECT_EQ(room.yields_to(guest(9, 0)), std::nullopt);
}

TEST(RoomShares, the_fullest_tenant_loses_its_newest_request_to_one_that_has_less) {
  RoomShares room;
  for (std::uint32_t i = 0; i < 5; ++i) room.add(i, guest(i, 0));
  EXPECT_EQ(room.yields_to(guest(9, 1)), 4U);
  EXPECT_EQ(room.yields_to(guest(9, 0)), std::nullopt) << "not to itself";
}

TEST(RoomShares, its_least_important_request_goes_before_a_newer_one) {
  RoomShares room;
  room.add(0, guest(0, 0, 1));
  room.add(1, guest(1, 0, -1));
  room.add(2, guest(2, 0, 1));
  EXPECT_EQ(room.yields_to(guest(9, 1)), 1U);
}

TEST(RoomShares, within_a_tenant_an_important_newcomer_displaces_a_lesser_request) {
  RoomShares room;
  room.add(0, guest(0, 0, 0));
  room.add(1, guest(1, 0, 2));
  EXPECT_EQ(room.yields_to(guest(9, 0, 1)), 0U);
  EXPECT_EQ(room.yields_to(guest(9, 0, 0)), std::nullopt);
}

TEST(RoomShares, an_empty_room_has_nobody_to_give_way) {
  EXPECT_EQ(RoomShares().yields_to(guest(1, 0)), std::nullopt);
}

RC_GTEST_PROP(RoomShares, a_full_queue_comes_to_hold_tenants_by_weight, ()) {
  constexpr std::size_t kRoom = 60;
  constexpr TenantIndex kTenants = 3;
  const std::array<double, kTenants> weights{1.0, 2.0, 3.0};
  RoomShares room;
  std::vector<std::optional<TenantIndex>> places(kRoom);
  std::array<int, kTenants> held{};
  const auto put = [&](std::size_t place, TenantIndex tenant, std::uint64_t id) {
    room.add(static_cast<std::uint32_t>(place), guest(id, tenant, 0, weights[tenant]));
    places[place] = tenant;
    ++held[tenant];
  };
  // Filled by whoever the case says, then everybody asks again and again.
  const auto first = *rc::gen::container<std::vector<TenantIndex>>(
      kRoom, rc::gen::inRange<TenantIndex>(0, kTenants));
  for (std::size_t i = 0; i < kRoom; ++i) put(i, first[i], i);
  for (std::uint64_t id = kRoom; id < 4 * kRoom; ++id) {
    const auto tenant = static_cast<TenantIndex>(id % kTenants);
    const auto loser = room.yields_to(guest(id, tenant, 0, weights[tenant]));
    if (!loser) continue;
    room.remove(*loser);
    --held[*places[*loser]];
    put(*loser, tenant, id);
  }
  RC_ASSERT(held[0] + held[1] + held[2] == static_cast<int>(kRoom));
  for (TenantIndex tenant = 0; tenant < kTenants; ++tenant) {
    RC_ASSERT(std::abs(held[tenant] - 10.0 * weights[tenant]) <= weights[tenant]);
  }
}

}  // namespace
}  // namespace signalbox::core
