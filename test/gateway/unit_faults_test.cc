// SPDX-License-Identifier: Apache-2.0
//
// Units that fail, each in its own way, and what a client sees of it: nothing while another unit
// can serve, and a plain answer with the right status when none can.
#include <gtest/gtest.h>

#include <future>

#include "test/stage/live_node.h"
#include "test/stage/scripted_unit.h"

namespace signalbox {
namespace {

using namespace stage;

// Held requests give up soon, silent units even sooner.
std::string service(std::string_view more = "") {
  return fmt::format(
      "services:\n  work: {{objective: {{latency: 2s, quantile: 99%}}, patience: 300ms{}}}\n"
      "units:\n",
      more);
}

void answer_ok(Incoming& request) { request.answer("ok"); }

TEST(UnitFaults, B42_a_refused_connection_goes_to_another_unit) {
  ScriptedUnit dear(answer_ok);
  LiveNode node(service() + unit("cheap", 1.0, nobody()) + unit("dear", 2.0, dear.address()));
  const Reply reply = node.post("/genimage", R"({"prompt":"x"})");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("x-signalbox-unit"), "dear");
  EXPECT_EQ(node.metric(R"(signalbox_service_redecided_total{service="work"})"), 1.0);
}

TEST(UnitFaults, B42_a_refused_connection_goes_to_another_endpoint_of_the_unit) {
  ScriptedUnit alive(answer_ok);
  const std::string both =
      fmt::format("\"{}\", \"{}\"", core::to_string(nobody()), core::to_string(alive.address()));
  LiveNode node(service() + unit("only", 1.0, both));
  for (int i = 0; i < 8; ++i) EXPECT_EQ(node.get("/").status, 200);
  EXPECT_EQ(alive.requests(), 8);
}

TEST(UnitFaults, B42_when_none_is_left_the_client_is_told_503_and_when_to_come_back) {
  LiveNode node(service() + unit("cheap", 1.0, nobody()) + unit("dear", 2.0, nobody()));
  const Reply reply = node.post("/genimage", R"({"prompt":"x"})");
  EXPECT_EQ(reply.status, 503);
  EXPECT_GE(std::stoi(reply.header("retry-after")), 1);
  EXPECT_NE(reply.body.find("\"error\""), std::string::npos);
}

TEST(UnitFaults, B43_a_unit_that_never_answers_is_504) {
  ScriptedUnit silent([](Incoming& request) { request.gateway.await_end(); });
  LiveNode node(service(", timeout: 200ms") + unit("only", 1.0, silent.address()));
  EXPECT_EQ(node.get("/").status, 504);
  EXPECT_EQ(silent.requests(), 1) << "a silent unit may still be working: it is not asked twice";
}

TEST(UnitFaults, B43_a_unit_that_lets_nobody_connect_is_left_for_another) {
  // A listener whose backlog is full drops further connection attempts without a word.
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = loopback(0);
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(listen(listener, 0), 0);
  socklen_t size = sizeof address;
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  std::vector<Plug> fillers;
  for (int i = 0; i < 4; ++i) {
    fillers.emplace_back(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    connect(fillers.back().fd(), reinterpret_cast<sockaddr*>(&address), sizeof address);
  }

  ScriptedUnit dear(answer_ok);
  LiveNode node(service() +
                    unit("cheap", 1.0, core::Address{"127.0.0.1", ntohs(address.sin_port)}) +
                    unit("dear", 2.0, dear.address()),
                ", connect_timeout: 100ms");
  const Reply reply = node.get("/");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("x-signalbox-unit"), "dear");
  EXPECT_EQ(node.metric(R"(signalbox_service_redecided_total{service="work"})"), 1.0);
  close(listener);
}

TEST(UnitFaults, B44_a_reset_before_the_head_goes_to_another_unit) {
  ScriptedUnit cheap([](Incoming& request) {
    request.read_body();
    request.gateway.reset();
  });
  ScriptedUnit dear([](Incoming& request) {
    request.read_body();
    request.answer(request.body);
  });
  LiveNode node(service() + unit("cheap", 1.0, cheap.address()) +
                unit("dear", 2.0, dear.address()));
  const Reply reply = node.post("/echo", "every byte of it, again");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "every byte of it, again");
  EXPECT_EQ(reply.header("x-signalbox-unit"), "dear");
  EXPECT_EQ(cheap.requests(), 1);
}

