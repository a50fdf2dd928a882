// SPDX-License-Identifier: Apache-2.0
//
// From a configuration's paths to what connections are made with, and what is said of files that
// will not do.
#include "apps/tls_sources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "net/test_certificates.h"

namespace signalbox::apps {
namespace {

using net::testing::Authority;
using net::testing::ScratchFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

core::UnitLink over_tls(const std::string& ca_file) {
  core::UnitLink link;
  link.tls = true;
  link.ca_file = ca_file;
  return link;
}

core::UnitLink with_credential(const std::string& file) {
  core::UnitLink link;
  link.credential_header = "authorization";
  link.credential_file = file;
  return link;
}

class TlsSourcesTest : public ::testing::Test {
 protected:
  core::FleetSpec fleet_of(const core::UnitLink& link) {
    core::FleetSpec fleet;
    fleet.units.resize(2);
    fleet.units[0].name = "plain";
    fleet.units[1].name = "eu";
    fleet.units[1].link = link;
    return fleet;
  }

  std::string complaint(const core::UnitLink& link) {
    const auto sources = tls_sources({}, fleet_of(link));
    return sources.ok() ? "no complaint" : sources.error().message;
  }

  ScratchFolder folder_;
  Authority authority_;
  std::string ca_ = folder_.write("ca.pem", authority_.pem());
};

TEST_F(TlsSourcesTest, without_tls_there_is_nothing) {
  const auto sources = tls_sources({}, fleet_of({}));
  ASSERT_TRUE(sources.ok()) << sources.error().message;
  EXPECT_EQ(sources->server, nullptr);
  EXPECT_TRUE(sources->units.empty());
}

TEST_F(TlsSourcesTest, a_server_is_made_of_all_certificates) {
  const auto own = authority_.issue(folder_, "own", {});
  const auto old = authority_.issue(folder_, "old", {.begins_days = -3, .ends_days = -1});
  config::GatewaySection gateway;
  gateway.tls =
      config::TlsSection{.certificates = {{own.certificate, own.key}, {old.certificate, old.key}},
                         .client_certificate = config::ClientCertificates::kRequire,
                         .client_ca = ca_};
  const auto sources = tls_sources(gateway, fleet_of({}));
  ASSERT_TRUE(sources.ok()) << sources.error().message;
  EXPECT_NE(sources->server, nullptr);
  EXPECT_THAT(sources->warnings, ElementsAre(HasSubstr("gateway.tls: " + old.certificate +
                                                       ": the certificate expired")));
}

TEST_F(TlsSourcesTest, a_server_that_cannot_be_made_is_named_by_its_key) {
  config::GatewaySection gateway;
  gateway.tls = config::TlsSection{
      .certificates = {{folder_.path("no.pem"), folder_.path("no.key")}}, .client_ca = ""};
  const auto sources = tls_sources(gateway, fleet_of({}));
  ASSERT_FALSE(sources.ok());
  EXPECT_EQ(sources.error().message, "gateway.tls: " + folder_.path("no.pem") +
                                         " cannot be read: No such file or directory");
}

TEST_F(TlsSourcesTest, a_unit_has_what_its_link_says) {
  const auto own = authority_.issue(folder_, "own", {});
  const auto sources = tls_sources(
      {}, fleet_of({.http2 = true,
                    .tls = true,
                    .server_name = "gpu.example",
                    .ca_file = ca_,
                    .certificate_file = own.certificate,
                    .key_file = own.key,
                    .credential_header = "X-Api-Key",
                    .credential_file = folder_.write_secret("token", "Bearer abc \n")}));
  ASSERT_TRUE(sources.ok()) << sources.error().message;
  ASSERT_EQ(sources->units.size(), 1U);
  const auto& access = sources->units.at("eu");
  EXPECT_TRUE(access.http2);
  EXPECT_NE(access.tls, nullptr);
  EXPECT_NE(access.probe_tls, access.tls) << "probes speak HTTP/1.1";
  EXPECT_EQ(access.server_name, "gpu.example");
  EXPECT_EQ(access.credential_header, "x-api-key");
  EXPECT_EQ(access.credential, "Bearer abc");
}

TEST_F(TlsSourcesTest, units_that_believe_the_same_share_a_context) {
  core::FleetSpec fleet = fleet_of(over_tls(ca_));
  fleet.units[0].link = over_tls(ca_);
  fleet.units[0].link.server_name = "other";
  const auto sources = tls_sources({}, fleet);
  ASSERT_TRUE(sources.ok()) << sources.error().message;
  EXPECT_EQ(sources->units.at("eu").tls, sources->units.at("plain").tls);
}

TEST_F(TlsSourcesTest, files_of_a_unit_are_named_with_it) {
  EXPECT_EQ(
      complaint(over_tls(folder_.path("no.pem"))),
      "units.eu.link: " + folder_.path("no.pem") + " cannot be read: No such file or directory");
  EXPECT_EQ(complaint(with_credential(folder_.path("no.token"))),
            "units.eu.link.credential.file: " + folder_.path("no.token") +
                ": it cannot be read: No such file or directory");
}

TEST_F(TlsSourcesTest, a_credential_that_no_header_can_carry_is_refused_and_not_shown) {
  for (const std::string& text : {std::string("a-secret\nx-other: 1\n"), std::string("\n"),
                                  std::string("a-secret\0", 9), std::string(20'000, 'a')}) {
    const auto said = complaint(with_credential(folder_.write_secret("token", text)));
    EXPECT_THAT(said, HasSubstr("does not hold what a header can carry"));
    EXPECT_THAT(said, Not(HasSubstr("a-secret")));
  }
}

TEST_F(TlsSourcesTest, a_credential_that_everybody_can_read_is_refused_and_not_shown) {
  const auto path = folder_.write("token", "Bearer abc\n");
  std::filesystem::permissions(path, std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  const auto said = complaint(with_credential(path));
  EXPECT_THAT(said, HasSubstr("units.eu.link.credential.file: "));
  EXPECT_THAT(said, HasSubstr("everybody on this machine can read it; mend it with chmod o-rwx"));
  EXPECT_THAT(said, Not(HasSubstr("abc")));
}

TEST_F(TlsSourcesTest, a_credential_takes_no_header_that_is_the_gateways_to_write) {
  core::UnitLink link = with_credential(folder_.write_secret("token", "Bearer abc"));
  for (const char* header :
       {"Content-Length", "transfer-encoding", "Connection", "Host", "TE", "Upgrade", "Expect",
        "proxy-authorization", "X-Forwarded-For", "x-signalbox-request-id",
        "x-signalbox-timeout-ms", "x-gateway-destination-endpoint", "x-envoy-peer-metadata"}) {
    link.credential_header = header;
    EXPECT_THAT(complaint(link), HasSubstr("units.eu.link.credential.header: '" +
                                           std::string(header) + "' says how"));
  }
  for (const char* header : {"Authorization", "X-Api-Key", "cookie", "X-Of-Their-Own"}) {
    link.credential_header = header;
    EXPECT_EQ(complaint(link), "no complaint") << header;
  }
}

}  // namespace
}  // namespace signalbox::apps
