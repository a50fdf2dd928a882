// SPDX-License-Identifier: Apache-2.0
//
// Answers that come piece by piece: every byte as it was, and an end that tells the truth.
#include <gtest/gtest.h>

#include <string>

#include "test/stage/live_node.h"
#include "test/stage/scripted_unit.h"

namespace signalbox {
namespace {

using namespace stage;

constexpr std::string_view kStreamHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string service() {
  return "services:\n  chat: {objective: {latency: 2s, quantile: 99%}}\nunits:\n";
}

std::string chunk(std::string_view bytes) {
  return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}

TEST(Streams, B40_a_stream_cut_inside_a_character_comes_out_byte_for_byte) {
  const std::string text = "data: \xF0\x9F\x9A\x82 \xC3\xA9\n\ndata: [DONE]\n\n";
  ScriptedUnit unit_of_bytes([&](Incoming& request) {
    request.read_body();
    request.gateway.send(kStreamHead);
    for (const char c : text) request.gateway.send(chunk({&c, 1}));
    request.gateway.send("0\r\n\r\n");
  });
  LiveNode node(service() + unit("only", 1.0, unit_of_bytes.address()));
  const Reply reply = node.post("/v1/chat/completions", "{}");
  EXPECT_EQ(reply.body, text);
  EXPECT_TRUE(reply.complete);
}

TEST(Streams, B41_a_stream_that_breaks_ends_with_an_error_event_and_without_its_last_chunk) {
  ScriptedUnit dying([&](Incoming& request) {
    request.read_body();
    request.gateway.send(std::string(kStreamHead) + chunk("data: {\"tok\":1}\n\n") +
                         chunk("data: {\"to"));
    request.gateway.reset();
  });
  LiveNode node(service() + unit("only", 1.0, dying.address()));
  Plug client = node.connect();
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.status, 200);
  EXPECT_FALSE(reply.complete);
  EXPECT_TRUE(reply.body.starts_with("data: {\"tok\":1}\n\n")) << reply.body;
  const auto error = reply.body.find("\n\nevent: error\ndata: {\"error\"");
  EXPECT_NE(error, std::string::npos) << reply.body;
  EXPECT_TRUE(reply.body.ends_with("\n\n"));
  EXPECT_EQ(reply.body.find("[DONE]"), std::string::npos);
  EXPECT_EQ(dying.requests(), 1) << "after the first byte nothing is sent again";
}

TEST(Streams, B41_an_answer_that_is_no_stream_of_events_is_just_cut) {
  ScriptedUnit dying([&](Incoming& request) {
    request.read_body();
    request.gateway.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("half"));
    request.gateway.reset();
  });
  LiveNode node(service() + unit("only", 1.0, dying.address()));
  Plug client = node.connect();
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.body, "half");
  EXPECT_FALSE(reply.complete);
}

TEST(Streams, B53_an_answer_of_200_that_is_an_error_counts_as_a_failure_of_its_unit) {
  ScriptedUnit hiding([&](Incoming& request) {
    request.read_body();
    request.gateway.send(std::string(kStreamHead) +
                         chunk("data: {\"error\":{\"message\":\"out of memory\"}}\n\n") +
                         "0\r\n\r\n");
  });
  LiveNode node(service() + unit("only", 1.0, hiding.address()));
  const Reply reply = node.post("/v1/chat/completions", "{}");
  EXPECT_EQ(reply.status, 200);
  EXPECT_TRUE(reply.complete) << "the client gets what there is";
  EXPECT_TRUE(eventually([&] {
    return node.metric(R"(signalbox_service_requests_total{service="chat",outcome="failed"})") ==
           1.0;
  }));
}

TEST(Streams, an_image_of_many_buffers_comes_through_whole) {
  std::string image(3'000'000, '\0');
  for (std::size_t i = 0; i < image.size(); ++i)
    image[i] = static_cast<char>(i * 2654435761U >> 24);
  ScriptedUnit painter([&](Incoming& request) { request.answer(image); });
  LiveNode node(service() + unit("only", 1.0, painter.address()));
  for (int i = 0; i < 3; ++i) {
    const Reply reply = node.get("/");
    EXPECT_EQ(reply.body.size(), image.size());
    EXPECT_TRUE(reply.body == image);
  }
}

TEST(Streams, B12_a_client_that_waits_to_send_its_body_may_be_refused_before_it_does) {
  ScriptedUnit never([](Incoming& request) { request.answer("ok"); });
  LiveNode node(
      "services:\n  chat: {paths: [/v1/*], objective: {latency: 2s, quantile: 99%}}\nunits:\n" +
      unit("only", 1.0, never.address()));
  Plug client = node.connect();
  client.send(
      "POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\nExpect: "
      "100-continue\r\n\r\n");
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.status, 404);
  EXPECT_FALSE(reply.keep_alive) << "whether the body comes cannot be known";
  EXPECT_EQ(client.read_all(), "");
  EXPECT_EQ(never.requests(), 0);
}

TEST(Streams, B37_a_body_that_trickles_is_408) {
  ScriptedUnit patient([](Incoming& request) { request.answer("ok"); });
  LiveNode node(service() + unit("only", 1.0, patient.address()), ", body_timeout: 100ms");
  Plug client = node.connect();
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.status, 408);
  EXPECT_TRUE(eventually([&] {
    return node.metric(R"(signalbox_unit_in_flight_requests{unit="only"})") == 0.0;
  })) << "the slot is free again";
}

}  // namespace
}  // namespace signalbox
