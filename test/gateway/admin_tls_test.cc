// SPDX-License-Identifier: Apache-2.0
//
// The operator's page over TLS: who shows a certificate that counts may look, and `signalbox
// explain` can show one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/test_certificates.h"
#include "test/stage/child.h"
#include "test/stage/live_node.h"
#include "test/stage/scripted_unit.h"

namespace signalbox {
namespace {

using namespace stage;
using ::testing::HasSubstr;

class AdminTls : public ::testing::Test {
 protected:
  std::string page(const std::string& role) {
    return ", admin_tls: {certificate: \"" + page_.certificate + "\", key: \"" + page_.key +
           "\", client_ca: \"" + ca_ + "\"}, admin_access: {certificates: [{role: " + role +
           ", common_name: alice}]}";
  }
  // What `signalbox explain` says of the request, and its exit code.
  std::pair<std::string, int> explain(const std::string& id, const net::TlsFiles& own) {
    std::vector<std::string> command{
        SIGNALBOX_BINARY, "explain", id, "--admin", core::to_string(node_.admin()),
        "--cacert",       ca_};
    if (!own.certificate.empty()) {
      command.insert(command.end(), {"--cert", own.certificate, "--key", own.key});
    }
    Child child(std::move(command));
    const int code = child.exit_code();
    return {child.output(), code};
  }

  net::testing::ScratchFolder folder_;
  net::testing::Authority authority_;
  std::string ca_ = folder_.write("ca.pem", authority_.pem());
  net::TlsFiles page_ = authority_.issue(folder_, "page", {});
  ScriptedUnit server_{[](Incoming& request) { request.answer("ok"); }};
  LiveNode node_{"services: {work: {}}\nunits:\n" + unit("one", 1.0, server_.address()),
                 page("viewer")};
};

TEST_F(AdminTls, tells_a_story_to_explain_when_it_shows_a_certificate_that_counts) {
  const std::string id = node_.get("/story").header("x-signalbox-request-id");
  const auto alice = authority_.issue(folder_, "alice", {.common_name = "alice"});
  const auto [story, code] = explain(id, alice);
  EXPECT_EQ(code, 0);
  EXPECT_THAT(story, HasSubstr("Request " + id + "  GET /story"));
}

TEST_F(AdminTls, tells_nothing_to_others) {
  const std::string id = node_.get("/story").header("x-signalbox-request-id");
  const auto mallory = authority_.issue(folder_, "mallory", {.common_name = "mallory"});
  EXPECT_EQ(explain(id, mallory).second, 1);
  const auto [nothing, code] = explain(id, {});
  EXPECT_EQ(code, 1);
  EXPECT_THAT(nothing, HasSubstr("certificate required"));
  const auto in_clear = node_.ask_admin("GET", "/healthz");
  EXPECT_EQ(in_clear.status, 0);
}

}  // namespace
}  // namespace signalbox
