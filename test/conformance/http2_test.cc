// SPDX-License-Identifier: Apache-2.0
//
// HTTP/2 as attackers speak it, to a live gateway in clear (B23 to B33): the connection ends, or
// the one stream does; the units see no more than they may, and the gateway serves on.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "test/conformance/http2_front.h"
#include "wire/http2_session.h"

namespace signalbox::conformance {
namespace {

using namespace wire::testing;
using wire::Http2Code;

// A unit that answers nothing, and counts how many requests it holds at once.
class Holding {
 public:
  Holding()
      : unit_([this](stage::Incoming& request) {
          const int now = ++held_;
          for (int most = most_; now > most && !most_.compare_exchange_weak(most, now);) {
          }
          request.gateway.await_end();
          --held_;
        }),
        node_(
            "services:\n  work: {objective: {latency: 2s, quantile: 99%}}\nunits:\n"
            "  one: {price: 1 USD/hour, plateau: 60000/min, slots: 1000, endpoints: [\"" +
            core::to_string(unit_.address()) + "\"]}\n") {}

  stage::LiveNode& node() { return node_; }
  int most_held() const { return most_; }
  bool idle() {
    return node_.metric(R"(signalbox_service_in_flight_requests{service="work"})") == 0.0;
  }

 private:
  std::atomic<int> held_{0}, most_{0};
  stage::ScriptedUnit unit_;
  stage::LiveNode node_;
};

std::string reset(std::uint32_t stream, Http2Code code = Http2Code::kCancel) {
  return frame(kRstStream, 0, stream, big_endian(static_cast<std::uint32_t>(code)));
}

// Sends pieces made by number until the gateway has had enough; then its last word.
template <class Make>
std::optional<Http2Code> flood(Http2Client& client, int count, Make make) {
  std::thread sender([&] {
    for (int i = 0; i < count && client.send(make(static_cast<std::uint32_t>(i))); ++i) {
    }
  });
  const auto code = client.goaway();
  sender.join();
  return code;
}

TEST(Http2Front, serves_a_request) {
  Front front;
  Http2Client client(front.node());
  client.send(headers(1, get("/hello")));
  const auto body = client.await(kData, 1);
  ASSERT_TRUE(body.has_value());
  EXPECT_EQ(body->payload, "/hello ");
}

TEST(Http2Front, B23_rapid_resets_end_the_connection_and_units_hold_at_most_a_hundred) {
  Holding holding;
  Http2Client client(holding.node());
  const auto code = flood(
      client, 5'000, [](std::uint32_t i) { return headers(2 * i + 1, get()) + reset(2 * i + 1); });
  EXPECT_EQ(code, Http2Code::kEnhanceYourCalm);
  EXPECT_LE(holding.most_held(), 100);
  EXPECT_TRUE(stage::eventually([&] { return holding.idle(); })) << "units go on working";
}

// A stream's request and, behind it, what makes a server end the stream by itself.
struct Provocation {
  const char* what;
  Http2Code answer;  // to many of them: of the connection
  std::function<std::string(std::uint32_t)> make;
};

std::string one_byte_stated(std::uint32_t id) {
  return headers(id, post({{"content-length", "1"}}), false);
}

const Provocation kProvocations[] = {
    {"a window that overflows", Http2Code::kEnhanceYourCalm,
     [](std::uint32_t id) {
       return headers(id, get()) + frame(kWindowUpdate, 0, id, big_endian(0x7fff'ffff));
     }},
    {"more of a body than was stated", Http2Code::kEnhanceYourCalm,
     [](std::uint32_t id) { return one_byte_stated(id) + frame(kData, 0, id, "more"); }},
    {"less of it", Http2Code::kEnhanceYourCalm,
     [](std::uint32_t id) { return one_byte_stated(id) + frame(kData, kEndStream, id); }},
    {"trailers that none may be", Http2Code::kEnhanceYourCalm,
     [](std::uint32_t id) { return one_byte_stated(id) + headers(id, {{":path", "/"}}); }},
    // These are faults of the connection to us, so that the first of them ends it.
    {"a window of nothing more", Http2Code::kProtocolError,
     [](std::uint32_t id) {
       return headers(id, get()) + frame(kWindowUpdate, 0, id, big_endian(0));
     }},
    {"a body behind the end", Http2Code::kStreamClosed,
     [](std::uint32_t id) { return headers(id, get()) + frame(kData, 0, id, "x"); }},
    {"a head behind the end", Http2Code::kStreamClosed,
     [](std::uint32_t id) { return headers(id, get()) + headers(id, get()); }},
    {"a priority too short", Http2Code::kFrameSizeError,
     [](std::uint32_t id) { return headers(id, get()) + frame(kPriority, 0, id, "1234"); }},
    {"a stream that depends on itself", Http2Code::kProtocolError,
     [](std::uint32_t id) {
       return headers(id, get()) + frame(kPriority, 0, id, big_endian(id) + "\x10");
     }},
};

TEST(Http2Front, B24_resets_that_a_client_provokes_are_its_own_and_end_the_work_of_units) {
  Holding holding;
  for (const Provocation& provocation : kProvocations) {
    Http2Client client(holding.node());
    const auto code = flood(
        client, 5'000, [&provocation](std::uint32_t i) { return provocation.make(2 * i + 1); });
    EXPECT_EQ(code, provocation.answer) << provocation.what;
    EXPECT_TRUE(stage::eventually([&] { return holding.idle(); }))
        << provocation.what << ": units go on working";
  }
  EXPECT_LE(holding.most_held(), 100);
}

TEST(Http2Front, B25_a_head_without_end_ends_the_connection) {
  Front front;
  Http2Client client(front.node());
  client.send(frame(kHeaders, kEndStream, 1, header_block(get())));
  const auto code = flood(client, 1'000, [](std::uint32_t i) {
    return frame(kContinuation, 0, 1, header_block({{"x-" + std::to_string(i), "y"}}));
  });
  EXPECT_TRUE(code.has_value());
  EXPECT_EQ(front.requests(), 0);
}

TEST(Http2Front, B26_floods_of_what_says_nothing_end_the_connection) {
  Front front;
  const std::string opened = frame(kHeaders, kEndHeaders, 1, header_block(post()));
  const std::string floods[] = {frame(kPing, 0, 0, "12345678"), frame(kSettings, 0, 0),
                                frame(kData, 0, 1), frame(kPriority, 0, 1, "\0\0\0\3\x10")};
  for (std::size_t i = 0; i < 3; ++i) {
    Http2Client client(front.node());
    client.send(opened);
    const auto code = flood(client, 50'000, [&floods, i](std::uint32_t) { return floods[i]; });
    EXPECT_EQ(code, Http2Code::kEnhanceYourCalm) << "flood " << i;
  }
  EXPECT_EQ(front.answered({kPlain}).status, 200);
}

TEST(Http2Front, B27_a_compression_bomb_is_refused) {
  Front front;
  Http2Client client(front.node());
  // One long field into the table (RFC 7541 6.2.1), and then its index, a byte each.
  std::string block = header_block(get());
  block += '\x40' + hpack_string("x-bomb") + hpack_string(std::string(3'000, 'a'));
  block += std::string(2'000, '\xbe');
  client.send(frame(kHeaders, kEndHeaders | kEndStream, 1, block));
  client.send(frame(kPing, 0, 0, "12345678"));
  client.await(kPing);  // nullopt where the connection was ended
  EXPECT_EQ(front.requests(), 0);
  EXPECT_EQ(front.answered({kPlain}).status, 200);
}

// The stream, not the connection: a client may want one answer and let another lie.
TEST(Http2Front, B28_a_window_that_stays_shut_is_reset_when_its_time_is_up) {
  Front front(", send_timeout: 100ms");
  Http2Client client(front.node());
  constexpr std::uint32_t kInitialWindow = 4;  // RFC 9113 6.5.2
  client.send(frame(kSettings, 0, 0, big_endian(kInitialWindow, 2) + big_endian(0)));
  client.send(headers(1, get("/shut")) + headers(3, get("/open")) +
              frame(kWindowUpdate, 0, 3, big_endian(1'000)));
  EXPECT_TRUE(client.await(kHeaders, 1).has_value()) << "a head needs no window";
  EXPECT_EQ(client.reset(1), Http2Code::kCancel);
  const auto body = client.await(kData, 3);
  ASSERT_TRUE(body.has_value()) << "the other answer came meanwhile";
  EXPECT_EQ(body->payload, "/open ");
}

TEST(Http2Front, B29_ids_out_of_order_and_data_after_the_end_are_faults) {
  Front front;
  Http2Client even(front.node());
  even.send(headers(2, get()));
  EXPECT_EQ(even.goaway(), Http2Code::kProtocolError);
  Http2Client backwards(front.node());
  backwards.send(headers(5, get()) + headers(3, get()));
  EXPECT_TRUE(backwards.goaway().has_value());
  Http2Client late(front.node());
  late.send(headers(1, get()) + frame(kData, 0, 1, "more"));
  const auto code = late.goaway();
  EXPECT_EQ(code, Http2Code::kStreamClosed);
}

TEST(Http2Front, B30_what_http_1_must_not_be_told_is_reset_and_not_forwarded) {
  Front front;
  const HeaderList bad[] = {
      get("/", {{"x-a", "b\r\nx-c: d"}}),        get("/", {{"transfer-encoding", "chunked"}}),
      get("/", {{"connection", "close"}}),       get("/", {{"", "empty"}}),
      get("/", {{"X-Upper", "case"}}),           get("/", {{"x-a\r\nx-b", "c"}}),
      get("/", {{"upgrade", "websocket"}}),      get("/", {{"content-length", "5"}}),
      get("/ HTTP/1.1\r\nHost: evil\r\nx:", {}),
  };
  Http2Client client(front.node());
  std::uint32_t stream = 1;
  for (const HeaderList& fields : bad) {
    client.send(headers(stream, fields));
    const auto code = client.reset(stream);
    EXPECT_EQ(code, Http2Code::kProtocolError) << fields.back().first;
    stream += 2;
  }
  EXPECT_EQ(front.requests(), 0);
  client.send(frame(kHeaders, kEndHeaders, stream, header_block(post({{"content-length", "2"}}))) +
              frame(kData, kEndStream, stream, "more than two"));
  EXPECT_EQ(client.reset(stream), Http2Code::kProtocolError);
}

TEST(Http2Front, B31_the_stream_beyond_a_hundred_is_refused_alone) {
  Holding holding;
  Http2Client client(holding.node());
  for (std::uint32_t i = 0; i <= 100; ++i) client.send(headers(2 * i + 1, get()));
  EXPECT_EQ(client.reset(201), Http2Code::kRefusedStream);
  client.send(frame(kPing, 0, 0, "12345678"));
  EXPECT_TRUE(client.await(kPing).has_value()) << "the connection goes on";
}

TEST(Http2Front, B32_an_upgrade_to_h2c_is_not_forwarded) {
  std::string seen;
  stage::ScriptedUnit unit([&seen](stage::Incoming& request) {
    seen =
        request.header("upgrade") + request.header("http2-settings") + request.header("connection");
    request.answer("plain");
  });
  stage::LiveNode node(kService + stage::unit("one", 1.0, unit.address()));
  stage::Plug client = node.connect();
  client.send(
      "GET / HTTP/1.1\r\nHost: test\r\nConnection: Upgrade, HTTP2-Settings\r\n"
      "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n");
  const stage::Reply reply = client.read_reply();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "plain");
  EXPECT_EQ(seen, "");
}

TEST(Http2Front, B33_a_body_in_single_bytes_is_bounded) {
  Front front;
  Http2Client client(front.node());
  client.send(frame(kHeaders, kEndHeaders, 1, header_block(post())));
  const auto code = flood(client, 60'000, [](std::uint32_t) { return frame(kData, 0, 1, "x"); });
  EXPECT_EQ(code, Http2Code::kEnhanceYourCalm);
  EXPECT_EQ(front.answered({kPlain}).status, 200);
}

}  // namespace
}  // namespace signalbox::conformance
