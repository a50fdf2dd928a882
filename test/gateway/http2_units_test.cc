// SPDX-License-Identifier: Apache-2.0
//
// Units that speak HTTP/2, behind clients of both protocols: bodies and trailers byte for byte,
// streams that share a connection and fail alone, and gRPC, which asks for all of it at once.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>
#include <vector>

#include "test/stage/http2_client.h"
#include "test/stage/http2_unit.h"
#include "test/stage/live_node.h"
#include "test/stage/scripted_unit.h"
#include "wire/grpc.h"

namespace signalbox {
namespace {

using namespace stage;

constexpr const char* kService =
    "services:\n  work: {objective: {latency: 2s, quantile: 99%}}\nunits:\n";
constexpr const char* kOverHttp2 = ", link: {http: 2}";

std::string http2_unit(const core::Address& endpoint) {
  return unit("two", 1.0, endpoint, kOverHttp2);
}

std::string framed(std::string_view message) {
  std::string out;
  wire::append_grpc_prefix(out, message.size());
  return out.append(message);
}

TEST(Http2Units, a_client_of_http1_is_served_by_a_unit_of_http2) {
  Http2Unit server([](Http2Incoming& request) {
    EXPECT_EQ(request.stream.request().method, "POST");
    EXPECT_EQ(request.path(), "/v1/x?q=1");
    EXPECT_EQ(request.header("x-forwarded-for"), "127.0.0.1");
    EXPECT_EQ(request.header("connection"), "");
    request.answer(request.body + " answered", {}, {{"content-type", "text/plain"}});
  });
  LiveNode node(kService + http2_unit(server.address()));
  const Reply reply = node.post("/v1/x?q=1", "question");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "question answered");
  EXPECT_EQ(reply.header("content-type"), "text/plain");
  EXPECT_TRUE(reply.complete);
}

TEST(Http2Units, a_client_of_http2_is_served_by_a_unit_of_http2) {
  Http2Unit server([](Http2Incoming& request) { request.answer(request.body); });
  LiveNode node(kService + http2_unit(server.address()));
  Http2Client client(node.gateway());
  const std::string body(500'000, 'b');
  const Http2Reply& reply = client.post("/", body);
  EXPECT_TRUE(reply.body == body);
  EXPECT_TRUE(reply.complete);
}

TEST(Http2Units, requests_share_a_connection) {
  Http2Unit server([](Http2Incoming& request) { request.answer(request.path()); });
  LiveNode node(kService + http2_unit(server.address()), "", 1);
  Http2Client client(node.gateway());
  std::vector<wire::Http2Stream*> streams;
  for (int i = 0; i < 8; ++i) streams.push_back(&client.ask("GET", "/together"));
  for (const auto* stream : streams) EXPECT_EQ(client.await(*stream).body, "/together");
  EXPECT_EQ(server.requests(), 8);
  // One for all of them, and one for each health probe.
  const int before = server.connections();
  EXPECT_EQ(client.get("/again").body, "/again");
  EXPECT_LE(server.connections(), before + 1);
}

TEST(Http2Units, a_grpc_call_passes_byte_for_byte_with_its_trailers) {
  std::string messages = framed("one") + framed(std::string(100'000, '\xfe')) + framed("");
  Http2Unit server([&](Http2Incoming& request) {
    EXPECT_EQ(request.header("content-type"), "application/grpc");
    EXPECT_EQ(request.header("te"), "trailers");
    const auto time_left = wire::parse_grpc_timeout(request.header("grpc-timeout"));
    EXPECT_TRUE(time_left && *time_left > 30s && *time_left < 60s) << "what is left of the minute";
    EXPECT_EQ(request.path(), "/inference.GRPCInferenceService/ModelInfer");
    EXPECT_TRUE(request.body == framed("question"));
    request.answer(messages, {{"grpc-status", "0"}, {"grpc-message", "all%20well"}},
                   {{"content-type", "application/grpc"}});
  });
  LiveNode node(kService + http2_unit(server.address()));
  Http2Client client(node.gateway());
  const Http2Reply& reply = client.post(
      "/inference.GRPCInferenceService/ModelInfer", framed("question"),
      {{"content-type", "application/grpc"}, {"te", "trailers"}, {"grpc-timeout", "1M"}});
  EXPECT_EQ(reply.status, 200);
  EXPECT_TRUE(reply.body == messages);
  EXPECT_EQ(reply.trailer("grpc-status"), "0");
  EXPECT_EQ(reply.trailer("grpc-message"), "all%20well");
  EXPECT_TRUE(reply.complete);
}

TEST(Http2Units, a_grpc_caller_whose_time_is_up_is_told_so_and_its_unit_is_free_again) {
  Http2Unit silent([](Http2Incoming&) {});
  LiveNode node(kService + http2_unit(silent.address()));
  Http2Client client(node.gateway());
  const Http2Reply& reply = client.post(
      "/s/M", framed("x"),
      {{"content-type", "application/grpc"}, {"te", "trailers"}, {"grpc-timeout", "150m"}});
  EXPECT_EQ(reply.header("grpc-status"), "4") << "DEADLINE_EXCEEDED";
  EXPECT_TRUE(eventually([&] {
    return silent.cancelled() == 1 &&
           node.metric(R"(signalbox_unit_in_flight_requests{unit="two"})") == 0.0;
  }));
}

TEST(Http2Units, a_time_limit_that_grpc_could_not_write_is_refused_in_words) {
  Http2Unit never([](Http2Incoming& request) { request.answer("never"); });
  LiveNode node(kService + http2_unit(never.address()));
  Http2Client client(node.gateway());
  const Http2Reply& reply = client.post(
      "/s/M", framed("x"),
      {{"content-type", "application/grpc"}, {"te", "trailers"}, {"grpc-timeout", "soon"}});
  EXPECT_EQ(reply.header("grpc-status"), "13") << "INTERNAL";
  EXPECT_NE(wire::decode_grpc_message(reply.header("grpc-message")).find("grpc-timeout"),
            std::string::npos);
}

TEST(Http2Units, a_failed_grpc_call_of_trailers_alone_stays_one) {
  Http2Unit server([](Http2Incoming& request) {
    const std::array<wire::OwnField, 2> fields{
        {{"content-type", "application/grpc"}, {"grpc-status", "5"}}};
    request.link.session().submit_response(request.stream, 200, fields, true);
  });
  LiveNode node(kService + http2_unit(server.address()));
  Http2Client client(node.gateway());
  const Http2Reply& reply =
      client.post("/s/M", framed("x"), {{"content-type", "application/grpc"}, {"te", "trailers"}});
  EXPECT_EQ(reply.header("grpc-status"), "5");
  EXPECT_EQ(reply.body, "");
  EXPECT_TRUE(reply.complete);
}

// Both sides of a call speak in turn, as in a streamed inference.
TEST(Http2Units, a_grpc_stream_speaks_in_both_directions_at_once) {
  std::promise<void> begun;
  Http2Unit server(
      [&](Http2Incoming& request) {
        request.begin(200, {{"content-type", "application/grpc"}});
        request.link.session().send(request.stream, framed("first"));
        begun.set_value();
      },
      true);
  LiveNode node(kService + http2_unit(server.address()));
  Http2Client client(node.gateway());
  wire::Http2Stream& stream = client.ask(
      "POST", "/s/Stream", false, {{"content-type", "application/grpc"}, {"te", "trailers"}});
  client.session().send(stream, framed("hello"));
  const Http2Reply& reply = client.replies[stream.id()];
  EXPECT_TRUE(client.until([&] { return reply.body == framed("first"); }))
      << "the answer has begun while the request goes on";
  EXPECT_FALSE(reply.over());
  client.session().reset(stream, wire::Http2Code::kCancel);
  client.session().release(stream);
  client.send();
  EXPECT_TRUE(eventually([&] { return server.cancelled() == 1; })) << "with RST_STREAM CANCEL";
}

TEST(Http2Units, grpc_towards_a_unit_of_http1_is_refused_in_words) {
  ScriptedUnit never([](Incoming& request) { request.answer("never"); });
  LiveNode node(kService + unit("one", 1.0, never.address()));
  Http2Client client(node.gateway());
  const Http2Reply& reply =
      client.post("/s/M", framed("x"), {{"content-type", "application/grpc"}, {"te", "trailers"}});
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("content-type"), "application/grpc");
  EXPECT_EQ(reply.header("grpc-status"), "14");
  EXPECT_EQ(wire::decode_grpc_message(reply.header("grpc-message")),
            "gRPC needs HTTP/2, and unit 'one' is spoken to in HTTP/1; set `link: {http: 2}` for "
            "it");
  EXPECT_EQ(never.requests(), 0);
}

TEST(Http2Units, trailers_reach_a_client_of_http1_behind_the_last_chunk) {
  Http2Unit server([](Http2Incoming& request) { request.answer("body", {{"x-checksum", "7"}}); });
  LiveNode node(kService + http2_unit(server.address()));
  Plug client = node.connect();
  client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string all = client.read_all();
  EXPECT_TRUE(all.ends_with("4\r\nbody\r\n0\r\nx-checksum: 7\r\n\r\n")) << all;
}

TEST(Http2Units, B44_a_stream_that_is_reset_before_its_answer_is_sent_elsewhere) {
  Http2Unit failing([](Http2Incoming& request) {
    request.link.session().reset(request.stream, wire::Http2Code::kInternalError);
    request.link.session().release(request.stream);
  });
  ScriptedUnit other([](Incoming& request) { request.answer("other"); });
  LiveNode node(kService + unit("cheap", 1.0, failing.address(), kOverHttp2) +
                unit("dear", 2.0, other.address()));
  const Reply reply = node.post("/", "x");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "other");
}

TEST(Http2Units, B45_a_stream_that_is_reset_inside_its_answer_is_cut_for_the_client) {
  std::atomic<wire::Http2Stream*> begun{nullptr};
  Http2Unit failing([&](Http2Incoming& request) {
    request.begin(200);
    request.link.session().send(request.stream, "half");
    begun = &request.stream;
  });
  LiveNode node(kService + http2_unit(failing.address()));
  Http2Client client(node.gateway());
  wire::Http2Stream& stream = client.ask("GET", "/");
  const Http2Reply& reply = client.replies[stream.id()];
  client.until([&] { return reply.body == "half"; });
  failing.on_each([&](http::Http2Link& link) {
    // Of the connections only the gateway's has a stream open; probes have ended theirs.
    if (link.session().open_streams() == 0) return;
    link.session().reset(*begun, wire::Http2Code::kInternalError);
    link.session().release(*begun);
    link.wake();
  });
  client.await(stream);
  EXPECT_EQ(reply.status, 200);
  EXPECT_FALSE(reply.complete);
  EXPECT_EQ(reply.closed, wire::Http2Code::kInternalError);
}

TEST(Http2Units, B55_requests_that_a_goaway_left_untouched_are_sent_again) {
  std::atomic<bool> left{false};
  Http2Unit server(
      [&](Http2Incoming& request) {
        if (!left.exchange(true)) {
          // The first is the last it looks at; those behind it on the connection stay untouched.
          request.link.session().terminate(wire::Http2Code::kNoError);
        } else {
          request.answer("served");
        }
      },
      true);
  LiveNode node(kService + http2_unit(server.address()), "", 1);
  Http2Client client(node.gateway());
  std::vector<wire::Http2Stream*> streams;
  for (int i = 0; i < 5; ++i) streams.push_back(&client.ask("GET", "/"));
  for (const auto* stream : streams) EXPECT_EQ(client.await(*stream).body, "served");
  EXPECT_TRUE(left.load());
}

TEST(Http2Units, B55_a_refused_stream_is_sent_again) {
  std::atomic<int> refused{0};
  Http2Unit server([&](Http2Incoming& request) {
    if (refused++ > 0) return request.answer("served");
    request.link.session().reset(request.stream, wire::Http2Code::kRefusedStream);
    request.link.session().release(request.stream);
  });
  ScriptedUnit other([](Incoming& request) { request.answer("served"); });
  LiveNode node(kService + unit("cheap", 1.0, server.address(), kOverHttp2) +
                unit("dear", 2.0, other.address()));
  EXPECT_EQ(node.post("/", "x").body, "served");
}

TEST(Http2Units, a_connection_without_streams_for_its_time_is_closed_and_one_with_is_not) {
  Http2Unit streaming([](Http2Incoming& request) {
    if (request.path() != "/two/stays") request.answer("served");
  });
  ScriptedUnit other([](Incoming& request) { request.answer("other"); });
  LiveNode node(
      "services:\n"
      "  two: {paths: [/two/*], units: [two], objective: {latency: 2s, quantile: 99%}}\n"
      "  one: {paths: [/one], units: [one], objective: {latency: 2s, quantile: 99%}}\n"
      "units:\n" +
          http2_unit(streaming.address()) + unit("one", 1.0, other.address()),
      ", unit_keep_alive: 50ms", 1);
  Http2Client client(node.gateway());
  const auto connections = [&] { return node.metric("signalbox_gateway_upstream_connections"); };
  EXPECT_EQ(client.get("/two/ends").body, "served");
  EXPECT_TRUE(eventually([&] { return connections() == 0.0; }));

  // One that is busy outlives one that becomes idle after it was last heard of.
  client.ask("GET", "/two/stays");
  client.send();
  EXPECT_TRUE(eventually([&] { return streaming.requests() == 2; }));
  EXPECT_EQ(client.get("/one").body, "other");
  EXPECT_TRUE(eventually([&] { return connections() == 1.0; }));
  EXPECT_EQ(streaming.cancelled(), 0);
  EXPECT_EQ(client.get("/two/ends").body, "served");
  EXPECT_EQ(connections(), 1.0) << "it still serves";
}

TEST(Http2Units, a_unit_that_vanishes_fails_only_what_it_had_not_answered) {
  Http2Unit server([](Http2Incoming& request) { request.answer("fine"); });
  LiveNode node(kService + http2_unit(server.address()), "", 1);
  Http2Client client(node.gateway());
  EXPECT_EQ(client.get("/").body, "fine");
  server.on_each([](http::Http2Link& link) { link.cut_link(); });
  EXPECT_EQ(client.get("/").body, "fine")
      << "a connection that died idle is no failure of the unit";
}

}  // namespace
}  // namespace signalbox
