// SPDX-License-Identifier: Apache-2.0
#include "wire/http2_session.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "wire/http2_frames.h"
#include "wire/http2_peer.h"

namespace signalbox::wire {
namespace {

using namespace testing;

Http2Stream& ask(Http2Peer& client, std::string_view method, std::string_view path, bool ends,
                 std::vector<OwnField> more = {}) {
  std::vector<OwnField> fields{
      {":method", method}, {":scheme", "http"}, {":authority", "unit:1"}, {":path", path}};
  fields.insert(fields.end(), more.begin(), more.end());
  Http2Stream* const stream = client.session.submit_request(fields, ends);
  EXPECT_NE(stream, nullptr);
  return *stream;
}

TEST(Http2Session, a_request_and_its_answer_come_out_as_they_went_in) {
  Http2Peer client(Http2Role::kClient), server(Http2Role::kServer);
  server.at_end = [&](Http2Stream& stream) {
    const std::array<OwnField, 2> fields{{{"Content-Type", "text/plain"}, {"content-length", "5"}}};
    server.session.submit_response(stream, 201, fields, false);
    server.session.send(stream, "right");
    server.session.end(stream);
  };
  ask(client, "GET", "/v1/models?x=y", true, {{"X-Request", "r"}});
  converse(client, server);

  const Said& request = server.heard[1];
  EXPECT_EQ(request.head, "GET /v1/models?x=y");
  EXPECT_TRUE(request.told_ends);
  EXPECT_EQ(request.framing.body, BodyKind::kNone);
  const HeaderList fields{{"host", "unit:1"}, {"x-request", "r"}};
  EXPECT_EQ(request.fields, fields);
  EXPECT_EQ(request.closed, Http2Code::kNoError);

  const Said& answer = client.heard[1];
  EXPECT_EQ(answer.head, "201");
  EXPECT_EQ(answer.body, "right");
  EXPECT_EQ(answer.framing.body, BodyKind::kLength);
  EXPECT_EQ(answer.framing.length, 5U);
  EXPECT_EQ(answer.closed, Http2Code::kNoError);
  EXPECT_EQ(client.session.open_streams(), 0U);
  EXPECT_EQ(server.session.open_streams(), 0U);
}

TEST(Http2Session, trailers_travel_both_ways_behind_bodies_of_unknown_length) {
  Http2Peer client(Http2Role::kClient), server(Http2Role::kServer);
  server.answer = [&](Http2Stream& stream) {
    server.session.submit_response(stream, 200, {}, false);
    server.session.send(stream, "streamed");
  };
  server.at_end = [&](Http2Stream& stream) {
    const std::array<OwnField, 2> trailers{{{"grpc-status", "0"}, {"grpc-message", ""}}};
    server.session.end(stream, trailers);
  };
  Http2Stream& stream = ask(client, "POST", "/p.S/M", false, {{"te", "trailers"}});
  client.session.send(stream, "question");
  converse(client, server);
  EXPECT_EQ(client.heard[1].body, "streamed");
  EXPECT_FALSE(client.heard[1].ended);
  const std::array<OwnField, 1> checksum{{{"x-checksum", "7"}}};
  client.session.end(stream, checksum);
  converse(client, server);

  EXPECT_EQ(server.heard[1].framing.body, BodyKind::kChunked);
  EXPECT_EQ(server.heard[1].body, "question");
  EXPECT_EQ(server.heard[1].trailers, (HeaderList{{"x-checksum", "7"}}));
  EXPECT_EQ(client.heard[1].framing.body, BodyKind::kChunked);
  EXPECT_EQ(client.heard[1].trailers, (HeaderList{{"grpc-status", "0"}, {"grpc-message", ""}}));
  EXPECT_EQ(client.heard[1].closed, Http2Code::kNoError);
}

TEST(Http2Session, an_end_with_trailers_alone_sends_no_empty_frame_before_them) {
  Http2Peer client(Http2Role::kClient), server(Http2Role::kServer);
  server.answer = [&](Http2Stream& stream) {
    server.session.submit_response(stream, 200, {}, false);
    server.session.send(stream, "x");
  };
  ask(client, "GET", "/", true);
  converse(client, server);
  const std::array<OwnField, 1> trailers{{{"grpc-status", "0"}}};
  server.session.end(*server.streams[1], trailers);
  const auto frames = split_frames(server.collect());
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].type, kHeaders);
}

TEST(Http2Session, a_small_answer_is_two_frames) {
  Http2Peer server(Http2Role::kServer);
  server.talk(greeting());
  server.at_end = [&](Http2Stream& stream) {
    server.session.submit_response(stream, 200, {}, false);
    server.session.send(stream, "small");
    server.session.end(stream);
  };
  const auto frames = split_frames(server.talk(headers(1, get())));
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[1].type, kData);
  EXPECT_EQ(frames[1].flags, kEndStream);
}

