// SPDX-License-Identifier: Apache-2.0
//
// Peers that break the rules of HTTP/2, or keep to them only to do harm. The numbers are those of
// the project's list of bad inputs.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "wire/http2_frames.h"
#include "wire/http2_peer.h"

namespace signalbox::wire {
namespace {

using namespace testing;

// A server that has heard a client's greeting.
struct Greeted {
  explicit Greeted(const Http2Limits& limits = {}) : server(Http2Role::kServer, limits) {
    server.talk(greeting() + frame(kSettings, kAck, 0));
  }
  std::string talk(std::string_view bytes) { return server.talk(bytes); }
  Http2Peer server;
};

// What a server that heard one request resets it with; nullopt when it took it.
std::optional<Http2Code> reset_of(const HeaderList& fields, bool ends = true,
                                  std::string_view then = {}) {
  Greeted at;
  const std::string answer = at.talk(headers(1, fields, ends) + std::string(then));
  EXPECT_EQ(goaway_in(answer), std::nullopt) << "one stream's fault is not the connection's";
  const auto code = reset_in(answer, 1);
  if (code && then.empty()) {
    EXPECT_TRUE(at.server.heard.empty()) << "nobody hears of what is malformed";
  }
  EXPECT_EQ(at.server.session.open_streams(), code ? 0U : 1U);
  return code;
}

int status_of(const HeaderList& fields) {
  Greeted at;
  at.talk(headers(1, fields));
  return at.server.heard[1].refused;
}

constexpr auto kMalformed = Http2Code::kProtocolError;

TEST(Http2Abuse, B30_what_only_http1_says_is_malformed) {
  EXPECT_EQ(reset_of(get("/", {{"connection", "close"}})), kMalformed);
  EXPECT_EQ(reset_of(get("/", {{"keep-alive", "1"}})), kMalformed);
  EXPECT_EQ(reset_of(get("/", {{"proxy-connection", "close"}})), kMalformed);
  EXPECT_EQ(reset_of(get("/", {{"transfer-encoding", "chunked"}})), kMalformed);
  EXPECT_EQ(reset_of(get("/", {{"upgrade", "h2c"}})), kMalformed);
  EXPECT_EQ(reset_of(get("/", {{"te", "gzip"}})), kMalformed);
  EXPECT_EQ(reset_of(get("/", {{"te", "trailers"}})), std::nullopt);
}

TEST(Http2Abuse, B30_what_would_be_another_line_in_http1_is_malformed) {
  EXPECT_EQ(reset_of(get("/", {{"x", "a\r\nb: c"}})), kMalformed);
  EXPECT_EQ(reset_of(get("/", {{"x", "a\nb"}})), kMalformed);
  EXPECT_EQ(reset_of(get("/", {{"x", std::string("a\0b", 3)}})), kMalformed);
  EXPECT_EQ(reset_of(get("/", {{"x\r\ny", "a"}})), kMalformed);
  EXPECT_EQ(reset_of(get("/", {{"x y", "a"}})), kMalformed);
  EXPECT_EQ(reset_of(get("/", {{"x:y", "a"}})), kMalformed);
  EXPECT_EQ(reset_of(get("/", {{"X", "a"}})), kMalformed);
  EXPECT_EQ(reset_of(get("/", {{"", "a"}})), kMalformed);
  EXPECT_EQ(reset_of(get("/", {{"x", " a"}})), kMalformed);
  EXPECT_EQ(reset_of(get("/ HTTP/1.1\r\nx: y")), kMalformed);
  EXPECT_EQ(reset_of(get("")), kMalformed);
}

TEST(Http2Abuse, B30_pseudo_header_fields_come_once_first_and_complete) {
  EXPECT_EQ(reset_of(get("/", {{":path", "/again"}})), kMalformed);
  EXPECT_EQ(reset_of(get("/", {{":unknown", "x"}})), kMalformed);
  EXPECT_EQ(reset_of({{":method", "GET"}, {":scheme", "http"}}), kMalformed);
  EXPECT_EQ(reset_of({{":method", "GET"}, {":scheme", "http"}, {":path", "/"}}), kMalformed)
      << "B9: no host at all";
  EXPECT_EQ(reset_of({{":method", "GET"}, {":path", "/"}, {":authority", "a"}}), kMalformed);
  EXPECT_EQ(reset_of({{":method", "GET"}, {"x", "y"}, {":scheme", "http"}, {":path", "/"}}),
            kMalformed);
  EXPECT_EQ(reset_of({{":method", "GET"}, {":scheme", "ftp"}, {":path", "/"}, {":authority", "a"}}),
            kMalformed);
}

TEST(Http2Abuse, B30_a_stated_length_is_the_length) {
  const HeaderList four = post({{"content-length", "4"}});
  EXPECT_EQ(reset_of(four, false, frame(kData, kEndStream, 1, "abc")), kMalformed);
  EXPECT_EQ(reset_of(four, false, frame(kData, kEndStream, 1, "abcde")), kMalformed);
  EXPECT_EQ(reset_of(four, false, frame(kData, 0, 1, "abcde")), kMalformed);
  EXPECT_EQ(reset_of(four, true), kMalformed);
  EXPECT_EQ(reset_of(four, false, frame(kData, kEndStream, 1, "abcd")), std::nullopt);
  EXPECT_EQ(reset_of(post({{"content-length", "4"}, {"content-length", "4"}})), kMalformed);
  EXPECT_EQ(reset_of(post({{"content-length", "+4"}})), kMalformed);
}

TEST(Http2Abuse, B30_host_and_authority_name_one_host) {
  EXPECT_EQ(reset_of(get("/", {{"host", "b"}})), kMalformed);
  EXPECT_EQ(reset_of(get("/", {{"host", "a"}, {"host", "a"}})), kMalformed);
  EXPECT_EQ(reset_of(get("/", {{"host", "A:80"}})), std::nullopt);
  Greeted at;
  at.talk(headers(1, get("/", {{"host", "a"}})));
  EXPECT_EQ(at.server.heard[1].fields, (HeaderList{{"host", "a"}}));
}

TEST(Http2Abuse, B15_trailers_that_frame_or_route_end_the_stream) {
  for (const char* name : {"content-length", "host", "x-forwarded-for", "authorization",
                           "x-gateway-destination-endpoint"}) {
    const auto code = reset_of(
        post(), false, frame(kData, 0, 1, std::string(20, 'x')) + headers(1, {{name, "1"}}));
    EXPECT_EQ(code, kMalformed) << name;
  }
}

TEST(Http2Abuse, what_is_well_formed_and_still_refused_gets_the_status_http1_gives) {
  EXPECT_EQ(
      status_of({{":method", "BREW"}, {":scheme", "http"}, {":path", "/"}, {":authority", "a"}}),
      400);
  EXPECT_EQ(status_of({{":method", "CONNECT"}, {":authority", "a:1"}}), 405) << "B17";
  EXPECT_EQ(status_of(get("/", {{"a_b", "c"}})), 400) << "B22";
  EXPECT_EQ(status_of(post({{"expect", "miracle"}})), 417);
}

TEST(Http2Abuse, B18_a_long_target_is_414) {
  EXPECT_EQ(status_of(get("/" + std::string(8 * 1024, 'u'))), 414);
  EXPECT_EQ(status_of(get("/" + std::string(8 * 1024 - 1, 'u'))), 0);
}

TEST(Http2Abuse, B19_many_fields_or_much_of_them_is_431) {
  HeaderList many;
  for (int i = 0; i < 100; ++i) many.emplace_back("x", "y");
  EXPECT_EQ(status_of(get("/", many)), 0);
  many.emplace_back("x", "y");
  EXPECT_EQ(status_of(get("/", many)), 431);
}

TEST(Http2Abuse, B27_an_hpack_bomb_is_431_and_is_not_kept) {
  // One field of 4 KiB put into the table, then named ten thousand times by a byte each.
  std::string block = header_block(get());
  block += '\x40' + hpack_string("bomb") + hpack_string(std::string(3900, 'b'));
  block += std::string(10'000, '\xbe');
  Greeted at;
  const std::string answer = at.talk(frame(kHeaders, kEndHeaders | kEndStream, 1, block));
  EXPECT_EQ(at.server.heard[1].refused, 431);
  EXPECT_EQ(goaway_in(answer), std::nullopt);
}

TEST(Http2Abuse, cookies_in_crumbs_become_one_field) {
  Greeted at;
  at.talk(headers(1, get("/", {{"cookie", "a=1"}, {"x", "y"}, {"cookie", "b=2"}})));
  EXPECT_EQ(at.server.heard[1].fields,
            (HeaderList{{"host", "a"}, {"cookie", "a=1; b=2"}, {"x", "y"}}));
}

TEST(Http2Abuse, B23_rapid_resets_end_the_connection) {
  Greeted at;
  std::size_t most_open = 0;
  std::uint32_t id = 1;
  std::optional<Http2Code> goaway;
  for (; !goaway && id < 1'000; id += 2) {
    goaway = goaway_in(at.talk(headers(id, get()) + frame(kRstStream, 0, id, big_endian(8))));
    most_open = std::max(most_open, at.server.session.open_streams());
  }
  EXPECT_EQ(goaway, Http2Code::kEnhanceYourCalm);
  EXPECT_EQ(id / 2, 101U) << "as many as the budget allows, and one";
  EXPECT_EQ(most_open, 0U);
  EXPECT_EQ(at.server.heard[1].closed, Http2Code::kCancel) << "its owner knows, to cancel upstream";
}

TEST(Http2Abuse, B23_a_client_that_cancels_now_and_then_is_let_be) {
  Greeted at;
  for (std::uint32_t id = 1; id < 2'000; id += 2) {
    at.server.now += 50ms;
    const std::string answer =
        at.talk(headers(id, get()) + frame(kRstStream, 0, id, big_endian(8)));
    ASSERT_EQ(goaway_in(answer), std::nullopt) << id;
  }
}

// B24: each makes the server reset the stream by itself, after the request was passed on.
class ProvokedReset : public ::testing::TestWithParam<std::pair<const char*, std::string>> {};

TEST_P(ProvokedReset, B24_counts_against_the_clients_budget_and_is_told_to_the_owner) {
  Greeted at;
  std::optional<Http2Code> goaway;
  std::uint32_t id = 1;
  for (; !goaway && id < 1'000; id += 2) {
    std::string provocation = GetParam().second;
    provocation.replace(5, 4, big_endian(id));
    if (provocation[3] == kPriority) provocation.replace(9, 4, big_endian(id));
    goaway = goaway_in(at.talk(headers(id, post({{"content-length", "1"}}), false) + provocation));
  }
  EXPECT_EQ(goaway, Http2Code::kEnhanceYourCalm);
  EXPECT_LE(id / 2, 101U);
  ASSERT_TRUE(at.server.heard[1].closed.has_value());
  EXPECT_NE(at.server.heard[1].closed, Http2Code::kNoError);
}

INSTANTIATE_TEST_SUITE_P(
    Http2Abuse, ProvokedReset,
    ::testing::Values(std::pair{"window_overflow",
                                frame(kWindowUpdate, 0, 1, big_endian(0x7fff'ffff))},
                      std::pair{"too_much_data", frame(kData, 0, 1, std::string(20, 'x'))},
                      std::pair{"too_little_data", frame(kData, kEndStream, 1)},
                      std::pair{"bad_trailers", headers(1, {{"host", "a"}})},
                      std::pair{"pseudo_trailers", headers(1, {{":path", "/"}})}),
    [](const auto& given) { return std::string(given.param.first); });

TEST(Http2Abuse, B25_continuation_flood_ends_the_connection_after_eight) {
  const auto flood = [](int continuations) {
    Greeted at;
    std::string bytes = frame(kHeaders, kEndStream, 1, header_block(get()));
    for (int i = 0; i < continuations; ++i) {
      bytes += frame(kContinuation, 0, 1, header_block({{"x", "y"}}));
    }
    return goaway_in(at.talk(bytes));
  };
  EXPECT_EQ(flood(8), std::nullopt);
  EXPECT_EQ(flood(9), Http2Code::kEnhanceYourCalm);
}

TEST(Http2Abuse, B16_a_head_in_eight_continuations_may_come_byte_by_byte) {
  Greeted at;
  std::string bytes = frame(kHeaders, kEndStream, 1, header_block(get()));
  for (int i = 0; i < 8; ++i) {
    bytes += frame(kContinuation, i == 7 ? kEndHeaders : 0, 1, header_block({{"x", "y"}}));
  }
  std::string said;
  for (const char byte : bytes) said += at.talk({&byte, 1});
  EXPECT_EQ(goaway_in(said), std::nullopt);
  EXPECT_EQ(at.server.heard[1].head, "GET /");
}

// Frames until the connection is ended; 0 when it never is.
int frames_until_calm(const std::string& flood, const std::string& first = {}) {
  Greeted at;
  at.talk(first);
  for (int sent = 1; sent <= 5'000; ++sent) {
    if (goaway_in(at.talk(flood)) == Http2Code::kEnhanceYourCalm) return sent;
  }
  return 0;
}

TEST(Http2Abuse, B26_floods_of_frames_that_say_nothing_end_the_connection) {
  const std::string open = headers(1, post(), false);
  EXPECT_NEAR(frames_until_calm(frame(kPing, 0, 0, "12345678")), 1'000, 10);
  EXPECT_NEAR(frames_until_calm(frame(kSettings, 0, 0)), 1'000, 10);
  EXPECT_NEAR(frames_until_calm(frame(kPriority, 0, 7, big_endian(0) + "\x10")), 1'000, 10);
  EXPECT_NEAR(frames_until_calm(frame(kWindowUpdate, 0, 0, big_endian(1))), 1'000, 10);
  EXPECT_NEAR(frames_until_calm(frame(kData, 0, 1), open), 1'000, 10);
}

TEST(Http2Abuse, B33_a_body_in_single_bytes_ends_the_connection) {
  EXPECT_NEAR(frames_until_calm(frame(kData, 0, 1, "x"), headers(1, post(), false)), 1'000, 10);
}

TEST(Http2Abuse, B26_pings_at_a_bearable_pace_go_on_for_ever) {
  Greeted at;
  for (int i = 0; i < 5'000; ++i) {
    at.server.now += 10ms;
    ASSERT_EQ(goaway_in(at.talk(frame(kPing, 0, 0, "12345678"))), std::nullopt);
  }
}

TEST(Http2Abuse, B26_a_flood_whose_answers_are_not_read_is_not_kept) {
  Http2Limits generous;
  generous.small_frames_burst = 1e9;
  generous.max_queued_frames = 200;
  Greeted at(generous);
  for (int i = 0; i < 100'000; ++i) at.server.receive(frame(kPing, 0, 0, "12345678"));
  EXPECT_LE(at.server.session.queued_frames(), 300U);
  EXPECT_EQ(goaway_in(at.server.collect()), Http2Code::kEnhanceYourCalm);
}

TEST(Http2Abuse, an_honest_reader_of_a_long_body_is_never_told_to_calm_down) {
  Http2Peer client(Http2Role::kClient), server(Http2Role::kServer);
  std::size_t left = 200UL << 20;
  const auto refill = [&](Http2Stream& stream) {
    const std::size_t size = std::min<std::size_t>(left, 1'000);
    left -= size;
    size == 0 ? server.session.end(stream) : server.session.send(stream, std::string(size, 'x'));
  };
  server.answer = [&](Http2Stream& stream) {
    server.session.submit_response(stream, 200, {}, false);
    refill(stream);
  };
  server.more = refill;
  const std::array<OwnField, 4> request{
      {{":method", "GET"}, {":scheme", "http"}, {":authority", "a"}, {":path", "/"}}};
  client.session.submit_request(request, true);
  converse(client, server);
  EXPECT_EQ(client.heard[1].body.size(), 200UL << 20);
  EXPECT_EQ(client.goaway, std::nullopt);
}

TEST(Http2Abuse, B29_ids_and_states_are_kept) {
  const auto goaway_of = [](const std::string& bytes) {
    Greeted at;
    return goaway_in(at.talk(bytes));
  };
  EXPECT_EQ(goaway_of(headers(2, get())), Http2Code::kProtocolError) << "a server's number";
  EXPECT_EQ(goaway_of(headers(5, get()) + headers(3, get())), Http2Code::kProtocolError)
      << "a number that was passed over";
  EXPECT_EQ(goaway_of(frame(kData, 0, 1, std::string(20, 'x'))), Http2Code::kProtocolError)
      << "data on a stream that is not there";
  EXPECT_EQ(goaway_of(headers(1, get()) + frame(kData, kEndStream, 1, std::string(20, 'x'))),
            Http2Code::kStreamClosed)
      << "data after the end";
}

TEST(Http2Abuse, trailers_that_cross_our_reset_are_no_fault) {
  Greeted at;
  at.talk(headers(1, post(), false));
  at.server.session.reset(*at.server.streams[1], Http2Code::kCancel);
  at.server.session.release(*at.server.streams[1]);
  EXPECT_EQ(reset_in(at.server.collect(), 1), Http2Code::kCancel);
  const std::string crossed = frame(kData, 0, 1, std::string(20, 'x')) + headers(1, {{"x", "y"}});
  EXPECT_EQ(goaway_in(at.talk(crossed)), std::nullopt);
  EXPECT_EQ(at.server.session.open_streams(), 0U);
}

TEST(Http2Abuse, B31_the_hundred_and_first_stream_is_refused_alone) {
  Greeted at;
  std::string bytes;
  for (std::uint32_t i = 0; i < 101; ++i) bytes += headers(2 * i + 1, get());
  const std::string answer = at.talk(bytes);
  EXPECT_EQ(reset_in(answer, 201), Http2Code::kRefusedStream);
  EXPECT_EQ(reset_in(answer, 199), std::nullopt);
  EXPECT_EQ(goaway_in(answer), std::nullopt);
  EXPECT_EQ(at.server.heard.size(), 100U);
  // When one of them is answered there is room again.
  at.server.session.submit_response(*at.server.streams[1], 204, {}, true);
  at.server.collect();
  EXPECT_EQ(reset_in(at.talk(headers(203, get())), 203), std::nullopt);
  EXPECT_EQ(at.server.heard.size(), 101U);
}

TEST(Http2Abuse, a_unit_that_breaks_the_rules_fails_its_stream_alone) {
  const auto close_of = [](const HeaderList& fields, const std::string& then = {}) {
    Http2Peer client(Http2Role::kClient);
    const std::array<OwnField, 4> request{
        {{":method", "GET"}, {":scheme", "http"}, {":authority", "a"}, {":path", "/"}}};
    Http2Stream* const stream = client.session.submit_request(request, true);
    client.collect();
    client.talk(frame(kSettings, 0, 0) + headers(1, fields, then.empty()) + then);
    const Said said = client.heard[1];
    if (said.refused != 0) {
      client.session.release(*stream);
      return std::string("502");
    }
    if (!said.closed || *said.closed == Http2Code::kNoError) return std::string("taken");
    EXPECT_FALSE(said.ended) << "what is refused has no end in order";
    return std::string("reset");
  };
  EXPECT_EQ(close_of({{":status", "200"}}), "taken");
  EXPECT_EQ(close_of({{":status", "200"}, {"transfer-encoding", "chunked"}}), "reset") << "B48";
  EXPECT_EQ(
      close_of({{":status", "200"}, {"content-length", "3"}}, frame(kData, kEndStream, 1, "ab")),
      "reset")
      << "B47";
  EXPECT_EQ(close_of({{":status", "200"}}, headers(1, {{"content-length", "3"}})), "reset");
  EXPECT_EQ(close_of({{":status", "200"}}, headers(1, {{"grpc-status", "0"}})), "taken");
  EXPECT_EQ(close_of({{":status", "101"}}), "reset");
  EXPECT_EQ(close_of({{":status", "20"}}), "reset");
  EXPECT_EQ(close_of({{":status", "002"}}, frame(kData, kEndStream, 1, "x")), "reset")
      << "not an interim head either, before which no body may come";
  HeaderList many{{":status", "200"}};
  for (int i = 0; i < 101; ++i) many.emplace_back("x", "y");
  EXPECT_EQ(close_of(many), "502") << "B51";
}

}  // namespace
}  // namespace signalbox::wire
