// SPDX-License-Identifier: Apache-2.0
//
// Where data may go, from the client's socket to the unit's.
#include <gtest/gtest.h>

#include <mutex>
#include <string>

#include "test/stage/live_node.h"
#include "test/stage/scripted_unit.h"

namespace signalbox {
namespace {

using namespace stage;

// The cheap unit is abroad. `trusted` is whose header is believed.
std::string fleet(const core::Address& eu, const core::Address& us, const std::string& trusted) {
  return "services:\n  work: {objective: {latency: 2s, quantile: 99%}}\nunits:\n" +
         unit("eu", 2.0, eu, ", labels: {residency: eu}") +
         unit("us", 1.0, us, ", labels: {residency: us}") +
         "data:\n  classes: {secret: {require: {residency: eu}}, open: {}}\n"
         "  header: x-class\n" +
         trusted;
}

TEST(DataClassLive, a_believed_header_decides_where_a_request_may_go_and_stays_with_us) {
  std::mutex mutex;
  std::string seen = "nothing";
  ScriptedUnit eu([](Incoming& request) { request.answer("eu"); });
  ScriptedUnit us([&](Incoming& request) {
    {
      const std::lock_guard lock(mutex);
      seen = request.header("x-class");
    }
    request.answer("us");
  });
  LiveNode node(fleet(eu.address(), us.address(), "  trusted: [127.0.0.0/8]\n"));
  EXPECT_EQ(node.get("/", {{"x-class", "open"}}).body, "us");
  EXPECT_EQ(node.get("/", {{"x-class", "secret"}}).body, "eu");
  EXPECT_EQ(node.get("/").body, "eu") << "who says nothing is of the strictest class";
  const std::lock_guard lock(mutex);
  EXPECT_EQ(seen, "") << "the header is ours to read and not the unit's";
}

TEST(DataClassLive, nobody_is_believed_unless_the_configuration_says_so) {
  ScriptedUnit eu([](Incoming& request) { request.answer("eu"); });
  ScriptedUnit us([](Incoming& request) { request.answer("us"); });
  LiveNode node(fleet(eu.address(), us.address(), ""));
  EXPECT_EQ(node.get("/", {{"x-class", "open"}}).body, "eu");
  EXPECT_EQ(node.metric("signalbox_gateway_data_class_headers_refused_total"), 1.0);
}

TEST(DataClassLive, what_no_unit_may_see_is_refused_in_words) {
  ScriptedUnit us([](Incoming& request) { request.answer("us"); });
  const std::string yaml =
      "services:\n  work: {objective: {latency: 2s, quantile: 99%}}\nunits:\n" +
      unit("us", 1.0, us.address(), ", labels: {residency: us, site: cloud}") +
      "data:\n  classes: {secret: {require: {site: on-prem}}, open: {}}\n";
  LiveNode node(yaml);
  const Reply refused = node.get("/");
  EXPECT_EQ(refused.status, 403);
  EXPECT_NE(refused.body.find("no unit may see data of this class"), std::string::npos)
      << refused.body;
}

}  // namespace
}  // namespace signalbox
