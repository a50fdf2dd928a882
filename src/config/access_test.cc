// SPDX-License-Identifier: Apache-2.0
//
// Who may ask, and how much, from the file to values.
#include <gtest/gtest.h>

#include <string>

#include "config/certificate_fingerprint.h"
#include "config/config.h"

namespace signalbox::config {
namespace {

Config loaded(const std::string& more) {
  const std::string text = R"(services: {chat: {}}
units:
  own: {price: 1 USD/hour, plateau: 60/min, endpoints: [127.0.0.1:8001]}
)" + more;
  auto config = load(text, "test.yaml");
  EXPECT_TRUE(config.ok()) << (config.ok() ? "" : render(config.error()));
  return config.ok() ? *config : Config{};
}

TEST(Access, without_the_section_everybody_may_ask) {
  EXPECT_FALSE(loaded("").access.has_value());
  EXPECT_FALSE(loaded("").gateway.admin_access.has_value());
  EXPECT_FALSE(loaded("").gateway.admin_tls.has_value());
}

TEST(Access, keys_tokens_and_certificates_are_read) {
  const Config config = loaded(R"(access:
  keys_file: /etc/signalbox/keys
  tokens:
    - {algorithm: EdDSA, key_file: /etc/a.pem, audience: signalbox}
    - {algorithm: HS256, key_file: /etc/b, audience: us, issuer: login, claim: team, leeway: 5s}
  certificates:
    - {tenant: acme, name: "spiffe://example/acme"}
    - {tenant: bolt, common_name: bolt}
gateway:
  tls: {certificate: a.pem, key: a.key, client_ca: ca.pem, client_certificate: request}
)");
  ASSERT_TRUE(config.access.has_value());
  EXPECT_EQ(config.access->keys_file, "/etc/signalbox/keys");
  ASSERT_EQ(config.access->tokens.size(), 2U);
  EXPECT_EQ(config.access->tokens[0].claim, "tenant");
  EXPECT_EQ(config.access->tokens[0].leeway, 60s);
  EXPECT_EQ(config.access->tokens[1],
            (IssuerSection{"HS256", "/etc/b", "us", "login", "team", 5s}));
  ASSERT_EQ(config.access->certificates.size(), 2U);
  EXPECT_EQ(config.access->certificates[0],
            (CertificateSection{"acme", "spiffe://example/acme", "", ""}));
  EXPECT_EQ(config.access->certificates[1], (CertificateSection{"bolt", "", "bolt", ""}));
}

TEST(Access, fingerprints_are_read_as_tools_print_them) {
  std::string printed, plain;
  for (int i = 0; i < 32; ++i) {
    printed += i == 0 ? "AB" : ":AB";
    plain += "ab";
  }
  EXPECT_EQ(read_fingerprint(printed), plain);
  EXPECT_EQ(read_fingerprint(plain), plain);
  for (const std::string& text : {std::string(), plain.substr(2), plain + "ab", ":" + plain,
                                  "A:" + plain.substr(1), "g" + plain.substr(1)}) {
    EXPECT_FALSE(read_fingerprint(text).has_value()) << text;
  }
}

TEST(Access, budgets_are_the_fleets) {
  const core::Tenancy tenancy = loaded(R"(tenants:
  trusted: [10.0.0.0/8]
  weights: {acme: 3, bolt: 2}
  default_weight: 0.5
  budgets:
    acme: {rate: 600/min, in_flight: 20, cost: 5 USD/hour}
    umbrella: {}
  default_budget: {in_flight: 4}
)")
                                    .fleet.tenancy;
  ASSERT_EQ(tenancy.named.size(), 3U);
  EXPECT_EQ(tenancy.named[0].budget.requests_per_s, 10.0);
  EXPECT_EQ(tenancy.named[0].budget.max_in_flight, 20);
  EXPECT_EQ(tenancy.named[0].budget.usd_per_hour, 5.0);
  EXPECT_EQ(tenancy.named[1].name, "bolt");
  EXPECT_EQ(tenancy.named[1].budget.max_in_flight, 4) << "the default one's, for want of its own";
  EXPECT_EQ(tenancy.named[2].name, "umbrella");
  EXPECT_EQ(tenancy.named[2].weight, 0.5);
  EXPECT_EQ(tenancy.named[2].budget.max_in_flight, 0) << "its own, which bounds nothing";
  EXPECT_EQ(tenancy.default_budget.max_in_flight, 4);
}

TEST(Access, tenants_need_no_trusted_network_where_clients_show_who_they_are) {
  const Config config = loaded(R"(access: {keys_file: /etc/signalbox/keys}
tenants: {budgets: {acme: {rate: 1/s}}}
)");
  EXPECT_TRUE(config.tenants.trusted.empty());
  EXPECT_EQ(config.fleet.tenancy.named.size(), 1U);
}

TEST(Access, the_admin_page_may_leave_the_machine_with_tls_and_roles) {
  const Config config = loaded(R"(gateway:
  admin: 0.0.0.0:9901
  admin_tls: {certificate: a.pem, key: a.key, client_ca: ca.pem}
  admin_access:
    keys_file: /etc/signalbox/operators
    certificates: [{role: viewer, common_name: prometheus}]
)");
  ASSERT_TRUE(config.gateway.admin_tls.has_value());
  EXPECT_EQ(config.gateway.admin_tls->client_ca, "ca.pem");
  ASSERT_TRUE(config.gateway.admin_access.has_value());
  EXPECT_EQ(config.gateway.admin_access->keys_file, "/etc/signalbox/operators");
  EXPECT_EQ(config.gateway.admin_access->certificates.at(0).subject, "viewer");
}

}  // namespace
}  // namespace signalbox::config
