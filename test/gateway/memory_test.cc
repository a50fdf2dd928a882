// SPDX-License-Identifier: Apache-2.0
//
// What a gateway refuses when memory runs out, and that it takes it again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "test/stage/live_node.h"
#include "test/stage/scripted_unit.h"

namespace signalbox {
namespace {

using namespace stage;
using ::testing::HasSubstr;

constexpr std::string_view kRequest = "GET / HTTP/1.1\r\nHost: test\r\n\r\n";

TEST(Memory, B80_at_95_percent_no_connection_is_taken_and_at_98_no_request) {
  std::atomic<std::uint64_t> used{50};
  ScriptedUnit server([](Incoming& request) { request.answer("ok"); });
  LiveNode node("services: {work: {}}\nunits:\n" + unit("one", 1.0, server.address()), "", 1,
                [&used] { return gateway::MemoryUse{used, 100}; });
  const auto is_known = [&] {
    return node.metric("signalbox_gateway_memory_used_ratio") == static_cast<double>(used) / 100.0;
  };
  Plug early = node.connect();
  early.send(kRequest);
  EXPECT_EQ(early.read_reply().body, "ok");

  used = 96;
  EXPECT_TRUE(eventually(is_known));
  Plug late = node.connect();
  late.send(kRequest);
  EXPECT_EQ(late.read_all(), "");
  EXPECT_EQ(node.metric(R"(signalbox_gateway_shed_total{what="connection"})"), 1.0);
  EXPECT_TRUE(eventually([&] {
    return node.metric("signalbox_gateway_upstream_connections") == 0.0;
  })) << "none is kept that serves nobody";
  early.send(kRequest);
  EXPECT_EQ(early.read_reply().body, "ok") << "who is there is served";

  used = 98;
  EXPECT_TRUE(eventually(is_known));
  early.send(kRequest);
  const Reply refused = early.read_reply();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("retry-after"), "1");
  EXPECT_THAT(refused.body, HasSubstr("\"code\":\"overloaded\""));
  EXPECT_EQ(node.metric(R"(signalbox_gateway_shed_total{what="request"})"), 1.0);

  used = 50;
  EXPECT_TRUE(eventually(is_known));
  early.send(kRequest);
  EXPECT_EQ(early.read_reply().body, "ok");
  EXPECT_EQ(node.get("/").body, "ok");
}

}  // namespace
}  // namespace signalbox
