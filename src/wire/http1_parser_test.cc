// SPDX-License-Identifier: Apache-2.0
//
// What the parsers deliver: heads, bodies, limits, pipelining, reuse, and the end of connections.
// Bad framing has its own tests (http1_rules_test.cc).
#include "wire/http1_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "wire/http1_readings.h"
#include "wire/http1_transcript.h"

namespace signalbox::wire {
namespace {

using testing::read_requests;
using testing::read_responses;
using testing::status_of;

TEST(RequestParser, reads_a_head_and_a_counted_body) {
  EXPECT_EQ(read_requests("POST /v1/images?n=1 HTTP/1.1\r\nHost: a.example:80\r\nX-Empty:\r\n"
                          "Content-Length: 5\r\nX:  padded\t \r\n\r\nhello"),
            "POST /v1/images?n=1 1.1 keep length=5 [Host=a.example:80] [X-Empty=] "
            "[Content-Length=5] [X=padded] body<hello>\n");
}

TEST(RequestParser, reads_a_chunked_body) {
  EXPECT_EQ(read_requests("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                          "1\r\nh\r\n0004\r\nello\r\nA\r\n0123456789\r\n0\r\n\r\n"),
            "POST / 1.1 keep chunked [Host=a] [Transfer-Encoding=chunked] body<hello0123456789>\n");
}

// A chunked body of nothing, arriving byte by byte, runs into an assertion inside Beast if it sees
// the bytes as they come.
TEST(RequestParser, reads_an_empty_chunked_body) {
  EXPECT_EQ(read_requests("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                          "0\r\n\r\n"),
            "POST / 1.1 keep chunked [Host=a] [Transfer-Encoding=chunked] body<>\n");
}

TEST(RequestParser, B16_one_byte_per_segment_is_as_good_as_one_segment) {
  const std::string request =
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nT: "
      "x\r\n\r\n";
  EXPECT_EQ(read_requests(request),
            "POST / 1.1 keep length=2 [Host=a] [Content-Length=2] body<hi>\n"
            "POST / 1.1 keep chunked [Host=a] [Transfer-Encoding=chunked] body<hi>\n");
}

TEST(RequestParser, B14_reads_pipelined_requests_one_at_a_time) {
  std::string input;
  for (int i = 0; i < 1000; ++i) {
    input += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
  }
  RequestParser parser;
  std::string_view rest = input;
  for (int i = 0; i < 1000; ++i) {
    const auto taken = parser.consume(rest);
    ASSERT_TRUE(taken.ok());
    ASSERT_TRUE(parser.done());
    ASSERT_EQ(parser.head().target, "/" + std::to_string(i));
    rest.remove_prefix(*taken);
    parser.reset();
  }
  EXPECT_TRUE(rest.empty());
}

TEST(RequestParser, stops_behind_the_head_so_that_it_can_be_judged_before_the_body) {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";
  const std::string input = head + "helloGET";
  RequestParser parser;
  std::string body;
  parser.on_body([&body](std::string_view piece) { body += piece; });
  auto taken = parser.consume(input);
  ASSERT_TRUE(taken.ok());
  EXPECT_EQ(*taken, head.size());
  EXPECT_TRUE(parser.head_done());
  EXPECT_FALSE(parser.done());
  EXPECT_EQ(body, "");
  taken = parser.consume(std::string_view(input).substr(head.size()));
  ASSERT_TRUE(taken.ok());
  EXPECT_EQ(*taken, 5u);
  EXPECT_TRUE(parser.done());
  EXPECT_EQ(body, "hello");
  EXPECT_EQ(parser.body_bytes(), 5u);
}

TEST(RequestParser, hands_body_bytes_over_without_copying_them) {
  RequestParser parser;
  ASSERT_TRUE(parser.consume("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n").ok());
  const std::string input = "hello";
  const char* seen = nullptr;
  parser.on_body([&seen](std::string_view piece) { seen = piece.data(); });
  ASSERT_TRUE(parser.consume(input).ok());
  EXPECT_EQ(seen, input.data());
}

TEST(RequestParser, keeps_the_head_when_the_caller_reuses_its_buffer) {
  RequestParser parser;
  std::string buffer = "POST /path HTTP/1.1\r\nHost: a\r\nA: b\r\nContent-Length: 1\r\n\r\n";
  ASSERT_TRUE(parser.consume(buffer).ok());
  buffer.assign(buffer.size(), '#');
  EXPECT_EQ(parser.head().method, "POST");
  EXPECT_EQ(parser.head().target, "/path");
  ASSERT_EQ(parser.head().fields.size(), 3u);
  EXPECT_EQ(parser.head().fields[1].name, "A");
  EXPECT_EQ(parser.head().fields[1].value, "b");
  EXPECT_EQ(parser.head().fields[2].kind, FieldKind::kContentLength);
}

TEST(RequestParser, forgives_two_blank_lines_before_a_request) {
  EXPECT_EQ(read_requests("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
            "GET / 1.1 keep [Host=a] body<>\n");
  RequestParser parser;
  ASSERT_TRUE(parser.consume("\r\n\r").ok());
  EXPECT_FALSE(parser.started());
}

TEST(RequestParser, a_failure_is_final) {
  RequestParser parser;
  ASSERT_FALSE(parser.consume("\x16").ok());
  const auto again = parser.consume("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().status, 400);
  parser.reset();
  EXPECT_TRUE(parser.consume("GET / HTTP/1.1\r\nHost: a\r\n\r\n").ok());
  EXPECT_TRUE(parser.done());
}

TEST(RequestParser, B18_a_target_over_the_limit_is_414) {
  const ParserLimits limits{.max_target = 16};
  EXPECT_EQ(status_of("GET /" + std::string(15, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", limits), 0);
  EXPECT_EQ(status_of("GET /" + std::string(16, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", limits),
            414);
  EXPECT_EQ(status_of("GET /" + std::string(16, 'a'), limits), 414) << "before its end is there";

  RequestParser parser;
  const std::string longest = "GET /" + std::string(8191, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_TRUE(parser.consume(longest).ok());
  parser.reset();
  const auto longer = parser.consume("GET /a" + longest.substr(5));
  ASSERT_FALSE(longer.ok());
  EXPECT_EQ(longer.error().status, 414);
}

TEST(RequestParser, B19_a_head_over_the_limit_is_431) {
  const std::string head = "GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n\r\n";
  EXPECT_EQ(status_of(head, {.max_head = head.size()}), 0);
  for (std::size_t limit = 20; limit < head.size(); ++limit) {
    EXPECT_EQ(status_of(head, {.max_head = limit}), 431) << limit;
  }
  RequestParser parser;
  const auto taken = parser.consume("GET / HTTP/1.1\r\nHost: a\r\nA: " + std::string(61440, 'b'));
  ASSERT_FALSE(taken.ok());
  EXPECT_EQ(taken.error().status, 431);
}

TEST(RequestParser, B19_more_fields_than_the_limit_are_431) {
  std::string head = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 1; i < 100; ++i) head += "A: b\r\n";
  EXPECT_EQ(status_of(head + "\r\n"), 0);
  EXPECT_EQ(status_of(head + "A: b\r\n\r\n"), 431);
}

TEST(RequestParser, B38_a_body_over_the_limit_is_413) {
  const ParserLimits limits{.max_body = 4};
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd", limits), 0);
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", limits), 413);
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "3\r\nabc\r\n2\r\n",
                      limits),
            413);
}

TEST(ResponseParser, reads_counted_chunked_and_bodyless_answers) {
  EXPECT_EQ(read_responses("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
                           "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
                           "HTTP/1.1 204 No Content\r\n\r\n"
                           "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"
                           "HTTP/1.1 500 Oh no\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
            "200 1.1 keep length=2 [Content-Length=2] body<hi>\n"
            "200 1.1 keep chunked [Transfer-Encoding=chunked] body<hi>\n"
            "204 1.1 keep body<>\n"
            "304 1.1 keep length=9 [Content-Length=9] body<>\n"
            "500 1.1 close length=0 [Content-Length=0] [Connection=close] body<>\n");
}

TEST(ResponseParser, the_answer_to_a_head_request_has_no_body) {
  EXPECT_EQ(read_responses("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", false, true),
            "200 1.1 keep length=5 [Content-Length=5] body<>\n");
  EXPECT_EQ(read_responses("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", false, true),
            "200 1.1 keep [Transfer-Encoding=chunked] body<>\n");
}

TEST(ResponseParser, a_body_may_end_with_the_connection) {
  EXPECT_EQ(read_responses("HTTP/1.0 200 OK\r\n\r\nhello", true),
            "200 1.0 close until-close body<hello>\n");
  EXPECT_EQ(read_responses("HTTP/1.1 200 OK\r\n\r\n", true), "200 1.1 close until-close body<>\n");
}

TEST(ResponseParser, B45_B47_a_connection_that_ends_too_early_is_502) {
  for (const std::string_view cut :
       {"H", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n"}) {
    EXPECT_TRUE(read_responses(cut, true).ends_with("!502")) << cut;
  }
  ResponseParser nothing;
  const auto failure = nothing.finish_eof();
  ASSERT_TRUE(failure.has_value());
  EXPECT_EQ(failure->status, 502);
}

TEST(ResponseParser, B49_interim_answers_are_dropped_up_to_eight) {
  std::string input;
  for (int i = 0; i < 8; ++i) input += "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
  EXPECT_EQ(read_responses(input + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"),
            "200 1.1 keep length=2 [Content-Length=2] body<hi>\n");
  EXPECT_TRUE(read_responses(input + "HTTP/1.1 100 Continue\r\n\r\n").ends_with("!502"));
}

TEST(ResponseParser, B11_a_switch_of_protocols_is_502) {
  EXPECT_TRUE(
      read_responses("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n").ends_with("!502"));
}

TEST(ResponseParser, B51_an_oversized_head_is_502) {
  ResponseParser parser;
  const auto taken = parser.consume("HTTP/1.1 200 OK\r\nA: " + std::string(1'000'000, 'a'));
  ASSERT_FALSE(taken.ok());
  EXPECT_EQ(taken.error().status, 502);
}

TEST(ResponseParser, junk_is_502) {
  for (const std::string_view junk :
       {"\r\nHTTP/1.1 200 OK\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 099 Low\r\n\r\n",
        "HTTP/1.1 600 High\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n",
        "SSH-2.0-OpenSSH\r\n", "HTTP/1.1 200 OK\nA: b\n\n"}) {
    EXPECT_TRUE(read_responses(junk).ends_with("!502")) << junk;
  }
}

TEST(ResponseParser, tells_started_from_the_first_byte_of_an_interim_answer_on) {
  ResponseParser parser;
  EXPECT_FALSE(parser.started());
  ASSERT_TRUE(parser.consume("H").ok());
  EXPECT_TRUE(parser.started());
  parser.reset();
  EXPECT_FALSE(parser.started());
  ASSERT_TRUE(parser.consume("HTTP/1.1 100 Continue\r\n\r\n").ok());
  EXPECT_TRUE(parser.started());
  EXPECT_FALSE(parser.head_done());
}

TEST(ResponseParser, a_body_that_is_too_large_is_told_as_far_as_it_may_go_however_it_comes) {
  const std::string answer = "HTTP/1.1 200 OK\r\n\r\n0123456789abc";
  const auto read = [](const std::vector<std::string_view>& pieces) {
    ResponseParser parser({.max_body = 10});
    return testing::transcript(parser, pieces);
  };
  EXPECT_EQ(read({answer}), "200 1.1 close until-close body<0123456789> !502");
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < answer.size(); ++i) {
    bytes.push_back(std::string_view(answer).substr(i, 1));
  }
  EXPECT_EQ(read(bytes), read({answer}));
}

}  // namespace
}  // namespace signalbox::wire
