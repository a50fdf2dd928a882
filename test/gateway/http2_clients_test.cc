// SPDX-License-Identifier: Apache-2.0
//
// Clients that speak HTTP/2 to a whole node, in clear with prior knowledge: they get what a client
// of HTTP/1 gets, many at a time, and the harm they can do is bounded.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>
#include <vector>

#include "test/stage/http2_client.h"
#include "test/stage/live_node.h"
#include "test/stage/scripted_unit.h"
#include "wire/http2_frames.h"

namespace signalbox {
namespace {

using namespace stage;
namespace frames = wire::testing;

constexpr const char* kService =
    "services:\n  work: {objective: {latency: 2s, quantile: 99%}}\nunits:\n";

// As many slots as a connection has streams.
std::string wide_unit(const core::Address& endpoint) {
  return fmt::format(
      "  one: {{price: 1 USD/hour, plateau: 60000/min, slots: 100, endpoints: [\"{}\"]}}\n",
      core::to_string(endpoint));
}

TEST(Http2Clients, a_request_comes_to_an_http1_unit_as_any_other_would) {
  ScriptedUnit server([](Incoming& request) {
    request.read_body();
    EXPECT_EQ(request.method(), "POST");
    EXPECT_EQ(request.target(), "/v1/x?q=1");
    EXPECT_EQ(request.header("x-custom"), "kept");
    EXPECT_EQ(request.header("content-length"), "8");
    EXPECT_EQ(request.header("x-forwarded-for"), "127.0.0.1");
    EXPECT_EQ(request.header("x-real-ip"), "") << "B20";
    EXPECT_EQ(request.header("te"), "");
    request.answer(request.body + " answered", 201);
  });
  LiveNode node(kService + unit("one", 1.0, server.address()));
  Http2Client client(node.gateway());
  const Http2Reply& reply = client.post("/v1/x?q=1", "question",
                                        {{"x-custom", "kept"},
                                         {"content-length", "8"},
                                         {"x-real-ip", "6.6.6.6"},
                                         {"te", "trailers"}});
  EXPECT_EQ(reply.status, 201);
  EXPECT_EQ(reply.body, "question answered");
  EXPECT_TRUE(reply.complete);
  EXPECT_EQ(reply.header("x-signalbox-unit"), "one");
  EXPECT_EQ(reply.header("content-length"), "17");
  EXPECT_EQ(reply.header("connection"), "");
  EXPECT_TRUE(
      eventually([&] { return node.access_log().find(R"("path":"/v1/x")") != std::string::npos; }));
}

TEST(Http2Clients, a_body_without_a_length_goes_on_in_chunks) {
  const std::string body(200'000, 'b');
  ScriptedUnit server([&](Incoming& request) {
    request.read_body();
    EXPECT_EQ(request.header("transfer-encoding"), "chunked");
    EXPECT_TRUE(request.body == body);
    request.answer("ok");
  });
  LiveNode node(kService + unit("one", 1.0, server.address()));
  Http2Client client(node.gateway());
  EXPECT_EQ(client.post("/", body).body, "ok");
}

TEST(Http2Clients, many_requests_share_one_connection_and_wait_for_each_other_in_vain) {
  std::promise<void> let_go;
  const auto released = let_go.get_future().share();
  ScriptedUnit server([&](Incoming& request) {
    if (request.target() == "/slow") released.wait();
    request.answer(request.target());
  });
  LiveNode node(kService + wide_unit(server.address()));
  Http2Client client(node.gateway());
  wire::Http2Stream& slow = client.ask("GET", "/slow");
  for (int i = 0; i < 50; ++i) {
    const std::string path = "/" + std::to_string(i);
    EXPECT_EQ(client.get(path).body, path);
  }
  let_go.set_value();
  EXPECT_EQ(client.await(slow).body, "/slow");
}

TEST(Http2Clients, a_long_answer_arrives_whole_and_a_slow_reader_slows_its_unit) {
  // More than the system's own buffers take.
  std::string image(40'000'000, '\0');
  for (std::size_t i = 0; i < image.size(); ++i) {
    image[i] = static_cast<char>(i * 2654435761U >> 24);
  }
  std::atomic<bool> sent{false};
  ScriptedUnit server([&](Incoming& request) {
    request.answer(image);
    sent = true;
  });
  LiveNode node(kService + unit("one", 1.0, server.address()));
  Http2Client client(node.gateway());
  client.reads_bodies = false;
  wire::Http2Stream& stream = client.ask("GET", "/image");
  const Http2Reply& reply = client.replies[stream.id()];
  client.until([&] { return reply.body.size() == 64UL * 1024; });
  EXPECT_FALSE(sent.load()) << "B39: the unit waits, nobody holds all that";
  client.reads_bodies = true;
  client.session().consumed(stream, 64UL * 1024);
  client.await(stream);
  EXPECT_TRUE(reply.body == image);
  EXPECT_TRUE(reply.complete);
}

TEST(Http2Clients, what_is_answered_without_a_unit_is_answered_too) {
  ScriptedUnit never([](Incoming& request) { request.answer("never"); });
  LiveNode node(
      "services:\n  work: {paths: [/v1/*], objective: {latency: 2s, quantile: 99%}}\nunits:\n" +
      unit("one", 1.0, never.address()));
  Http2Client client(node.gateway());
  EXPECT_EQ(client.get("/elsewhere").status, 404);
  EXPECT_EQ(client.get("/%00").status, 400) << "B21";
  EXPECT_EQ(client.get("/v1/" + std::string(9'000, 'u')).status, 414) << "B18";
  EXPECT_EQ(client.get("/v1/x", {{"a_b", "c"}}).status, 400) << "B22";
  EXPECT_EQ(client.await(client.ask("BREW", "/v1/x")).status, 400);
  const Http2Reply& head = client.await(client.ask("HEAD", "/elsewhere"));
  EXPECT_EQ(head.status, 404);
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(never.requests(), 0);
}

TEST(Http2Clients, B30_a_malformed_request_ends_its_stream_and_reaches_no_unit) {
  ScriptedUnit never([](Incoming& request) { request.answer("never"); });
  LiveNode node(kService + unit("one", 1.0, never.address()));
  Http2Client client(node.gateway());
  for (const auto& [name, value] :
       std::vector<std::pair<std::string_view, std::string_view>>{{"transfer-encoding", "chunked"},
                                                                  {"connection", "close"},
                                                                  {"x", "a\r\nGET / HTTP/1.1"},
                                                                  {"host", "elsewhere"},
                                                                  {"te", "gzip"}}) {
    const Http2Reply& reply = client.await(client.ask("GET", "/", true, {{name, value}}));
    EXPECT_EQ(reply.closed, wire::Http2Code::kProtocolError) << name;
  }
  EXPECT_EQ(never.requests(), 0);
  EXPECT_EQ(client.goaway, std::nullopt);
}

TEST(Http2Clients, B32_an_upgrade_to_h2c_is_not_forwarded) {
  ScriptedUnit server([](Incoming& request) {
    EXPECT_EQ(request.header("upgrade"), "");
    EXPECT_EQ(request.header("http2-settings"), "");
    EXPECT_EQ(request.header("connection"), "");
    request.answer("http/1");
  });
  LiveNode node(kService + unit("one", 1.0, server.address()));
  Plug client = node.connect();
  client.send(
      "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
      "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n");
  EXPECT_EQ(client.read_reply().body, "http/1");
}

TEST(Http2Clients, B35_a_cancelled_request_is_cancelled_at_its_unit) {
  std::promise<void> arrived, ended;
  ScriptedUnit server([&](Incoming& request) {
    request.read_body();
    arrived.set_value();
    request.gateway.await_end();
    ended.set_value();
  });
  LiveNode node(kService + unit("one", 1.0, server.address()));
  Http2Client client(node.gateway());
  wire::Http2Stream& stream = client.ask("GET", "/");
  client.send();
  arrived.get_future().wait();
  client.session().reset(stream, wire::Http2Code::kCancel);
  client.session().release(stream);
  client.send();
  ended.get_future().wait();
  EXPECT_TRUE(eventually([&] {
    return node.metric(R"(signalbox_service_in_flight_requests{service="work"})") == 0.0;
  }));
  EXPECT_TRUE(eventually(
      [&] { return node.access_log().find(R"("outcome":"abandoned")") != std::string::npos; }));
}

TEST(Http2Clients, B35_a_connection_that_breaks_takes_all_its_requests_along) {
  std::atomic<int> ended{0};
  ScriptedUnit server([&](Incoming& request) {
    request.read_body();
    request.gateway.await_end();
    ++ended;
  });
  LiveNode node(kService + wide_unit(server.address()));
  {
    Http2Client client(node.gateway());
    for (int i = 0; i < 5; ++i) client.ask("GET", "/");
    client.send();
    EXPECT_TRUE(eventually([&] { return server.requests() == 5; }));
  }
  EXPECT_TRUE(eventually([&] { return ended == 5; }));
  EXPECT_TRUE(eventually([&] {
    return node.metric(R"(signalbox_service_in_flight_requests{service="work"})") == 0.0;
  }));
}

TEST(Http2Clients, B41_an_answer_that_breaks_off_is_a_reset) {
  ScriptedUnit server([](Incoming& request) {
    request.read_body();
    request.gateway.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    request.gateway.reset();
  });
  LiveNode node(kService + unit("one", 1.0, server.address()));
  Http2Client client(node.gateway());
  const Http2Reply& reply = client.get("/");
  EXPECT_EQ(reply.status, 200);
  EXPECT_FALSE(reply.complete);
  EXPECT_EQ(reply.closed, wire::Http2Code::kInternalError);
}

TEST(Http2Clients, B23_rapid_resets_end_the_connection_and_load_no_unit) {
  std::atomic<int> in_progress{0}, most{0};
  ScriptedUnit server([&](Incoming& request) {
    const int now = ++in_progress;
    for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
    }
    request.gateway.await_end();
    --in_progress;
  });
  LiveNode node(kService + wide_unit(server.address()));
  Http2Client client(node.gateway());
  client.send();
  for (std::uint32_t id = 1; id < 1'000; id += 2) {
    client.send_raw(frames::headers(id, frames::get()) +
                    frames::frame(frames::kRstStream, 0, id, frames::big_endian(8)));
  }
  EXPECT_TRUE(client.until_end());
  EXPECT_EQ(client.goaway, wire::Http2Code::kEnhanceYourCalm);
  EXPECT_LE(most.load(), 100);
  EXPECT_TRUE(eventually([&] {
    return node.metric(R"(signalbox_service_in_flight_requests{service="work"})") == 0.0;
  }));
}

TEST(Http2Clients, B28_a_client_that_opens_no_window_is_given_up) {
  ScriptedUnit server([](Incoming& request) { request.answer(std::string(1'000'000, 'x')); });
  LiveNode node(kService + unit("one", 1.0, server.address()), ", send_timeout: 100ms");
  Http2Client client(node.gateway());
  client.reads_bodies = false;
  const Http2Reply& reply = client.get("/");
  EXPECT_FALSE(reply.complete);
  EXPECT_EQ(reply.closed, wire::Http2Code::kCancel);
  client.reads_bodies = true;
  EXPECT_TRUE(client.get("/").complete) << "the connection goes on";
}

TEST(Http2Clients, B31_the_hundred_and_first_request_is_refused_and_the_rest_go_on) {
  std::promise<void> let_go;
  const auto released = let_go.get_future().share();
  ScriptedUnit server([&](Incoming& request) {
    released.wait();
    request.answer("ok");
  });
  LiveNode node(kService + wide_unit(server.address()));
  Http2Client client(node.gateway());
  std::string bytes;
  for (std::uint32_t i = 0; i < 101; ++i) bytes += frames::headers(2 * i + 1, frames::get());
  client.send_raw(bytes);
  std::string heard;
  while (!frames::reset_in(heard, 201)) heard += client.plug().read_until(frames::big_endian(7));
  EXPECT_EQ(frames::goaway_in(heard), std::nullopt);
  let_go.set_value();
  EXPECT_TRUE(eventually([&] { return server.requests() == 100; }));
}

TEST(Http2Clients, B37_a_head_that_trickles_ends_the_connection) {
  ScriptedUnit never([](Incoming& request) { request.answer("never"); });
  LiveNode node(kService + unit("one", 1.0, never.address()), ", header_timeout: 100ms");
  Http2Client client(node.gateway());
  client.send_raw(
      frames::frame(frames::kHeaders, frames::kEndStream, 1, frames::header_block(frames::get())));
  EXPECT_EQ(frames::goaway_in(client.plug().read_all()), wire::Http2Code::kEnhanceYourCalm);
}

TEST(Http2Clients, B37_a_body_that_trickles_is_408) {
  ScriptedUnit patient([](Incoming& request) { request.answer("ok"); });
  LiveNode node(kService + unit("one", 1.0, patient.address()), ", body_timeout: 100ms");
  Http2Client client(node.gateway());
  wire::Http2Stream& stream = client.ask("POST", "/", false, {{"content-length", "100"}});
  client.session().send(stream, "abc");
  EXPECT_EQ(client.await(stream).status, 408);
}

TEST(Http2Clients, B38_a_body_larger_than_allowed_is_413) {
  ScriptedUnit server([](Incoming& request) { request.answer("ok"); });
  LiveNode node(kService + unit("one", 1.0, server.address()), ", max_body: 100KiB");
  Http2Client client(node.gateway());
  wire::Http2Stream& stated = client.ask("POST", "/", false, {{"content-length", "200000"}});
  EXPECT_EQ(client.await(stated).status, 413);
  EXPECT_EQ(client.post("/", std::string(200'000, 'x')).status, 413);
  EXPECT_EQ(client.post("/", std::string(90'000, 'x')).status, 200);
}

TEST(Http2Clients, a_client_that_waits_for_it_is_told_to_send_its_body) {
  ScriptedUnit server([](Incoming& request) {
    request.read_body();
    request.answer(request.body);
  });
  LiveNode node(kService + unit("one", 1.0, server.address()));
  Http2Client client(node.gateway());
  wire::Http2Stream& stream =
      client.ask("POST", "/", false, {{"expect", "100-continue"}, {"content-length", "4"}});
  client.send();
  client.session().send(stream, "body");
  client.session().end(stream);
  EXPECT_EQ(client.await(stream).body, "body");
}

TEST(Http2Clients, B78_a_node_that_leaves_says_goaway_and_finishes_what_was_begun) {
  std::promise<void> arrived, let_go;
  ScriptedUnit server([&](Incoming& request) {
    arrived.set_value();
    let_go.get_future().wait();
    request.answer("finished");
  });
  LiveNode node(kService + unit("one", 1.0, server.address()));
  Http2Client client(node.gateway());
  wire::Http2Stream& stream = client.ask("GET", "/");
  client.send();
  arrived.get_future().wait();
  node.node().drain();
  EXPECT_TRUE(client.until([&] { return client.goaway.has_value(); }));
  EXPECT_EQ(client.goaway, wire::Http2Code::kNoError);
  let_go.set_value();
  EXPECT_EQ(client.await(stream).body, "finished");
  EXPECT_TRUE(client.until_end());
  EXPECT_TRUE(eventually([&] { return node.node().drained(); }));
}

TEST(Http2Clients, an_idle_connection_is_closed_in_order) {
  ScriptedUnit server([](Incoming& request) { request.answer("ok"); });
  LiveNode node(kService + unit("one", 1.0, server.address()), ", keep_alive: 100ms");
  Http2Client client(node.gateway());
  EXPECT_EQ(client.get("/").body, "ok");
  EXPECT_TRUE(client.until_end());
  EXPECT_EQ(client.goaway, wire::Http2Code::kNoError);
}

}  // namespace
}  // namespace signalbox
