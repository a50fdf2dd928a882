// SPDX-License-Identifier: Apache-2.0
//
// Clients that leave, wholly or half: who is gone must free what was reserved for them at once, and
// who has only finished speaking must still be answered.
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <thread>

#include "test/stage/emulated_units.h"
#include "test/stage/live_node.h"
#include "test/stage/scripted_unit.h"

namespace signalbox {
namespace {

using namespace stage;

constexpr const char* kService =
    "services:\n  work: {objective: {latency: 2s, quantile: 99%}}\nunits:\n";

// One slot; a stream of a million tokens, fifty a second, ends long after the test.
core::FleetSpec streaming_unit() {
  core::UnitSpec unit;
  unit.name = "llm";
  unit.profile = core::Profile::measured({{1, 50ms}}, 0.0);
  unit.endpoints = {{"127.0.0.1", 0}};
  core::FleetSpec spec;
  spec.units = {unit};
  return spec;
}

std::string in_service(const core::Address& replica) {
  const std::string page = call(replica, "GET", "/metrics").body;
  const auto at = page.find("\nsignalbox_replica_in_service{");
  return page.substr(page.find("} ", at) + 2, 1);
}

std::string post(std::string_view path, std::string_view body) {
  return fmt::format("POST {} HTTP/1.1\r\nHost: test\r\nContent-Length: {}\r\n\r\n{}", path,
                     body.size(), body);
}

TEST(ClientDeparture, B35_an_aborted_stream_is_cancelled_at_the_unit_within_a_second) {
  EmulatedUnits units(streaming_unit(), {{.first_token = 10ms, .token_rate_per_s = 50.0}});
  const auto replica = units.address(UnitId{0});
  LiveNode node(kService + unit("llm", 1.0, replica));

  Plug client = node.connect();
  client.send(post(
      "/v1/chat/completions",
      R"({"model":"m","stream":true,"max_tokens":4000,"messages":[{"role":"user","content":"go on"}]})"));
  EXPECT_NE(client.read_until("data: ").find("text/event-stream"), std::string::npos);
  EXPECT_EQ(in_service(replica), "1");

  client.close();
  const auto left = std::chrono::steady_clock::now();
  EXPECT_TRUE(eventually([&] { return in_service(replica) == "0"; }));
  EXPECT_LT(std::chrono::steady_clock::now() - left, std::chrono::seconds(1));
  EXPECT_TRUE(eventually([&] {
    return node.metric(R"(signalbox_service_in_flight_requests{service="work"})") == 0.0;
  }));
  EXPECT_TRUE(eventually(
      [&] { return node.access_log().find(R"("outcome":"abandoned")") != std::string::npos; }));
}

TEST(ClientDeparture, B35_a_client_that_leaves_before_the_first_byte_is_noticed_too) {
  EmulatedUnits units([] {
    auto spec = streaming_unit();
    spec.units[0].profile = core::Profile::measured({{1, 1000h}}, 0.0);
    return spec;
  }());
  const auto replica = units.address(UnitId{0});
  LiveNode node(kService + unit("llm", 1.0, replica));

  Plug client = node.connect();
  client.send(post("/genimage", R"({"prompt":"x"})"));
  EXPECT_TRUE(eventually([&] { return in_service(replica) == "1"; }));

  client.close();
  const auto left = std::chrono::steady_clock::now();
  EXPECT_TRUE(eventually([&] { return in_service(replica) == "0"; }));
  EXPECT_LT(std::chrono::steady_clock::now() - left, std::chrono::seconds(1));
}

TEST(ClientDeparture, B35_a_client_that_leaves_while_held_never_reaches_a_unit) {
  std::promise<void> first_in, let_go;
  auto released = let_go.get_future().share();
  ScriptedUnit server([&](Incoming& request) {
    if (request.target() == "/first") {
      first_in.set_value();
      released.wait();
    }
    request.answer("ok");
  });
  LiveNode node(kService + fmt::format("  one: {{price: 1 USD/hour, plateau: 600/min, slots: 1, "
                                       "endpoints: [\"{}\"]}}\n",
                                       core::to_string(server.address())));

  Plug first = node.connect();
  first.send(post("/first", ""));
  first_in.get_future().wait();
  Plug second = node.connect();
  second.send(post("/second", ""));
  const auto held = [&] {
    return node.metric(R"(signalbox_service_held_requests{service="work"})");
  };
  EXPECT_TRUE(eventually([&] { return held() == 1.0; }));
  second.close();
  EXPECT_TRUE(eventually([&] { return held() == 0.0; }));

  let_go.set_value();
  EXPECT_EQ(first.read_reply().status, 200);
  EXPECT_EQ(node.get("/third").status, 200);
  EXPECT_EQ(server.requests(), 2);
}

TEST(ClientDeparture, B36_a_client_that_has_only_finished_speaking_gets_its_answer) {
  std::promise<void> arrived, let_go;
  auto released = let_go.get_future().share();
  ScriptedUnit server([&](Incoming& request) {
    arrived.set_value();
    released.wait();
    request.answer("still here?");
  });
  LiveNode node(kService + unit("one", 1.0, server.address()));

  Plug client = node.connect();
  client.send("GET /slow HTTP/1.1\r\nHost: test\r\n\r\n");
  client.half_close();
  arrived.get_future().wait();
  let_go.set_value();
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "still here?");
  EXPECT_TRUE(reply.complete);
}

TEST(ClientDeparture, B36_a_half_close_right_behind_a_body_loses_nothing_of_it) {
  ScriptedUnit server([](Incoming& request) {
    request.read_body();
    request.answer(request.body);
  });
  LiveNode node(kService + unit("one", 1.0, server.address()));

  for (const std::size_t size : {10UL, 5'000UL, 200'000UL}) {
    const std::string body(size, 'b');
    Plug client = node.connect();
    client.send(post("/echo", body));
    client.half_close();
    const Reply reply = client.read_reply();
    EXPECT_EQ(reply.status, 200) << size;
    EXPECT_EQ(reply.body, body);
  }
}

TEST(ClientDeparture, a_client_that_ends_in_the_middle_of_its_body_is_no_request) {
  ScriptedUnit server([](Incoming& request) { request.answer("never"); });
  LiveNode node(kService + unit("one", 1.0, server.address()));

  Plug client = node.connect();
  client.send("POST /half HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\nonly this");
  client.half_close();
  EXPECT_EQ(client.read_reply().status, 0);
  EXPECT_TRUE(eventually([&] {
    return node.metric(R"(signalbox_service_in_flight_requests{service="work"})") == 0.0;
  }));
}

}  // namespace
}  // namespace signalbox
