// SPDX-License-Identifier: Apache-2.0
#include "core/scale/leased_view.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "core/model/testdata/fleets.h"

namespace signalbox::core {
namespace {

using testdata::endpoint_of;
using testdata::two_units;
using testdata::view_of;

class LeasedViews : public ::testing::Test {
 protected:
  std::shared_ptr<FleetView> fleet(int cheap, int dear) {
    auto view = view_of(spec_, {cheap, dear});
    view->endpoints_version = ++version_;
    return view;
  }
  static LeaseTable leases(std::uint64_t version, std::vector<SlotLease> all) {
    return {version, std::move(all)};
  }

  std::shared_ptr<const FleetSpec> spec_ = std::make_shared<const FleetSpec>(two_units());
  std::uint64_t version_ = 0;
  RouterDigest digest_;
  LeasedView leased_{[this] { return digest_; }};
};

TEST_F(LeasedViews, each_endpoint_shows_what_is_lent_and_none_else) {
  const auto seen = leased_.combine(*fleet(2, 1), leases(4, {{endpoint_of(0, 2), 3}}));
  EXPECT_EQ(seen->leases_version, 4U);
  EXPECT_EQ(seen->endpoints[0].leased_slots, 0);
  EXPECT_EQ(seen->endpoints[1].leased_slots, 3);
  EXPECT_EQ(seen->endpoints[2].leased_slots, 0);
}

TEST_F(LeasedViews, endpoints_are_shared_until_they_or_their_leases_change) {
  const auto view = fleet(2, 1);
  const auto first = leased_.combine(*view, leases(1, {}));
  const auto second = leased_.combine(*view, leases(1, {}));
  EXPECT_TRUE(first->endpoints.shares_with(second->endpoints));
  EXPECT_EQ(first->endpoints_version, second->endpoints_version);
  const auto third = leased_.combine(*view, leases(2, {{endpoint_of(0, 1), 1}}));
  EXPECT_NE(second->endpoints_version, third->endpoints_version);
}

TEST_F(LeasedViews, an_endpoint_that_left_stays_without_a_slot_while_it_is_in_use) {
  const auto lent = leases(1, {{endpoint_of(0, 1), 1}, {endpoint_of(0, 2), 1}});
  leased_.combine(*fleet(2, 1), lent);
  digest_.endpoints = {{endpoint_of(0, 1), UnitId(0), 0, 9, 0, false, 0},
                       {endpoint_of(0, 2), UnitId(0), 1, 9, 0, false, 0},
                       {endpoint_of(1, 1), UnitId(1), 0, 0, 0, false, 0}};
  auto seen = leased_.combine(*fleet(0, 1), lent);
  ASSERT_EQ(seen->endpoints.size(), 2U);
  EXPECT_EQ(seen->endpoints[0].id, endpoint_of(0, 2)) << "in its place among the others";
  EXPECT_EQ(seen->endpoints[0].state, EndpointState::kDraining);
  EXPECT_EQ(seen->endpoints[0].leased_slots, 0);
  digest_.endpoints[1].in_flight = 0;
  seen = leased_.combine(*fleet(0, 1), lent);
  EXPECT_EQ(seen->endpoints.size(), 1U);
}

TEST_F(LeasedViews, one_that_comes_back_is_as_the_fleet_says) {
  const auto lent = leases(1, {{endpoint_of(0, 1), 1}});
  leased_.combine(*fleet(1, 0), lent);
  digest_.endpoints = {{endpoint_of(0, 1), UnitId(0), 1, 1, 0, false, 0}};
  leased_.combine(*fleet(0, 0), lent);
  const auto seen = leased_.combine(*fleet(1, 0), lent);
  ASSERT_EQ(seen->endpoints.size(), 1U);
  EXPECT_EQ(seen->endpoints[0].state, EndpointState::kReady);
  EXPECT_EQ(seen->endpoints[0].leased_slots, 1);
}

}  // namespace
}  // namespace signalbox::core
