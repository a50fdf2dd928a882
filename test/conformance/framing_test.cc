// SPDX-License-Identifier: Apache-2.0
//
// HTTP/1 framing through a live gateway (B1 to B11, B15 to B17): where two readers could disagree
// on where a message ends, the gateway refuses, closes, and the unit hears nothing.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "test/conformance/front.h"

namespace signalbox::conformance {
namespace {

struct Case {
  std::string bytes;
  int status;
};

// What stands behind a refused message would be the smuggled one.
constexpr const char* kSmuggled = "GET /smuggled HTTP/1.1\r\nHost: test\r\n\r\n";

void expect_refused(const std::vector<Case>& cases) {
  Front front;
  for (const auto& [bytes, status] : cases) {
    SCOPED_TRACE(bytes);
    const Heard heard = front.refused(bytes + kSmuggled);
    EXPECT_EQ(heard.status(), status);
    EXPECT_FALSE(heard.replies.front().keep_alive);
  }
  EXPECT_EQ(front.requests(), 0) << "the unit has heard of it";
  EXPECT_EQ(front.answered({kPlain}).status, 200) << "the gateway serves on";
}

std::string post(std::string_view fields, std::string_view body = "",
                 std::string_view host = "test", std::string_view version = "1.1") {
  return fmt::format("POST /x HTTP/{}\r\nHost: {}\r\n{}\r\n{}", version, host, fields, body);
}

std::string chunked(std::string_view body) { return post("Transfer-Encoding: chunked\r\n", body); }

TEST(Framing, B1_a_length_and_a_transfer_coding_are_400) {
  expect_refused({{post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
                  {post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), 400}});
}

TEST(Framing, B2_two_lengths_are_400) {
  expect_refused({{post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"), 400},
                  {post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), 400},
                  {post("Content-Length: 5, 5\r\n", "hello"), 400}});
}

TEST(Framing, B3_a_length_that_is_no_plain_number_is_400) {
  std::vector<Case> cases;
  for (const char* length : {"+5", "-1", "0x5", "5_0", "", "9223372036854775808", "5 0", "5,",
                             "18446744073709551621", "five", "5.0"}) {
    cases.push_back({post(fmt::format("Content-Length: {}\r\n", length), "hello"), 400});
  }
  expect_refused(cases);
}

TEST(Framing, B4_a_transfer_coding_other_than_chunked_once_is_400_and_an_unknown_one_501) {
  expect_refused(
      {{post("Transfer-Encoding: ,chunked\r\n", "0\r\n\r\n"), 400},
       {post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), 400},
       {post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
       {post("Transfer-Encoding: \x0b"
             "chunked\r\n",
             "0\r\n\r\n"),
        400},
       {post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"), 400},
       {post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 501}});
}

TEST(Framing, B5_a_transfer_coding_in_http_1_0_is_400) {
  expect_refused({{post("Transfer-Encoding: chunked\r\n", "0\r\n\r\n", "test", "1.0"), 400}});
}

TEST(Framing, B6_a_faulty_chunk_is_400) {
  Front front;
  for (const char* body :
       {"0x5\r\nhello\r\n0\r\n\r\n", "+5\r\nhello\r\n0\r\n\r\n", "\r\nhello\r\n0\r\n\r\n",
        "10000000000000000\r\nhello\r\n0\r\n\r\n", "5\nhello\n0\n\n",
        "5;a\rb\r\nhello\r\n0\r\n\r\n", "5\r\nhelloX0\r\n\r\n", "g\r\nhello\r\n0\r\n\r\n"}) {
    SCOPED_TRACE(body);
    stage::Plug client = front.send({chunked(body), kSmuggled});
    const stage::Reply reply = client.read_reply();
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(client.read_all().find("HTTP/"), std::string::npos) << "a second answer";
  }
  EXPECT_EQ(front.answered({kPlain}).status, 200);
  EXPECT_EQ(front.node().access_log().find("smuggled"), std::string::npos);
}

TEST(Framing, B7_control_bytes_in_a_field_are_400) {
  using namespace std::string_literals;
  expect_refused({{post("X-A: a\0b\r\n"s), 400},
                  {post("X-A: a\rb\r\n"), 400},
                  {post("X-A: a\nX-B: b\r\n"), 400},
                  {post("X-A: a\x7f\r\n"), 400},
                  {post("X\x01-A: a\r\n"), 400}});
}

TEST(Framing, B8_blanks_before_the_colon_folded_lines_and_empty_names_are_400) {
  expect_refused({{post("X-A : a\r\n"), 400},
                  {post("X-A\t: a\r\n"), 400},
                  {post("X-A: a\r\n folded\r\n"), 400},
                  {post(": a\r\n"), 400},
                  {post("no colon\r\n"), 400}});
}

TEST(Framing, B9_a_host_that_is_missing_double_or_another_is_400) {
  expect_refused({{"GET /x HTTP/1.1\r\n\r\n", 400},
                  {"GET /x HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
                  {"GET http://other/x HTTP/1.1\r\nHost: test\r\n\r\n", 400},
                  {"GET /x HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
                  {"GET /x HTTP/1.1\r\nHost: a/b\r\n\r\n", 400}});
}

TEST(Framing, B10_an_unknown_version_is_505_and_junk_is_400) {
  expect_refused({{"GET /x HTTP/9.9\r\nHost: test\r\n\r\n", 505},
                  {"GET /x HTTP/2.0\r\nHost: test\r\n\r\n", 505},
                  {"G\x01T /x HTTP/1.1\r\nHost: test\r\n\r\n", 400},
                  {"GET  /x HTTP/1.1\r\nHost: test\r\n\r\n", 400},
                  {"GET /x http/1.1\r\nHost: test\r\n\r\n", 400},
                  {"GET /x\r\nHost: test\r\n\r\n", 400},
                  {std::string("\x16\x03\x01\x02\x00\x01\x00", 7) + "\r\n\r\n", 400}});
}

// The unit says 200 to a request that asked to switch, with a request behind it. Nothing behind may
// be taken for the other protocol's bytes, and each request has its own answer.
TEST(Framing, B11_a_refused_upgrade_makes_no_tunnel) {
  Front front;
  stage::Plug client = front.send(
      {"GET /ws HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
       "GET /behind HTTP/1.1\r\nHost: test\r\n\r\n"});
  const stage::Reply first = client.read_reply();
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.body, "/ws ");
  if (!first.keep_alive) return;  // no second answer: no tunnel either
  const stage::Reply second = client.read_reply();
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(second.body, "/behind ");
}

TEST(Framing, B15_framing_and_routing_fields_in_trailers_are_400) {
  Front front;
  for (const char* field : {"Content-Length: 5", "Transfer-Encoding: chunked", "Host: evil"}) {
    SCOPED_TRACE(field);
    stage::Plug client =
        front.send({chunked(fmt::format("5\r\nhello\r\n0\r\n{}\r\n\r\n", field)), kSmuggled});
    EXPECT_EQ(client.read_reply().status, 400);
    EXPECT_EQ(client.read_all().find("HTTP/"), std::string::npos) << "a second answer";
  }
  EXPECT_EQ(front.node().access_log().find("smuggled"), std::string::npos);
}

TEST(Framing, B16_a_request_of_one_byte_per_segment_is_200) {
  Front front;
  for (const std::string& request :
       {std::string(kPlain), chunked("5;a=b\r\nhello\r\n0\r\nX-T: 1\r\n\r\n"),
        post("Content-Length: 5\r\n", "hello")}) {
    std::vector<std::string_view> bytes;
    for (std::size_t at = 0; at < request.size(); ++at) {
      bytes.push_back(std::string_view(request).substr(at, 1));
    }
    EXPECT_EQ(front.answered(bytes).status, 200) << request;
  }
}

TEST(Framing, B17_connect_and_trace_are_405) {
  expect_refused({{"CONNECT test:443 HTTP/1.1\r\nHost: test:443\r\n\r\n", 405},
                  {"TRACE /x HTTP/1.1\r\nHost: test\r\n\r\n", 405}});
}

}  // namespace
}  // namespace signalbox::conformance
