// SPDX-License-Identifier: Apache-2.0
#include "adapters/emulator_protocol.h"

#include <gtest/gtest.h>

namespace signalbox::adapters {
namespace {

TEST(EmulatorProtocol, a_launch_names_replica_and_unit) {
  const http::Request request = launch_request(EndpointId{7}, "sd21 \"quoted\"");
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/replicas");
  EXPECT_EQ(request.body, R"({"id":7,"unit":"sd21 \"quoted\""})");
  EXPECT_EQ(http::find_header(request.headers, "content-type"), "application/json");
}

TEST(EmulatorProtocol, a_stop_names_the_replica_in_its_path) {
  EXPECT_EQ(stop_request(EndpointId{7}).method, "DELETE");
  EXPECT_EQ(stop_request(EndpointId{7}).target, "/replicas/7");
}

TEST(EmulatorProtocol, a_wait_is_asked_for_in_whole_milliseconds_and_never_shortened_to_none) {
  EXPECT_EQ(events_request(12, 2s).target, "/events?after=12&wait_ms=2000");
  EXPECT_EQ(events_request(0, 1us).target, "/events?after=0&wait_ms=1");
  EXPECT_EQ(events_request(0, 0s).target, "/events?after=0&wait_ms=0");
}

TEST(EmulatorProtocol, every_call_has_a_connection_of_its_own) {
  for (const auto& request : {launch_request(EndpointId{1}, "u"), stop_request(EndpointId{1}),
                              replicas_request(), events_request(0, 0s)}) {
    EXPECT_EQ(http::find_header(request.headers, "connection"), "close") << request.target;
  }
}

TEST(EmulatorProtocol, replicas_are_read_with_their_state_and_address) {
  const auto read = read_replicas(
      R"({"replicas":[{"id":7,"unit":"a","state":"ready","address":"127.0.0.1:40001","served":12},
                      {"id":8,"unit":"b","state":"booting","address":"::1:0","queued":0}]})");
  ASSERT_TRUE(read.ok()) << read.error().message;
  ASSERT_EQ(read.value().size(), 2u);
  EXPECT_EQ(read.value()[0].id, EndpointId{7});
  EXPECT_EQ(read.value()[0].unit, "a");
  EXPECT_EQ(read.value()[0].state, "ready");
  EXPECT_EQ(read.value()[0].address, (core::Address{"127.0.0.1", 40001}));
  EXPECT_EQ(read.value()[1].address, (core::Address{"::1", 0}));
}

TEST(EmulatorProtocol, events_are_read_in_order) {
  const auto read = read_events(
      R"({"next":6,"events":[{"seq":5,"event":"ready","id":7,"address":"127.0.0.1:40001"},
                             {"seq":6,"event":"gone","id":7,"reason":"reclaimed"}]})");
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read.value().next, 6u);
  EXPECT_FALSE(read.value().missed);
  ASSERT_EQ(read.value().events.size(), 2u);
  EXPECT_EQ(read.value().events[0].kind, EmulatorEvent::Kind::kReady);
  EXPECT_EQ(read.value().events[0].address.port, 40001);
  EXPECT_EQ(read.value().events[1].kind, EmulatorEvent::Kind::kGone);
  EXPECT_EQ(read.value().events[1].reason, "reclaimed");
}

TEST(EmulatorProtocol, missed_events_are_said_to_be_missed) {
  EXPECT_TRUE(read_events(R"({"next":9,"missed":true,"events":[]})").value().missed);
  EXPECT_FALSE(read_events(R"({"next":9,"missed":false,"events":[]})").value().missed);
}

TEST(EmulatorProtocol, what_does_not_read_is_named_and_not_guessed) {
  EXPECT_EQ(read_events("").ok(), false);
  EXPECT_EQ(read_events("[]").error().message, "the answer is no JSON object");
  EXPECT_EQ(read_events(R"({"events":[]})").error().message, "the answer has no number `next`");
  EXPECT_EQ(read_events(R"({"next":-1,"events":[]})").error().message,
            "the answer has no number `next`");
  EXPECT_EQ(read_events(R"({"next":1})").error().message, "the answer has no list `events`");
  EXPECT_EQ(read_events(R"({"next":1,"events":[{"event":"exploded","id":7}]})").error().message,
            R"(an entry of `events` does not read: {"event":"exploded","id":7})");
  EXPECT_EQ(read_replicas("<html>").ok(), false);
  for (const char* address : {"127.0.0.1", ":80", "127.0.0.1:65536", "127.0.0.1:x", "127.0.0.1:"}) {
    const std::string body = R"({"next":1,"events":[{"event":"ready","id":7,"address":")" +
                             std::string(address) + R"("}]})";
    EXPECT_FALSE(read_events(body).ok()) << address;
  }
}

TEST(EmulatorProtocol, a_refusal_is_in_the_providers_words_and_other_errors_say_their_status) {
  EXPECT_EQ(read_refusal({503, {}, R"({"error":"insufficient capacity: none left"})"}),
            "insufficient capacity: none left");
  EXPECT_EQ(read_refusal({404, {}, R"({"error":"no unit is named x"})"}),
            "the emulator answered 404: no unit is named x");
  EXPECT_EQ(read_refusal({502, {}, "<html>bad gateway</html>"}), "the emulator answered 502");
}

}  // namespace
}  // namespace signalbox::adapters
