// SPDX-License-Identifier: Apache-2.0
//
// Bodies and streams through a live gateway (B12 to B14, B37, B38, B40, B41): what is left unread
// never becomes a request, what is too much or too slow is refused, and bytes pass as they are.
#include <gtest/gtest.h>

#include <future>
#include <string>
#include <thread>

#include "test/conformance/front.h"

namespace signalbox::conformance {
namespace {

constexpr const char* kByModel =
    "services:\n  work: {models: [m], objective: {latency: 2s, quantile: 99%}}\nunits:\n";

std::string head(std::string_view target, std::string_view fields) {
  return fmt::format("POST {} HTTP/1.1\r\nHost: test\r\n{}\r\n", target, fields);
}

TEST(Bodies, B12_a_body_that_was_waved_off_is_never_read_as_a_request) {
  Front front(", max_body: 1KiB, inspect_bytes: 1KiB");
  stage::Plug client = front.send({head("/x", "Content-Length: 5000\r\nExpect: 100-continue\r\n")});
  const stage::Reply reply = client.read_reply();
  EXPECT_EQ(reply.status, 413) << "said at once, without a 100 before it";
  // A client that sends its body all the same, and one that takes its next request's place.
  client.send("GET /smuggled HTTP/1.1\r\nHost: test\r\n\r\n");
  EXPECT_EQ(client.read_all().find("HTTP/"), std::string::npos) << "a second answer";
  EXPECT_EQ(front.requests(), 0);
}

// The unit answers before it has read the body. What of the body is still on its way must not
// become the next request's beginning, on neither side.
TEST(Bodies, B12_an_answer_before_the_body_leaves_no_connection_half_used) {
  stage::ScriptedUnit unit([](stage::Incoming& request) {
    if (request.method() == "POST") {
      request.gateway.send("HTTP/1.1 200 Early\r\nContent-Length: 5\r\n\r\nearly");
      request.read_body();
      return;
    }
    request.answer("own answer");
  });
  stage::LiveNode node(kService + stage::unit("one", 1.0, unit.address()), "", 1);
  stage::Plug client = node.connect();
  client.send(head("/early", "Content-Length: 100\r\n") + "a part");
  EXPECT_EQ(client.read_reply().body, "early");
  EXPECT_EQ(node.get("/next").body, "own answer");
  EXPECT_EQ(unit.connections(), 2) << "the first is not used again";
}

TEST(Bodies, B13_a_refusal_can_be_read_and_what_follows_is_bounded) {
  Front front("",
              "services:\n  work: {paths: [/known], objective: {latency: 2s, quantile: 99%}}\n"
              "units:\n");
  stage::Plug client = front.send({head("/unknown", "Content-Length: 60000000\r\n")});
  std::thread sender([&client] {
    const std::string piece(1UL << 20U, 'x');
    for (int i = 0; i < 60 && client.send(piece); ++i) {
    }
  });
  EXPECT_EQ(client.read_reply().status, 404);
  sender.join();  // the gateway stops reading, or closes: it never takes all of it
  EXPECT_FALSE(client.send(kPlain) && client.read_reply().status != 0) << "a second answer";
  EXPECT_EQ(front.requests(), 0);
}

TEST(Bodies, B14_pipelined_requests_behind_a_refused_one_are_not_answered) {
  Front front;
  std::string all;
  for (int i = 0; i < 10; ++i) all += fmt::format("GET /{} HTTP/1.1\r\nHost: test\r\n\r\n", i);
  all += "GET /bad HTTP/1.1\r\n\r\n";
  for (int i = 0; i < 10; ++i) all += kPlain;
  stage::Plug client = front.send({all});
  for (int i = 0; i < 10; ++i) EXPECT_EQ(client.read_reply().body, fmt::format("/{} ", i));
  EXPECT_EQ(client.read_reply().status, 400);
  EXPECT_EQ(client.read_all(), "");
  EXPECT_EQ(front.requests(), 10);
}

TEST(Bodies, B37_a_head_that_does_not_end_is_408) {
  Front front(", header_timeout: 100ms");
  for (const char* part : {"G", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: test\r\nX-A: "}) {
    EXPECT_EQ(front.refused(part).status(), 408) << part;
  }
  EXPECT_EQ(front.requests(), 0);
}

TEST(Bodies, B38_an_oversized_body_is_413_whether_announced_or_not) {
  Front front(", max_body: 1KiB, inspect_bytes: 1KiB");
  EXPECT_EQ(front.refused(head("/x", "Content-Length: 1025\r\n")).status(), 413);
  stage::Plug client = front.send({head("/x", "Transfer-Encoding: chunked\r\n")});
  for (int i = 0; i < 3; ++i) client.send(fmt::format("200\r\n{}\r\n", std::string(512, 'x')));
  EXPECT_EQ(client.read_reply().status, 413);
  EXPECT_EQ(front.answered({head("/x", "Content-Length: 1024\r\n"), std::string(1024, 'x')}).status,
            200);
}

TEST(Bodies, B38_json_nested_ten_thousand_deep_is_400) {
  Front front("", kByModel);
  const std::string body = std::string(10'000, '[') + std::string(10'000, ']');
  const std::string fields =
      fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", body.size());
  EXPECT_EQ(front.answered({head("/v1/chat/completions", fields), body}).status, 400);
  EXPECT_EQ(front.requests(), 0);
}

// A compressed body is not unpacked, so it cannot grow: its bytes pass as they are, and no model is
// found in them.
TEST(Bodies, B38_a_compressed_body_is_not_unpacked) {
  const std::string packed("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", 10);
  const std::string fields =
      fmt::format("Content-Encoding: gzip\r\nContent-Length: {}\r\n", packed.size());
  Front any;
  EXPECT_EQ(any.answered({head("/x", fields), packed}).body, "/x " + packed);
  Front by_model("", kByModel);
  EXPECT_EQ(by_model.answered({head("/v1/chat/completions", fields), packed}).status, 400);
  EXPECT_EQ(by_model.requests(), 0);
}

// Characters of several bytes, cut inside, in chunks of every size: the stream comes out byte for
// byte.
TEST(Bodies, B40_a_stream_cut_inside_a_character_passes_byte_for_byte) {
  const std::string stream =
      "data: {\"text\":\"gr\xc3\xbc\xc3\x9f dich \xe2\x9c\x93 \xf0\x9f\x9a\xa6\"}"
      "\n\ndata: [DONE]\n\n";
  std::size_t step = 1;
  stage::ScriptedUnit unit([&](stage::Incoming& request) {
    request.gateway.send(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
        "Transfer-Encoding: chunked\r\n\r\n");
    for (std::size_t at = 0; at < stream.size(); at += step) {
      const std::string piece = stream.substr(at, step);
      request.gateway.send(fmt::format("{:x}\r\n{}\r\n", piece.size(), piece));
    }
    request.gateway.send("0\r\n\r\n");
  });
  stage::LiveNode node(kService + stage::unit("one", 1.0, unit.address()));
  for (step = 1; step <= 7; ++step) {
    const stage::Reply reply = node.get("/stream");
    EXPECT_EQ(reply.body, stream) << "in pieces of " << step;
    EXPECT_TRUE(reply.complete);
  }
}

TEST(Bodies, B41_a_stream_that_fails_ends_in_an_error_event_and_neither_done_nor_final_chunk) {
  std::promise<void> relayed;
  auto first_is_through = relayed.get_future().share();
  stage::ScriptedUnit cheap([&](stage::Incoming& request) {
    request.gateway.send(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
        "Transfer-Encoding: chunked\r\n\r\nd\r\ndata: first\n\n\r\n");
    first_is_through.wait();
    request.gateway.reset();
  });
  stage::ScriptedUnit dear([](stage::Incoming& request) { request.answer("second answer"); });
  stage::LiveNode node(kService + stage::unit("cheap", 1.0, cheap.address()) +
                       stage::unit("dear", 2.0, dear.address()));
  stage::Plug client = node.connect();
  client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
  client.read_until("data: first\n\n");
  relayed.set_value();
  const std::string rest = client.read_all();
  EXPECT_NE(rest.find("event: error\ndata: {\"error\""), std::string::npos) << rest;
  EXPECT_EQ(rest.find("[DONE]"), std::string::npos) << rest;
  EXPECT_EQ(rest.find("0\r\n\r\n"), std::string::npos) << rest;
  EXPECT_EQ(dear.requests(), 0) << "no retry after the first byte";
}

}  // namespace
}  // namespace signalbox::conformance