TEST(UnitFaults, B44_where_sending_again_is_not_safe_the_client_is_told_502) {
  ScriptedUnit cheap([](Incoming& request) { request.gateway.reset(); });
  ScriptedUnit dear(answer_ok);
  LiveNode node(service(", retry_safe: false") + unit("cheap", 1.0, cheap.address()) +
                unit("dear", 2.0, dear.address()));
  EXPECT_EQ(node.post("/genimage", R"({"prompt":"x"})").status, 502);
  EXPECT_EQ(dear.requests(), 0);
}

TEST(UnitFaults, B44_a_pooled_connection_that_died_meanwhile_is_nobodys_fault) {
  std::atomic<int> seen{0};
  ScriptedUnit only([&](Incoming& request) {
    // Answers once per connection, then hangs up on the next request without a word.
    if (seen.fetch_add(1) == 1) {
      request.gateway.reset();
    } else {
      request.answer("ok");
    }
  });
  LiveNode node(service() + unit("only", 1.0, only.address()), "", 1);
  EXPECT_EQ(node.get("/").status, 200);
  EXPECT_EQ(node.get("/").status, 200);
  EXPECT_EQ(only.requests(), 3);
  EXPECT_EQ(node.metric(R"(signalbox_service_redecided_total{service="work"})"), 0.0);
}

TEST(UnitFaults, B45_a_reset_in_the_middle_of_a_counted_body_is_seen_by_the_client) {
  ScriptedUnit only([](Incoming& request) {
    request.gateway.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nthe first half");
    request.gateway.close();
  });
  LiveNode node(service() + unit("only", 1.0, only.address()));
  Plug client = node.connect();
  client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "the first half");
  EXPECT_FALSE(reply.complete);
}

TEST(UnitFaults, B45_a_reset_in_the_middle_of_a_stream_is_seen_by_the_client) {
  std::promise<void> relayed;
  auto first_half_is_through = relayed.get_future().share();
  ScriptedUnit only([&](Incoming& request) {
    request.gateway.send(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nd\r\ndata: first\n\n\r\n");
    first_half_is_through.wait();
    request.gateway.reset();
  });
  LiveNode node(service() + unit("only", 1.0, only.address()));
  Plug client = node.connect();
  client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
  const std::string begun = client.read_until("first\n\n");
  EXPECT_NE(begun.find("chunked"), std::string::npos);
  relayed.set_value();
  const std::string rest = client.read_all();
  EXPECT_EQ(rest.find("0\r\n\r\n"), std::string::npos) << "no final chunk may follow: " << rest;
  EXPECT_TRUE(eventually(
      [&] { return node.access_log().find(R"("outcome":"broken")") != std::string::npos; }));
}

TEST(UnitFaults, B45_a_client_of_http_1_0_sees_a_truncated_stream_as_a_reset) {
  std::promise<void> relayed;
  auto first_half_is_through = relayed.get_future().share();
  ScriptedUnit only([&](Incoming& request) {
    request.gateway.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
    first_half_is_through.wait();
    request.gateway.reset();
  });
  LiveNode node(service() + unit("only", 1.0, only.address()));
  Plug client = node.connect();
  client.send("GET / HTTP/1.0\r\n\r\n");
  client.read_until("first");
  relayed.set_value();
  client.read_all();
  EXPECT_TRUE(client.was_reset()) << "an orderly end would say that the body is complete";
}

TEST(UnitFaults, B46_a_stream_that_falls_silent_is_broken_off) {
  ScriptedUnit only([](Incoming& request) {
    request.gateway.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nthe first half");
    request.gateway.await_end();
  });
  LiveNode node(service(", idle_timeout: 200ms, timeout: 200ms") +
                unit("only", 1.0, only.address()));
  Plug client = node.connect();
  client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.body, "the first half");
  EXPECT_FALSE(reply.complete);
}

TEST(UnitFaults, B48_an_answer_with_two_lengths_is_502) {
  ScriptedUnit only([](Incoming& request) {
    request.gateway.send(
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    request.gateway.await_end();
  });
  LiveNode node(service() + unit("only", 1.0, only.address()));
  EXPECT_EQ(node.get("/").status, 502);
}

TEST(UnitFaults, B47_more_than_was_promised_is_dropped_and_the_connection_not_used_again) {
  ScriptedUnit only([](Incoming& request) {
    request.gateway.send(
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 Smuggled\r\n\r\n");
  });
  LiveNode node(service() + unit("only", 1.0, only.address()), "", 1);
  for (int i = 0; i < 3; ++i) {
    const Reply reply = node.get("/");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "ok");
  }
  EXPECT_EQ(only.connections(), 3);
}

}  // namespace
}  // namespace signalbox
