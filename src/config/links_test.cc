// SPDX-License-Identifier: Apache-2.0
//
// TLS, links and rules about sending twice, from the file to values.
#include <gtest/gtest.h>

#include <string>

#include "config/config.h"

namespace signalbox::config {
namespace {

Config loaded(const std::string& text) {
  auto config = load(text, "test.yaml");
  EXPECT_TRUE(config.ok()) << (config.ok() ? "" : render(config.error()));
  return config.ok() ? *config : Config{};
}

Config with_unit(const std::string& rest) {
  return loaded(
      "services: {chat: {}}\nunits:\n  own:\n    price: 1 USD/hour\n    plateau: 60/min\n"
      "    endpoints: [127.0.0.1:8001]\n" +
      rest);
}

Config with_service(const std::string& service) {
  return loaded(
      "services: {chat: " + service +
      "}\nunits:\n  own: {price: 1 USD/hour, plateau: 60/min, endpoints: [127.0.0.1:8001]}\n");
}

TEST(Links, are_http_1_in_clear_by_default) {
  const auto unit = with_unit("").fleet.units.front();
  EXPECT_EQ(unit.link, core::UnitLink{});
  EXPECT_FALSE(unit.adaptive_slots);
}

TEST(Links, say_how_a_unit_is_spoken_to) {
  const auto unit = with_unit(R"(    adaptive_slots: true
    link:
      http: 2
      tls: true
      server_name: gpu.example
      ca: /a.pem
      certificate: /b.pem
      key: /b.key
      credential: {header: X-Api-Key, file: /c}
)")
                        .fleet.units.front();
  EXPECT_TRUE(unit.adaptive_slots);
  EXPECT_EQ(unit.link, (core::UnitLink{.http2 = true,
                                       .tls = true,
                                       .server_name = "gpu.example",
                                       .ca_file = "/a.pem",
                                       .certificate_file = "/b.pem",
                                       .key_file = "/b.key",
                                       .credential_header = "X-Api-Key",
                                       .credential_file = "/c"}));
}

TEST(Links, a_credential_is_the_authorization_unless_stated) {
  const auto link = with_unit("    link: {credential: {file: /c}}\n").fleet.units.front().link;
  EXPECT_EQ(link.credential_header, "authorization");
  EXPECT_EQ(link.credential_file, "/c");
}

TEST(GatewayTls, is_off_by_default_and_http_2_is_on) {
  const GatewaySection gateway = with_unit("").gateway;
  EXPECT_FALSE(gateway.tls.has_value());
  EXPECT_TRUE(gateway.http2);
  EXPECT_EQ(gateway.max_streams, 100);
}

TEST(GatewayTls, has_certificates_in_order_and_says_what_is_asked_of_clients) {
  const GatewaySection gateway = with_unit(R"(gateway:
  http2: false
  max_streams: 7
  tls:
    certificate: /a.pem
    key: /a.key
    more: [{certificate: /b.pem, key: /b.key}]
    client_certificate: require
    client_ca: /c.pem
)")
                                     .gateway;
  EXPECT_FALSE(gateway.http2);
  EXPECT_EQ(gateway.max_streams, 7);
  EXPECT_EQ(gateway.tls, (TlsSection{.certificates = {{"/a.pem", "/a.key"}, {"/b.pem", "/b.key"}},
                                     .client_certificate = ClientCertificates::kRequire,
                                     .client_ca = "/c.pem"}));
}

TEST(SendingTwice, is_not_done_unless_asked_for) {
  const auto service = with_service("{}").fleet.services.front();
  EXPECT_EQ(service.retry.attempts, 0);
  EXPECT_EQ(service.hedge.after, 0.0);
}

TEST(SendingTwice, has_the_rules_that_are_stated_and_good_ones_for_the_rest) {
  const auto service =
      with_service("{retry: {attempts: 2, floor: 5, max_backoff: 1s}, hedge: {after: 95%}}")
          .fleet.services.front();
  EXPECT_EQ(service.retry.attempts, 2);
  EXPECT_EQ(service.retry.budget, 0.2);
  EXPECT_EQ(service.retry.floor, 5);
  EXPECT_EQ(service.retry.backoff, Duration(25ms));
  EXPECT_EQ(service.retry.max_backoff, Duration(1s));
  EXPECT_EQ(service.hedge.after, 0.95);
  EXPECT_EQ(service.hedge.budget, 0.05);
}

}  // namespace
}  // namespace signalbox::config
