// SPDX-License-Identifier: Apache-2.0
//
// TLS on both sides of a live gateway: who is believed, what a unit is shown, and files that are
// renewed under way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "http/loopback.h"
#include "net/test_certificates.h"
#include "test/stage/live_node.h"
#include "test/stage/scripted_unit.h"

namespace signalbox {
namespace {

using namespace stage;
using ::testing::HasSubstr;

constexpr const char* kService =
    "services:\n  work: {objective: {latency: 2s, quantile: 99%}}\nunits:\n";

class TlsGateway : public ::testing::Test {
 protected:
  // A request of a client that believes `authority_`, and shows `own`.
  Result<http::Response, http::ClientError> get(const LiveNode& node,
                                                const net::TlsFiles& own = {}) {
    http::CallOptions options;
    options.timeout = std::chrono::seconds(kGuardSeconds);
    auto tls = net::TlsClient::make({.ca_file = ca_, .own = own, .alpn = {"http/1.1"}});
    EXPECT_TRUE(tls.ok()) << (tls.ok() ? "" : tls.error().message);
    options.tls = *tls;
    return http::call_blocking(node.gateway(), {"GET", "/"}, options);
  }

  std::string answer(const LiveNode& node, const net::TlsFiles& own = {}) {
    const auto got = get(node, own);
    return got.ok() ? got->body : got.error().message;
  }

  // The gateway's keys for a certificate in NAME.pem, and more keys of `tls`.
  std::string keys(const std::string& name, const std::string& more = "") {
    return ", tls: {certificate: \"" + folder_.path(name + ".pem") + "\", key: \"" +
           folder_.path(name + ".key") + "\"" + more + "}";
  }

  net::testing::ScratchFolder folder_;
  net::testing::Authority authority_;
  std::string ca_ = folder_.write("ca.pem", authority_.pem());
  net::TlsFiles own_ = authority_.issue(folder_, "own", {});
  ScriptedUnit unit_{[](Incoming& request) { request.answer("ok"); }};
  std::string units_ = kService + unit("one", 1.0, unit_.address());
};

TEST_F(TlsGateway, serves_over_tls_and_only_so) {
  LiveNode node(units_, keys("own"));
  EXPECT_EQ(answer(node), "ok");
  Plug clear = node.connect();
  clear.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
  EXPECT_EQ(clear.read_all().find("HTTP/1.1"), std::string::npos);
}

TEST_F(TlsGateway, clients_without_a_certificate_are_refused_where_one_is_required) {
  LiveNode node(units_, keys("own", ", client_certificate: require, client_ca: \"" + ca_ + "\""));
  EXPECT_EQ(answer(node, authority_.issue(folder_, "client", {.common_name = "c"})), "ok");
  EXPECT_THAT(answer(node), HasSubstr("certificate required"));
  const auto forged = net::testing::Authority("Another").issue(folder_, "forged", {});
  EXPECT_THAT(answer(node, forged), HasSubstr("unknown ca"));
}

TEST_F(TlsGateway, a_reload_reads_renewed_files_though_the_configuration_is_the_same) {
  LiveNode node(units_, keys("own"));
  EXPECT_EQ(answer(node), "ok");
  net::testing::Authority successor("Test Authority");
  successor.issue(folder_, "own", {});
  EXPECT_EQ(answer(node), "ok") << "nothing changes before the reload";
  EXPECT_EQ(node.ask_admin("POST", "/reload").status, 200);
  EXPECT_THAT(answer(node), HasSubstr("certificate not accepted"));
  folder_.write("ca.pem", successor.pem());
  EXPECT_EQ(answer(node), "ok");
}

TEST_F(TlsGateway, a_reload_of_files_that_will_not_do_changes_nothing_and_says_why) {
  LiveNode node(units_, keys("own"));
  authority_.issue(folder_, "other", {});
  const auto [certificate, key] = authority_.issue(net::testing::Wishes{});
  folder_.write("own.key", key);
  const Reply refused = node.ask_admin("POST", "/reload");
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, HasSubstr("gateway.tls: " + own_.key + " is not the key of"));
  EXPECT_EQ(answer(node), "ok");
}

// A unit over TLS that wants a certificate and tells what it was shown.
class TlsUnit {
 public:
  TlsUnit(const net::TlsFiles& files, const std::string& ca_file)
      : server_([](const http::Request& request,
                   const std::shared_ptr<http::Responder>& responder) {
          const bool probe = request.path() == "/health";
          const std::string who = request.peer == nullptr ? "nobody" : request.peer->common_name;
          const std::string said(http::find_header(request.headers, "authorization"));
          responder->send({.status = probe && said.empty() ? 401 : 200, .body = who + " " + said});
        }) {
    auto tls = net::TlsServer::make({.certificates = {files},
                                     .alpn = {"http/1.1"},
                                     .client_ca_file = ca_file,
                                     .client_certificate = net::ClientCertificate::kRequire});
    EXPECT_TRUE(tls.ok()) << (tls.ok() ? "" : tls.error().message);
    server_.on_loop([&](http::Server& server) { server.use_tls(*tls); });
  }
  const core::Address& address() const { return server_.address(); }