TEST(Http2Session, the_first_frame_states_our_limits) {
  Http2Peer server(Http2Role::kServer);
  const auto frames = split_frames(server.collect());
  ASSERT_GE(frames.size(), 2U);
  EXPECT_EQ(frames[0].type, kSettings);
  EXPECT_EQ(frames[0].payload, big_endian(3, 2) + big_endian(100) + big_endian(4, 2) +
                                   big_endian(65536) + big_endian(6, 2) + big_endian(61440));
  EXPECT_EQ(frames[1].type, kWindowUpdate);
  EXPECT_EQ(number_at(frames[1].payload, 0), 1024U * 1024 - 65535);
}

TEST(Http2Session, an_interim_response_is_for_the_client_only) {
  Http2Peer client(Http2Role::kClient), server(Http2Role::kServer);
  server.answer = [&](Http2Stream& stream) {
    EXPECT_TRUE(stream.framing().expects_continue);
    server.session.submit_interim(stream, 100);
  };
  server.at_end = [&](Http2Stream& stream) {
    server.session.submit_response(stream, 204, {}, true);
  };
  Http2Stream& stream = ask(client, "POST", "/", false, {{"expect", "100-continue"}});
  converse(client, server);
  EXPECT_TRUE(client.heard.empty());
  client.session.end(stream);
  converse(client, server);
  EXPECT_EQ(client.heard[1].head, "204");
}

TEST(Http2Session, B49_endless_interim_responses_end_the_stream) {
  Http2Peer client(Http2Role::kClient), server(Http2Role::kServer);
  server.answer = [&](Http2Stream& stream) {
    for (int i = 0; i < 9; ++i) server.session.submit_interim(stream, 103);
  };
  Http2Stream& stream = ask(client, "GET", "/", true);
  converse(client, server);
  EXPECT_EQ(client.heard[1].refused, 502);
  EXPECT_EQ(server.heard[1].closed, Http2Code::kProtocolError);
  client.session.release(stream);
  EXPECT_EQ(client.session.open_streams(), 0U);
}

