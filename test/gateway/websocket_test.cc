// SPDX-License-Identifier: Apache-2.0
//
// WebSockets: a request that leaves HTTP. Its bytes pass untouched both ways, but not before the
// unit has agreed to it.
#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "test/stage/live_node.h"
#include "test/stage/scripted_unit.h"

namespace signalbox {
namespace {

using namespace stage;

constexpr std::string_view kHandshake =
    "GET /v1/realtime HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

constexpr std::string_view kAgreed =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

std::string service(std::string_view more = "") {
  return fmt::format("services:\n  work: {{objective: {{latency: 2s, quantile: 99%}}{}}}\nunits:\n",
                     more);
}

// Agrees, and then says everything back until `bye`.
void echo(Incoming& request) {
  request.gateway.send(kAgreed);
  for (;;) {
    const std::string line = request.gateway.read_until("\n");
    if (line.empty() || line == "bye\n") break;
    request.gateway.send(line);
  }
  request.gateway.close();
}

TEST(WebSocket, passes_bytes_both_ways_until_one_end_closes) {
  std::atomic<bool> asked{false};
  ScriptedUnit echoing([&](Incoming& request) {
    asked = request.header("upgrade") == "websocket" && request.header("connection") == "Upgrade" &&
            request.header("sec-websocket-key") == "dGhlIHNhbXBsZSBub25jZQ==";
    echo(request);
  });
  LiveNode node(service() + unit("only", 1.0, echoing.address()));
  Plug client = node.connect();
  client.send(kHandshake);
  const std::string head = client.read_until("\r\n\r\n");
  EXPECT_TRUE(asked);
  EXPECT_TRUE(head.starts_with("HTTP/1.1 101 ")) << head;
  EXPECT_NE(head.find("Upgrade: websocket\r\n"), std::string::npos) << head;
  EXPECT_NE(head.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), std::string::npos);
  EXPECT_EQ(head.find("Content-Length"), std::string::npos) << head;
  const std::string odd("\x00\xff\r\n", 4);
  for (const std::string& line : {std::string("hello\n"), odd, std::string(300'000, 'x') + "\n"}) {
    client.send(line);
    EXPECT_EQ(client.read_until("\n"), line);
  }
  client.send("bye\n");
  EXPECT_EQ(client.read_all(), "");
  EXPECT_TRUE(eventually([&] {
    return node.access_log().empty() ||
           node.access_log().find("\"status\":101") != std::string::npos;
  }));
}

TEST(WebSocket, what_either_end_says_at_once_is_not_lost) {
  ScriptedUnit eager([](Incoming& request) {
    request.gateway.send(std::string(kAgreed) + "unit first\n");
    EXPECT_EQ(request.gateway.read_until("\n"), "client first\n");
    request.gateway.close();
  });
  LiveNode node(service() + unit("only", 1.0, eager.address()));
  Plug client = node.connect();
  client.send(std::string(kHandshake) + "client first\n");
  client.read_until("\r\n\r\n");
  EXPECT_EQ(client.read_all(), "unit first\n");
}

TEST(WebSocket, B11_while_the_unit_does_not_agree_what_follows_is_another_request) {
  std::atomic<int> requests{0};
  ScriptedUnit refusing([&](Incoming& request) {
    ++requests;
    request.answer(request.target());
  });
  LiveNode node(service() + unit("only", 1.0, refusing.address()));
  Plug client = node.connect();
  client.send(std::string(kHandshake) + "GET /second HTTP/1.1\r\nHost: x\r\n\r\n");
  const Reply first = client.read_reply();
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.body, "/v1/realtime");
  const Reply second = client.read_reply();
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(second.body, "/second") << "read as a request by us, not as bytes of a tunnel";
  EXPECT_EQ(requests, 2);
}

TEST(WebSocket, any_other_protocol_is_not_asked_for) {
  std::atomic<bool> asked{false};
  ScriptedUnit plain([&](Incoming& request) {
    asked = !request.header("upgrade").empty();
    request.answer("ok");
  });
  LiveNode node(service() + unit("only", 1.0, plain.address()));
  Plug client = node.connect();
  client.send(
      "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
      "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n");
  EXPECT_EQ(client.read_reply().status, 200);
  EXPECT_FALSE(asked);
}

TEST(WebSocket, a_unit_that_switches_unasked_is_502) {
  ScriptedUnit odd([](Incoming& request) { request.gateway.send(kAgreed); });
  LiveNode node(service() + unit("only", 1.0, odd.address()));
  EXPECT_EQ(node.get("/").status, 502);
}

TEST(WebSocket, one_in_which_nobody_speaks_ends_with_the_idle_timeout) {
  ScriptedUnit echoing(echo);
  LiveNode node(service(", idle_timeout: 100ms") + unit("only", 1.0, echoing.address()));
  Plug client = node.connect();
  client.send(kHandshake);
  client.read_until("\r\n\r\n");
  EXPECT_EQ(client.read_all(), "");
}

TEST(WebSocket, holds_its_slot_as_long_as_it_is_open) {
  ScriptedUnit echoing(echo);
  LiveNode node(service() + unit("only", 1.0, echoing.address()));
  Plug client = node.connect();
  client.send(kHandshake);
  client.read_until("\r\n\r\n");
  EXPECT_EQ(node.metric(R"(signalbox_unit_in_flight_requests{unit="only"})"), 1.0);
  client.close();
  EXPECT_TRUE(eventually(
      [&] { return node.metric(R"(signalbox_unit_in_flight_requests{unit="only"})") == 0.0; }));
}

}  // namespace
}  // namespace signalbox
