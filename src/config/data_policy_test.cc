// SPDX-License-Identifier: Apache-2.0
//
// Rules about data, kinds of service and objectives in tokens, from the file to values.
#include <gtest/gtest.h>

#include <string>

#include "config/config.h"

namespace signalbox::config {
namespace {

Config loaded(const std::string& service, const std::string& rest = {}) {
  const std::string text = "services:\n  chat: {" + service + R"(}
units:
  eu:
    price: 1 USD/hour
    plateau: 60/min
    slots: 8
    max_tokens: 8192
    endpoints: [127.0.0.1:8001]
    zone: eu-1
    labels: {residency: eu, revision: 7}
    language:
      first_token: 60ms
      prompt_rate: 5000/s
      per_token: [{in_flight: 1, time: 20ms}, {in_flight: 8, time: 40ms}]
      output_tokens: 101
)" + rest;
  auto config = load(text, "test.yaml");
  EXPECT_TRUE(config.ok()) << (config.ok() ? "" : render(config.error()));
  return config.ok() ? *config : Config{};
}

TEST(DataPolicy, classes_keep_the_order_of_the_file_the_strictest_first) {
  const Config config = loaded("", R"(data:
  classes:
    zebra: {require: {residency: eu, revision: "7"}}
    apple: {require: {residency: eu}}
    open: {}
  trusted: [10.0.0.0/8, ::1]
)");
  const auto& classes = config.fleet.data.classes;
  ASSERT_EQ(classes.size(), 3U);
  EXPECT_EQ(classes[0].name, "zebra");
  EXPECT_EQ(classes[0].require.size(), 2U);
  EXPECT_EQ(classes[1].require, (std::vector<core::Label>{{"residency", "eu"}}));
  EXPECT_TRUE(classes[2].require.empty());
  EXPECT_EQ(config.data.header, "x-signalbox-data-class");
  EXPECT_EQ(config.data.trusted, (std::vector<std::string>{"10.0.0.0/8", "::1"}));
  EXPECT_FALSE(config.data.claim.has_value());
}

TEST(DataPolicy, without_one_nobody_is_trusted_and_nothing_is_forbidden) {
  const Config config = loaded("");
  EXPECT_TRUE(config.fleet.data.classes.empty());
  EXPECT_TRUE(config.data.trusted.empty());
}

TEST(DataPolicy, a_claim_names_its_key_and_whom_it_is_for) {
  const Config config = loaded("", R"(data:
  classes: {open: {}}
  claim: {algorithm: EdDSA, key_file: /etc/key.pem, audience: us}
)");
  ASSERT_TRUE(config.data.claim.has_value());
  EXPECT_EQ(*config.data.claim, (ClaimSection{.name = "data_class",
                                              .algorithm = "EdDSA",
                                              .key_file = "/etc/key.pem",
                                              .audience = "us",
                                              .issuer = ""}));
}

TEST(DataPolicy, a_service_may_demand_labels_for_all_its_requests) {
  const Config config = loaded("require: {revision: 7}");
  EXPECT_EQ(config.fleet.services[0].require, (std::vector<core::Label>{{"revision", "7"}}));
  EXPECT_EQ(config.fleet.units[0].labels[1], (core::Label{"revision", "7"}));
}

TEST(ObjectiveClass, critical_services_outlive_a_unit_unless_told_otherwise) {
  EXPECT_EQ(loaded("").fleet.services[0].resilience, core::Resilience::kNone);
  EXPECT_EQ(loaded("class: critical").fleet.services[0].resilience, core::Resilience::kUnit);
  const std::string elsewhere =
      "  us: {price: 1 USD/hour, plateau: 60/min, endpoints: [127.0.0.1:8002], zone: us-1}\n";
  EXPECT_EQ(loaded("class: critical, resilience: zone", elsewhere).fleet.services[0].resilience,
            core::Resilience::kZone);
}

TEST(ObjectiveClass, batch_services_are_patient_as_long_as_their_objective_unless_told_otherwise) {
  const std::string batch = "class: batch, objective: {latency: 1h}";
  EXPECT_EQ(loaded(batch).fleet.services[0].patience, 1h);
  EXPECT_EQ(loaded(batch + ", patience: 5m").fleet.services[0].patience, 5min);
  EXPECT_EQ(loaded("objective: {latency: 1h}").fleet.services[0].patience, 30s);
}

TEST(TokenObjective, a_latency_that_is_not_stated_follows_from_the_tokens_that_are_owed) {
  const auto& owed =
      loaded("objective: {first_token: 500ms, per_token: 50ms}").fleet.services[0].objective;
  EXPECT_TRUE(owed.in_tokens());
  EXPECT_EQ(owed.first_token, 500ms);
  EXPECT_EQ(owed.per_token, 50ms);
  EXPECT_EQ(owed.latency, 500ms + 100 * 50ms);
  const auto& stated = loaded("objective: {first_token: 500ms, latency: 12s}");
  EXPECT_EQ(stated.fleet.services[0].objective.latency, 12s);
}

TEST(TokenObjective, a_units_pace_of_tokens_is_read) {
  const auto unit = loaded("").fleet.units[0];
  ASSERT_TRUE(unit.language.has_value());
  EXPECT_EQ(unit.language->first_token(1000), 60ms + 200ms);
  EXPECT_EQ(unit.language->per_output_token.latency(8), 40ms);
  EXPECT_EQ(unit.language->prompt_tokens, 1024);
  EXPECT_EQ(unit.max_tokens, 8192);
}

}  // namespace
}  // namespace signalbox::config
