// SPDX-License-Identifier: Apache-2.0
//
// Look-ups by name, which a reload rests on, and the words config and metrics share.
#include "core/model/fleet_spec.h"

#include <gtest/gtest.h>

#include "core/model/testdata/fleets.h"

namespace signalbox::core {
namespace {

TEST(FleetSpec, units_and_services_are_found_by_name) {
  const FleetSpec spec = testdata::paper_fleet();
  ASSERT_TRUE(spec.find_unit("g5-triton").has_value());
  EXPECT_EQ(*spec.find_unit("g5-triton"), testdata::kG5Triton);
  EXPECT_EQ(*spec.find_service("sd21"), ServiceId(0));
  EXPECT_EQ(spec.unit(testdata::kG6).name, "g6");
}

TEST(FleetSpec, a_name_that_is_not_there_is_not_found) {
  const FleetSpec spec = testdata::paper_fleet();
  EXPECT_FALSE(spec.find_unit("inf").has_value());
  EXPECT_FALSE(spec.find_unit("").has_value());
  EXPECT_FALSE(spec.find_service("SD21").has_value());
}

TEST(FleetSpec, an_address_is_written_host_colon_port) {
  EXPECT_EQ(to_string(Address{"10.0.0.7", 8080}), "10.0.0.7:8080");
}

TEST(FleetSpec, modes_and_policies_are_named_as_in_the_config) {
  EXPECT_STREQ(to_string(Mode::kCostOptimized), "cost_optimized");
  EXPECT_STREQ(to_string(Mode::kCapacityOptimized), "capacity_optimized");
  EXPECT_STREQ(to_string(Policy::kCostFirst), "cost_first");
  EXPECT_STREQ(to_string(Policy::kCapacityFirst), "capacity_first");
  EXPECT_STREQ(to_string(Resilience::kNone), "none");
  EXPECT_STREQ(to_string(Resilience::kZone), "zone");
  EXPECT_STREQ(to_string(Resilience::kUnit), "unit");
  EXPECT_STREQ(to_string(Tier::kOnDemand), "on-demand");
  EXPECT_STREQ(to_string(Tier::kSpot), "spot");
  EXPECT_STREQ(to_string(Tier::kReserved), "reserved");
  EXPECT_STREQ(to_string(Tier::kOwned), "owned");
  EXPECT_STREQ(to_string(RoutingPolicy::kSignalbox), "signalbox");
  EXPECT_STREQ(to_string(RoutingPolicy::kPaperWeighted), "paper-weighted");
  EXPECT_STREQ(to_string(RoutingPolicy::kPaperEqual), "paper-equal");
  EXPECT_STREQ(to_string(RoutingPolicy::kPaperBinary), "paper-binary");
  EXPECT_STREQ(to_string(RoutingPolicy::kRoundRobin), "round-robin");
  EXPECT_STREQ(to_string(RoutingPolicy::kLeastRequest), "least-request");
  EXPECT_STREQ(to_string(RoutingPolicy::kPowerOfTwo), "p2c");
}

}  // namespace
}  // namespace signalbox::core
