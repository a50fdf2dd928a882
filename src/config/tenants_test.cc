// SPDX-License-Identifier: Apache-2.0
//
// Tenants, from the file to values.
#include <gtest/gtest.h>

#include <string>

#include "config/config.h"

namespace signalbox::config {
namespace {

Config loaded(const std::string& tenants) {
  const std::string text = R"(services: {chat: {}}
units:
  own: {price: 1 USD/hour, plateau: 60/min, endpoints: [127.0.0.1:8001]}
)" + tenants;
  auto config = load(text, "test.yaml");
  EXPECT_TRUE(config.ok()) << (config.ok() ? "" : render(config.error()));
  return config.ok() ? *config : Config{};
}

TEST(Tenants, weights_and_bounds_are_the_fleets_and_headers_the_gateways) {
  const Config config = loaded(R"(tenants:
  header: x-team
  priority_header: x-urgency
  trusted: [10.0.0.0/8, ::1]
  weights: {acme: 3, "42": 0.5}
  default_weight: 2
  max_unnamed: 10
)");
  const core::Tenancy& tenancy = config.fleet.tenancy;
  ASSERT_EQ(tenancy.named.size(), 2U);
  EXPECT_EQ(tenancy.named[0].name, "acme");
  EXPECT_EQ(tenancy.named[0].weight, 3.0);
  EXPECT_EQ(tenancy.named[1].name, "42");
  EXPECT_EQ(tenancy.named[1].weight, 0.5);
  EXPECT_EQ(tenancy.default_weight, 2.0);
  EXPECT_EQ(tenancy.max_unnamed, 10);
  EXPECT_EQ(config.tenants, (TenantsSection{.header = "x-team",
                                            .priority_header = "x-urgency",
                                            .trusted = {"10.0.0.0/8", "::1"}}));
}

TEST(Tenants, a_network_is_enough_to_tell_them_apart_with_equal_weights) {
  const Config config = loaded("tenants: {trusted: [10.0.0.0/8]}\n");
  EXPECT_EQ(config.tenants.header, "x-signalbox-tenant");
  EXPECT_EQ(config.tenants.priority_header, "") << "priorities are read only where asked for";
  EXPECT_TRUE(config.fleet.tenancy.named.empty());
  EXPECT_EQ(config.fleet.tenancy.default_weight, 1.0);
  EXPECT_EQ(config.fleet.tenancy.max_unnamed, 1000);
}

TEST(Tenants, without_the_section_nobody_is_believed) {
  const Config config = loaded("");
  EXPECT_TRUE(config.tenants.trusted.empty());
  EXPECT_TRUE(config.fleet.tenancy.named.empty());
}

}  // namespace
}  // namespace signalbox::config