TEST(Http2Session, windows_open_only_for_what_was_passed_on) {
  Http2Peer client(Http2Role::kClient), server(Http2Role::kServer);
  server.passes_on = false;
  Http2Stream& stream = ask(client, "POST", "/", false);
  client.session.send(stream, std::string(300'000, 'b'));
  client.session.end(stream);
  converse(client, server);
  EXPECT_EQ(server.heard[1].body.size(), 64U * 1024);
  EXPECT_EQ(client.session.open_streams(), 1U);
  EXPECT_EQ(stream.queued(), 300'000U - 64U * 1024);

  for (int turns = 0; turns < 10 && !server.heard[1].ended; ++turns) {
    server.session.consumed(*server.streams[1], 64UL * 1024);
    converse(client, server);
  }
  EXPECT_EQ(server.heard[1].body.size(), 300'000U);
}

TEST(Http2Session, what_was_not_passed_on_of_a_closed_stream_is_given_back_to_the_connection) {
  Http2Peer client(Http2Role::kClient), server(Http2Role::kServer);
  server.passes_on = false;
  // More than the connection's window in all, in streams that end before they were read.
  for (int i = 0; i < 40; ++i) {
    Http2Stream& stream = ask(client, "POST", "/", false);
    client.session.send(stream, std::string(60'000, 'b'));
    converse(client, server);
    client.session.reset(stream, Http2Code::kCancel);
    client.session.release(stream);
    server.now += 1s;
    converse(client, server);
  }
  Http2Stream& last = ask(client, "POST", "/last", false);
  client.session.send(last, std::string(60'000, 'b'));
  converse(client, server);
  EXPECT_EQ(server.heard[last.id()].body.size(), 60'000U);
}

TEST(Http2Session, B39_a_slow_reader_costs_no_more_than_what_was_queued) {
  Http2Peer client(Http2Role::kClient), server(Http2Role::kServer);
  client.passes_on = false;
  server.answer = [&](Http2Stream& stream) {
    server.session.submit_response(stream, 200, {}, false);
    server.session.send(stream, std::string(32'000, 'x'));
  };
  int refills = 0;
  server.more = [&](Http2Stream& stream) {
    ++refills;
    server.session.send(stream, std::string(32'000, 'x'));
  };
  ask(client, "GET", "/", true);
  converse(client, server);
  EXPECT_EQ(refills, 2);
  EXPECT_LE(server.streams[1]->queued(), 32'000U);
}

TEST(Http2Session, collect_stops_where_it_is_told) {
  Http2Peer client(Http2Role::kClient), server(Http2Role::kServer);
  Http2Limits wide;
  wide.stream_window = wide.connection_window = 8U << 20;
  Http2Peer reader(Http2Role::kClient, wide);
  server.answer = [&](Http2Stream& stream) {
    server.session.submit_response(stream, 200, {}, false);
    server.session.send(stream, std::string(1U << 20, 'x'));
  };
  ask(reader, "GET", "/", true);
  converse(reader, server);
  EXPECT_EQ(reader.heard[1].body.size(), 1U << 20);
  ask(reader, "GET", "/", true);
  server.receive(reader.collect());
  EXPECT_LT(server.collect(40'000).size(), 60'000U);
  EXPECT_TRUE(server.session.wants_write());
}

TEST(Http2Session, an_answer_that_ends_before_the_request_does_stops_the_request) {
  Http2Peer client(Http2Role::kClient), server(Http2Role::kServer);
  server.answer = [&](Http2Stream& stream) {
    server.session.submit_response(stream, 413, {}, false);
    server.session.send(stream, "enough");
    server.session.end(stream);
  };
  ask(client, "POST", "/", false);
  converse(client, server);
  EXPECT_EQ(client.heard[1].body, "enough");
  EXPECT_EQ(client.heard[1].closed, Http2Code::kNoError);
  EXPECT_EQ(server.session.open_streams(), 0U);
}

TEST(Http2Session, a_cancelled_request_is_told_to_the_server) {
  Http2Peer client(Http2Role::kClient), server(Http2Role::kServer);
  Http2Stream& stream = ask(client, "GET", "/", true);
  converse(client, server);
  client.session.reset(stream, Http2Code::kCancel);
  client.session.release(stream);
  converse(client, server);
  EXPECT_EQ(server.heard[1].closed, Http2Code::kCancel);
  EXPECT_FALSE(client.heard[1].closed.has_value());
  EXPECT_EQ(client.session.open_streams(), 0U);
}

TEST(Http2Session, shutdown_lets_what_was_begun_finish_and_refuses_nothing_sent_before_it) {
  Http2Peer client(Http2Role::kClient), server(Http2Role::kServer);
  ask(client, "GET", "/before", true);
  converse(client, server);
  server.session.shutdown();
  const std::string notice = server.collect();
  // On its way while the notice was: it must be served.
  ask(client, "GET", "/meanwhile", true);
  server.receive(client.collect());
  client.receive(notice);
  EXPECT_EQ(client.goaway, Http2Code::kNoError);
  EXPECT_FALSE(client.session.can_open());
  converse(client, server);
  EXPECT_EQ(client.goaway_last, 3);
  EXPECT_FALSE(server.session.finished());
  for (const auto& [id, stream] : server.streams) {
    server.session.submit_response(*stream, 200, {}, true);
  }
  converse(client, server);
  EXPECT_EQ(client.heard[1].head, "200");
  EXPECT_EQ(client.heard[3].head, "200");
  EXPECT_TRUE(server.session.finished());
  EXPECT_TRUE(client.session.finished());
}

TEST(Http2Session, B55_a_goaway_gives_back_the_streams_above_it_as_untouched) {
  Http2Peer client(Http2Role::kClient);
  ask(client, "GET", "/served", true);
  ask(client, "GET", "/untouched", true);
  client.collect();
  client.receive(frame(kSettings, 0, 0) + frame(kGoaway, 0, 0, big_endian(1) + big_endian(0)));
  EXPECT_FALSE(client.heard[1].closed.has_value());
  EXPECT_EQ(client.heard[3].closed, Http2Code::kRefusedStream);
  EXPECT_EQ(client.goaway_last, 1);
  EXPECT_FALSE(client.session.can_open());
}

TEST(Http2Session, a_client_keeps_to_the_servers_limit_of_streams) {
  Http2Peer client(Http2Role::kClient);
  client.receive(frame(kSettings, 0, 0, big_endian(3, 2) + big_endian(2)));
  EXPECT_TRUE(client.session.can_open());
  ask(client, "GET", "/1", true);
  EXPECT_TRUE(client.session.can_open());
  ask(client, "GET", "/2", true);
  EXPECT_FALSE(client.session.can_open());
}

TEST(Http2Session, a_connection_that_is_no_http2_is_told_so_and_is_finished) {
  Http2Peer server(Http2Role::kServer);
  server.collect();
  const std::string answer = server.talk("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(goaway_in(answer), Http2Code::kProtocolError);
  EXPECT_TRUE(server.session.finished());
}

}  // namespace
}  // namespace signalbox::wire
