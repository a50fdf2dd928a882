// SPDX-License-Identifier: Apache-2.0
//
// Who may ask, and how much, as clients of a live gateway see it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "access/key_list.h"
#include "net/test_certificates.h"
#include "test/stage/live_node.h"
#include "test/stage/scripted_unit.h"

namespace signalbox {
namespace {

using namespace stage;
using ::testing::HasSubstr;

// Two tenants with a key each, of which one may ask once a minute.
class AccessLive : public ::testing::Test {
 protected:
  Reply get(const std::string& key) { return node_.get("/", {{"authorization", "Bearer " + key}}); }

  net::testing::ScratchFolder folder_;
  const std::string acme_ = access::make_key();
  const std::string initech_ = access::make_key();
  const std::string keys_ =
      folder_.write_secret("keys", access::line_for("acme", acme_, "ci") + "\n" +
                                       access::line_for("initech", initech_, "") + "\n");
  ScriptedUnit server_{[](Incoming& request) {
    request.answer("served" + request.header("authorization") + request.header("x-api-key"));
  }};
  LiveNode node_{"services: {work: {}}\nunits:\n" + unit("one", 1.0, server_.address()) +
                 "access: {keys_file: \"" + keys_ +
                 "\"}\n"
                 "tenants:\n  budgets:\n    acme: {rate: 1/min}\n"};
};

TEST_F(AccessLive, a_request_with_a_known_key_is_served_and_the_key_stays_here) {
  EXPECT_EQ(get(initech_).body, "served");
  const Reply by_other_header = node_.get("/", {{"x-api-key", initech_}});
  EXPECT_EQ(by_other_header.status, 200);
  EXPECT_EQ(by_other_header.body, "served");
}

TEST_F(AccessLive, one_without_or_with_another_is_told_so_and_reaches_no_unit) {
  const Reply nobody = node_.get("/");
  EXPECT_EQ(nobody.status, 401);
  EXPECT_EQ(nobody.header("www-authenticate"), "Bearer realm=\"signalbox\"");
  const Reply stranger = get(access::make_key());
  EXPECT_EQ(stranger.status, 401);
  EXPECT_EQ(server_.requests(), 0);
  EXPECT_EQ(node_.metric("signalbox_gateway_unauthenticated_total"), 2.0);
}

TEST_F(AccessLive, a_tenant_that_has_used_up_its_rate_is_told_when_there_is_more) {
  EXPECT_EQ(get(acme_).status, 200);
  const Reply refused = get(acme_);
  EXPECT_EQ(refused.status, 429);
  EXPECT_THAT(refused.body, HasSubstr("\"code\":\"over_budget\""));
  const int after = std::stoi(refused.header("retry-after"));
  EXPECT_GT(after, 30);
  EXPECT_LE(after, 60) << "there is one a minute";
  EXPECT_EQ(get(initech_).status, 200) << "others have their own";
  EXPECT_EQ(server_.requests(), 2);
  EXPECT_EQ(node_.metric(R"(signalbox_tenant_over_budget_total{tenant="acme",bound="rate"})"), 1.0);
}

TEST_F(AccessLive, a_key_whose_line_is_gone_is_refused_after_a_reload) {
  EXPECT_EQ(get(initech_).status, 200);
  folder_.write_secret("keys", access::line_for("acme", acme_, "ci") + "\n");
  EXPECT_EQ(node_.ask_admin("POST", "/reload").status, 200);
  EXPECT_TRUE(eventually([&] { return get(initech_).status == 401; }));
  EXPECT_EQ(get(acme_).status, 200);
}

}  // namespace
}  // namespace signalbox