 private:
  http::testing::LiveServer server_;
};

TEST_F(TlsGateway, a_unit_sees_our_certificate_and_credential_and_never_the_clients) {
  TlsUnit tls_unit(authority_.issue(folder_, "unit", {"unit", "DNS:inference.internal"}), ca_);
  const auto shown = authority_.issue(folder_, "shown", {.common_name = "gateway"});
  const auto token = folder_.write_secret("token", "Bearer of-the-unit\n");
  const auto link = [&](const std::string& server_name) {
    return "services:\n  work: {patience: 1s}\nunits:\n" +
           unit("one", 1.0, tls_unit.address(),
                ", health: {interval: 20ms, timeout: 20ms, rise: 1}, link: {tls: true, "
                "server_name: " +
                    server_name + ", ca: \"" + ca_ + "\", certificate: \"" + shown.certificate +
                    "\", key: \"" + shown.key + "\", credential: {file: \"" + token + "\"}}");
  };
  LiveNode node(link("inference.internal"));
  const Reply reply = node.get("/", {{"Authorization", "Bearer of-the-client"}});
  EXPECT_EQ(reply.body, "gateway Bearer of-the-unit");

  // Another credential is read by the next reload; probes carry it as well.
  folder_.write_secret("token", "Bearer anew\n");
  EXPECT_EQ(node.ask_admin("POST", "/reload").status, 200);
  EXPECT_TRUE(eventually([&] { return node.get("/").body == "gateway Bearer anew"; }));
}

// It is one that cannot be connected to: a request waits for another, as long as its service lets
// it, and is told so.
TEST_F(TlsGateway, a_unit_that_is_not_who_it_should_be_gets_nothing) {
  const auto files = authority_.issue(folder_, "unit", {"unit", "DNS:inference.internal"});
  TlsUnit tls_unit(files, ca_);
  LiveNode node("services:\n  work: {patience: 500ms}\nunits:\n" +
                unit("one", 1.0, tls_unit.address(),
                     ", link: {tls: true, server_name: another.internal, ca: \"" + ca_ +
                         "\", certificate: \"" + files.certificate + "\", key: \"" + files.key +
                         "\"}"));
  const Reply reply = node.get("/");
  EXPECT_EQ(reply.status, 503);
  EXPECT_THAT(reply.body, HasSubstr("\"code\":\"patience_ended\""));
  EXPECT_NE(reply.header("retry-after"), "");
  const std::string story =
      node.ask_admin("GET", "/explain/" + reply.header("x-signalbox-request-id") + "?format=text")
          .body;
  EXPECT_THAT(story, HasSubstr("as long as the service allows"));
  EXPECT_TRUE(eventually([&] {
    return node.access_log().find(R"("outcome":"rejected:patience_ended")") != std::string::npos;
  }));
}

}  // namespace
}  // namespace signalbox
