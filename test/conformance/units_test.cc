// SPDX-License-Identifier: Apache-2.0
//
// Units that misbehave, behind a live gateway (B46 to B54): the client gets a plain answer or sees
// that its answer is cut short, and no connection is used again that has said too much.
#include <gtest/gtest.h>

#include <future>
#include <string>
#include <thread>

#include "test/conformance/front.h"

namespace signalbox::conformance {
namespace {

std::string service(std::string_view more = "") {
  return fmt::format("services:\n  work: {{objective: {{latency: 2s, quantile: 99%}}{}}}\nunits:\n",
                     more);
}

// A gateway before one unit that sends these bytes for every request and then keeps silent.
class Says {
 public:
  explicit Says(std::string bytes, std::string_view more = "")
      : unit_([bytes = std::move(bytes)](stage::Incoming& request) {
          request.gateway.send(bytes);
          request.gateway.await_end();
        }),
        node_(service(more) + stage::unit("one", 1.0, unit_.address()), "", 1) {}

  stage::Reply get() {
    stage::Plug client = node_.connect();
    client.send(kPlain);
    return client.read_reply();
  }
  stage::LiveNode& node() { return node_; }

 private:
  stage::ScriptedUnit unit_;
  stage::LiveNode node_;
};

TEST(Units, B46_silence_before_the_head_is_504_and_after_it_the_answer_breaks_off) {
  Says nothing("", ", timeout: 100ms");
  EXPECT_EQ(nothing.get().status, 504);
  Says half("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", ", idle_timeout: 100ms");
  const stage::Reply reply = half.get();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "half");
  EXPECT_FALSE(reply.complete);
}

TEST(Units, B47_a_body_shorter_than_announced_is_seen_to_be_short) {
  stage::ScriptedUnit unit([](stage::Incoming& request) {
    request.gateway.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort");
    request.gateway.close();
  });
  stage::LiveNode node(service() + stage::unit("one", 1.0, unit.address()));
  stage::Plug client = node.connect();
  client.send(kPlain);
  const stage::Reply reply = client.read_reply();
  EXPECT_EQ(reply.body, "short");
  EXPECT_FALSE(reply.complete);
}

TEST(Units, B48_an_answer_framed_twice_or_not_at_all_is_502) {
  for (const char* fields : {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
                             "Content-Length: 3\r\n"
                             "Content-Length: 4\r\n",
                             "Content-Length: +3\r\n", "Transfer-Encoding: gzip\r\n",
                             "Transfer-Encoding: chunked, chunked\r\n"}) {
    Says unit(fmt::format("HTTP/1.1 200 OK\r\n{}\r\nabc", fields));
    EXPECT_EQ(unit.get().status, 502) << fields;
  }
}

TEST(Units, B49_a_flood_of_interim_answers_is_502_and_a_few_are_none) {
  const auto interims = [](int count) {
    std::string bytes;
    for (int i = 0; i < count; ++i) bytes += "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    return bytes + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  };
  Says few(interims(8));
  EXPECT_EQ(few.get().status, 200);
  Says flood(interims(9));
  EXPECT_EQ(flood.get().status, 502);
}

// A byte now and then keeps every idle timer content (the pause is the fault, nothing waits for
// it). The time to the head is counted from the request on, so it ends all the same.
TEST(Units, B50_a_head_that_drips_is_504_in_time) {
  stage::ScriptedUnit unit([](stage::Incoming& request) {
    request.gateway.send("HTTP/1.1 200 OK\r\nX-Drip: ");
    while (request.gateway.send("x")) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  });
  stage::LiveNode node(service(", timeout: 200ms, idle_timeout: 200ms") +
                       stage::unit("one", 1.0, unit.address()));
  EXPECT_EQ(node.get("/").status, 504);
}

TEST(Units, B51_a_head_of_a_mebibyte_is_502) {
  Says unit("HTTP/1.1 200 OK\r\nX-Large: " + std::string(1UL << 20U, 'a') + "\r\n\r\n");
  EXPECT_EQ(unit.get().status, 502);
  std::string fields;
  for (int i = 0; i < 20'000; ++i) fields += fmt::format("X-{}: {}\r\n", i, std::string(40, 'a'));
  Says many("HTTP/1.1 200 OK\r\n" + fields + "\r\n");
  EXPECT_EQ(many.get().status, 502);
}

// The unit says something on a connection that waits for its next request. Whoever that is must not
// get it as an answer.
TEST(Units, B52_a_connection_that_speaks_unasked_is_closed) {
  std::promise<void> speak, dropped;
  auto may_speak = speak.get_future().share();
  std::atomic<int> seen{0};
  stage::ScriptedUnit unit([&](stage::Incoming& request) {
    request.answer("asked");
    if (seen.fetch_add(1) > 0) return;
    may_speak.wait();
    request.gateway.send("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nunasked");
    request.gateway.await_end();
    dropped.set_value();
  });
  stage::LiveNode node(service() + stage::unit("one", 1.0, unit.address()), "", 1);
  EXPECT_EQ(node.get("/").body, "asked");
  speak.set_value();
  dropped.get_future().wait();
  EXPECT_EQ(node.get("/").body, "asked");
  EXPECT_EQ(unit.connections(), 2);
}

// A model server that is full says so. Its word reaches the client, and it stays in service.
TEST(Units, B54_a_429_of_a_unit_reaches_the_client_and_ejects_nobody) {
  std::atomic<bool> full{true};
  stage::ScriptedUnit unit([&full](stage::Incoming& request) {
    if (!request.read_body()) return;
    if (full) {
      request.gateway.send("HTTP/1.1 429 Full\r\nRetry-After: 1\r\nContent-Length: 4\r\n\r\nfull");
    } else {
      request.answer("ok");
    }
  });
  stage::LiveNode node(service() + stage::unit("one", 1.0, unit.address()));
  for (int i = 0; i < 10; ++i) {
    const stage::Reply reply = node.get("/");
    EXPECT_EQ(reply.status, 429);
    EXPECT_NE(reply.header("retry-after"), "");
  }
  EXPECT_EQ(node.metric(R"(signalbox_endpoint_ejections_total{unit="one"})") > 0.0, false);
  full = false;
  EXPECT_TRUE(stage::eventually([&node] { return node.get("/").status == 200; }));
}

}  // namespace
}  // namespace signalbox::conformance
