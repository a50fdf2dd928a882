// SPDX-License-Identifier: Apache-2.0
//
// Ordinary requests in every shape that clients have for them, and what of each arrives at a unit
// and comes back.
#include <gtest/gtest.h>

#include <atomic>
#include <boost/json.hpp>
#include <future>
#include <thread>

#include "test/stage/live_node.h"
#include "test/stage/scripted_unit.h"

namespace signalbox {
namespace {

using namespace stage;

constexpr const char* kService =
    "services:\n  work: {objective: {latency: 2s, quantile: 99%}}\nunits:\n";

void echo(Incoming& request) {
  request.read_body();
  request.answer(request.body);
}

void echo_target(Incoming& request) { request.answer(request.target()); }

// Bytes of every value that repeat in no short period.
std::string sample(std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>((i * 31 + i / 251) % 256);
  return bytes;
}

TEST(Traffic, a_connection_serves_one_request_after_the_other) {
  ScriptedUnit server(echo_target);
  LiveNode node(kService + unit("one", 1.0, server.address()));
  Plug client = node.connect();
  for (const char* target : {"/a", "/b?x=1", "/c"}) {
    client.send(fmt::format("GET {} HTTP/1.1\r\nHost: test\r\n\r\n", target));
    const Reply reply = client.read_reply();
    EXPECT_EQ(reply.body, target);
    EXPECT_TRUE(reply.keep_alive);
  }
  EXPECT_EQ(server.connections(), 1) << "the connection to the unit is kept, too";
}

TEST(Traffic, a_connection_to_a_unit_that_serves_nobody_for_its_time_is_closed) {
  ScriptedUnit server(echo_target);
  LiveNode node(kService + unit("one", 1.0, server.address()), ", unit_keep_alive: 100ms");
  EXPECT_EQ(node.get("/first").body, "/first");
  EXPECT_TRUE(
      eventually([&] { return node.metric("signalbox_gateway_upstream_connections") == 0.0; }));
  EXPECT_EQ(node.get("/second").body, "/second");
  EXPECT_EQ(server.connections(), 2);
}

TEST(Traffic, B14_a_thousand_pipelined_requests_are_answered_in_order) {
  ScriptedUnit server(echo_target);
  LiveNode node(kService + unit("one", 1.0, server.address()));
  Plug client = node.connect();
  constexpr int kRequests = 1000;
  std::thread sender([&] {
    std::string all;
    for (int i = 0; i < kRequests; ++i) {
      all += fmt::format("GET /{} HTTP/1.1\r\nHost: test\r\n\r\n", i);
    }
    client.send(all);
  });
  for (int i = 0; i < kRequests; ++i) {
    const std::string body = client.read_reply().body;
    if (body != fmt::format("/{}", i)) {
      ADD_FAILURE() << "answer " << i << " is " << body;
      break;
    }
  }
  sender.join();
}

TEST(Traffic, a_chunked_body_is_streamed_both_ways_byte_for_byte) {
  ScriptedUnit server([](Incoming& request) {
    request.read_body();
    request.gateway.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (std::size_t at = 0; at < request.body.size(); at += 7'001) {
      const auto piece = request.body.substr(at, 7'001);
      request.gateway.send(fmt::format("{:x}\r\n{}\r\n", piece.size(), piece));
    }
    request.gateway.send("0\r\n\r\n");
  });
  LiveNode node(kService + unit("one", 1.0, server.address()));
  const std::string body = sample(1024UL * 1024);
  Plug client = node.connect();
  client.send("POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (std::size_t at = 0; at < body.size(); at += 10'007) {
    const auto piece = body.substr(at, 10'007);
    client.send(fmt::format("{:x}\r\n{}\r\n", piece.size(), piece));
  }
  client.send("0\r\n\r\n");
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.status, 200);
  EXPECT_TRUE(reply.complete);
  EXPECT_TRUE(reply.chunked);
  EXPECT_TRUE(reply.body == body) << reply.body.size() << " bytes";
}

// What the gateway holds of bodies, and how much has come from clients.
struct Held {
  explicit Held(const LiveNode& node)
      : buffered(node.metric("signalbox_gateway_buffered_bytes")),
        received(node.metric("signalbox_gateway_received_bytes_total")) {}
  double buffered, received;
};

// Waits until nothing more comes in while something is held: as often as this is asked about, which
// takes a gateway that still reads no notice of, and one that reads all of `total` to its end.
Held stalled(const LiveNode& node, double total) {
  constexpr int kAsked = 100;
  Held last(node);
  int unchanged = 0;
  EXPECT_TRUE(eventually([&] {
    const Held now(node);
    unchanged = now.buffered > 0 && now.received == last.received ? unchanged + 1 : 0;
    last = now;
    return unchanged == kAsked || now.received >= total;
  }));
  return last;
}

constexpr double kMostHeld = 512.0 * 1024;  // of one request: its buffers, never its body

TEST(Traffic, B39_a_unit_that_reads_nothing_holds_its_client_back) {
  std::promise<void> let_go;
  auto released = let_go.get_future().share();
  ScriptedUnit server([&](Incoming& request) {
    released.wait();
    request.read_body();
    request.answer(std::to_string(request.body.size()));
  });
  LiveNode node(kService + unit("one", 1.0, server.address()));
  constexpr std::size_t kSize = 60UL * 1024 * 1024;
  Plug client = node.connect();
  std::thread sender([&] {
    client.send(fmt::format("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: {}\r\n\r\n", kSize));
    const std::string piece(256UL * 1024, 'x');
    for (std::size_t at = 0; at < kSize; at += piece.size()) client.send(piece);
  });
  const Held held = stalled(node, kSize);
  EXPECT_LT(held.received, kSize / 2.0) << "what sockets hold of their own is some megabytes";
  EXPECT_LT(held.buffered, kMostHeld);
  let_go.set_value();
  EXPECT_EQ(client.read_reply().body, std::to_string(kSize));
  sender.join();
  EXPECT_TRUE(eventually([&] { return Held(node).buffered == 0.0; }));
}

TEST(Traffic, B39_a_client_that_reads_nothing_holds_its_unit_back) {
  constexpr std::size_t kSize = 60UL * 1024 * 1024;
  std::atomic<std::size_t> sent{0};
  ScriptedUnit server([&](Incoming& request) {
    request.read_body();
    request.gateway.send(fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", kSize));
    const std::string piece(256UL * 1024, 'x');
    for (std::size_t at = 0; at < kSize; at += piece.size()) {
      request.gateway.send(piece);
      sent += piece.size();
    }
  });
  LiveNode node(kService + unit("one", 1.0, server.address()));
  Plug client = node.connect();
  client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
  EXPECT_TRUE(eventually([&] { return sent > 0; }));
  const Held held = stalled(node, kSize);
  EXPECT_LT(sent.load(), kSize / 2);
  EXPECT_LT(held.buffered, kMostHeld);
  EXPECT_EQ(client.read_reply().body.size(), kSize);
  EXPECT_TRUE(eventually([&] { return Held(node).buffered == 0.0; }));
}

TEST(Traffic, services_are_told_apart_by_path_and_by_model) {
  ScriptedUnit images([](Incoming& request) { request.answer("images"); });
  ScriptedUnit small([](Incoming& request) { request.answer("small"); });
  ScriptedUnit large([](Incoming& request) { request.answer("large"); });
  LiveNode node(
      "services:\n"
      "  images: {paths: [/genimage], units: [a], objective: {latency: 2s, quantile: 99%}}\n"
      "  small: {models: [tiny], units: [b], objective: {latency: 2s, quantile: 99%}}\n"
      "  large: {models: [huge], units: [c], objective: {latency: 2s, quantile: 99%}}\n"
      "units:\n" +
      unit("a", 1.0, images.address()) + unit("b", 1.0, small.address()) +
      unit("c", 1.0, large.address()));
  EXPECT_EQ(node.post("/genimage", R"({"prompt":"x"})").body, "images");
  EXPECT_EQ(node.post("/v1/chat/completions", R"({"model":"tiny","messages":[]})").body, "small");
  EXPECT_EQ(node.post("/v1/chat/completions", R"({"messages":["model"],"model":"huge"})").body,
            "large");

  const Reply unknown = node.post("/v1/chat/completions", R"({"model":"other","messages":[]})");
  EXPECT_EQ(unknown.status, 404);
  const auto error = boost::json::parse(unknown.body).at("error").as_object();
  for (const char* key : {"message", "type", "code"}) EXPECT_TRUE(error.contains(key)) << key;
  EXPECT_EQ(node.post("/v1/chat/completions", "{not json").status, 400);
  EXPECT_EQ(node.get("/elsewhere").status, 404);
}

TEST(Traffic, a_client_that_asks_before_it_sends_is_told_to_go_on) {
  ScriptedUnit server(echo);
  LiveNode node(kService + unit("one", 1.0, server.address()));
  Plug client = node.connect();
  client.send(
      "POST /echo HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hello");
  EXPECT_EQ(client.read_reply().body, "hello");
}

TEST(Traffic, a_head_request_gets_the_head_only) {
  ScriptedUnit server([](Incoming& request) {
    request.read_body();
    request.gateway.send("HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n");
  });
  LiveNode node(kService + unit("one", 1.0, server.address()));
  Plug client = node.connect();
  for (int i = 0; i < 2; ++i) {
    client.send("HEAD / HTTP/1.1\r\nHost: test\r\n\r\n");
    const Reply reply = client.read_reply(true);
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.header("content-length"), "12345");
  }
}

TEST(Traffic, a_client_of_http_1_0_reads_a_stream_to_the_end_of_its_connection) {
  ScriptedUnit server([](Incoming& request) {
    request.read_body();
    request.gateway.send(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n "
        "world\r\n0\r\n\r\n");
  });
  LiveNode node(kService + unit("one", 1.0, server.address()));
  Plug client = node.connect();
  client.send("GET / HTTP/1.0\r\n\r\n");
  const std::string all = client.read_all();
  EXPECT_EQ(all.find("chunked"), std::string::npos);
  EXPECT_TRUE(all.ends_with("\r\n\r\nhello world")) << all;
  EXPECT_FALSE(client.was_reset());
}

TEST(Traffic, B20_what_a_client_forges_and_what_is_secret_does_not_reach_the_unit) {
  std::promise<std::string> seen;
  ScriptedUnit server([&](Incoming& request) {
    seen.set_value(request.header("x-gateway-destination-endpoint") +
                   request.header("authorization") + "|" + request.header("x-forwarded-for") + "|" +
                   request.header("x-trace"));
    request.answer("ok");
  });
  LiveNode node(kService + unit("one", 1.0, server.address()));
  node.get("/", {{"X-Gateway-Destination-Endpoint", "10.0.0.1"},
                 {"Authorization", "Bearer secret"},
                 {"X-Forwarded-For", "6.6.6.6"},
                 {"X-Trace", "kept"}});
  EXPECT_EQ(seen.get_future().get(), "|127.0.0.1|kept");
}

TEST(Traffic, every_answer_has_an_id_whose_story_can_be_read) {
  ScriptedUnit cheap(echo_target);
  ScriptedUnit dear(echo_target);
  LiveNode node(kService + unit("one", 1.0, cheap.address()) + unit("two", 2.0, dear.address()));
  const std::string id = node.get("/story").header("x-signalbox-request-id");
  ASSERT_EQ(id.size(), 16U);
  const Reply as_json = node.ask_admin("GET", "/explain/" + id);
  EXPECT_EQ(as_json.status, 200);
  EXPECT_TRUE(boost::json::parse(as_json.body).is_object());
  const Reply as_text = node.ask_admin("GET", "/explain/" + id + "?format=text");
  EXPECT_EQ(as_text.status, 200);
  EXPECT_NE(as_text.body.find("two"), std::string::npos)
      << "the runner-up is named: " << as_text.body;
  EXPECT_EQ(node.ask_admin("GET", "/explain/ffffffffffffffff").status, 404);
  EXPECT_EQ(node.ask_admin("GET", "/explain/nonsense").status, 400);
}

}  // namespace
}  // namespace signalbox
