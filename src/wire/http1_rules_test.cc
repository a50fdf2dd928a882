// SPDX-License-Identifier: Apache-2.0
//
// The bad requests of the project's list, by number, each presented whole, cut at every byte and
// byte by byte. A refused message must not have delivered a body: the transcript would show it.
#include "wire/http1_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "wire/http1_readings.h"

namespace signalbox::wire {
namespace {

using testing::read_requests;
using testing::read_responses;
using testing::status_of;

std::string post(std::string_view fields, std::string_view body = "") {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n" + std::string(body);
}

std::string get(std::string_view fields) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

TEST(Http1Rules, B1_content_length_with_transfer_encoding_is_400) {
  EXPECT_EQ(status_of(post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
            400);
  EXPECT_EQ(status_of(post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")),
            400);
  EXPECT_EQ(status_of(post("Transfer-Encoding: gzip\r\nContent-Length: 5\r\n", "hello")), 400);
  EXPECT_EQ(status_of(post("Content-Length: 5\r\nTransfer-Encoding: \r\n", "hello")), 400);
}

TEST(Http1Rules, B2_more_than_one_content_length_is_400_even_when_equal) {
  EXPECT_EQ(status_of(post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello!")), 400);
  EXPECT_EQ(status_of(post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello")), 400);
  EXPECT_EQ(status_of(post("Content-Length: 5, 5\r\n", "hello")), 400);
  EXPECT_EQ(status_of(post("Content-Length: 5, 6\r\n", "hello")), 400);
}

TEST(Http1Rules, B3_content_length_must_be_a_decimal_number_below_2_to_the_63) {
  for (const std::string_view bad :
       {"+5", "-1", "0x5", "5_0", "", "5 5", "5;", "5.0", "9223372036854775808",
        "18446744073709551616", "99999999999999999999999"}) {
    EXPECT_EQ(status_of(post("Content-Length: " + std::string(bad) + "\r\n", "hello")), 400) << bad;
  }
  EXPECT_EQ(status_of(post("Content-Length: 9223372036854775807\r\n")), 0);
}

TEST(Http1Rules, B4_transfer_encoding_is_chunked_once_and_last_or_400) {
  for (const std::string_view bad :
       {",chunked", "chunked,", "chunked, chunked", "\vchunked", "chunked, gzip", "chunked;q=1",
        "\"chunked\"", "chunked chunked", ""}) {
    EXPECT_EQ(status_of(post("Transfer-Encoding: " + std::string(bad) + "\r\n", "0\r\n\r\n")), 400)
        << bad;
  }
  EXPECT_EQ(
      status_of(post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
      400);
  EXPECT_EQ(
      status_of(post("Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n", "0\r\n\r\n")),
      400);
}

TEST(Http1Rules, B4_an_unknown_transfer_coding_is_501) {
  for (const std::string_view unknown : {"gzip", "identity", "gzip, chunked", "xchunked"}) {
    EXPECT_EQ(status_of(post("Transfer-Encoding: " + std::string(unknown) + "\r\n", "0\r\n\r\n")),
              501)
        << unknown;
  }
}

TEST(Http1Rules, B4_chunked_in_any_case_is_chunked) {
  EXPECT_EQ(read_requests(post("transfer-encoding: CHUNKED\r\n", "2\r\nhi\r\n0\r\n\r\n")),
            "POST / 1.1 keep chunked [Host=a] [transfer-encoding=CHUNKED] body<hi>\n");
}

TEST(Http1Rules, B5_transfer_encoding_in_http_1_0_is_400) {
  EXPECT_EQ(status_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
}

TEST(Http1Rules, B6_faulty_chunk_lines_are_400) {
  for (const std::string_view bad :
       {"0x5\r\nhello\r\n0\r\n\r\n", "+5\r\nhello\r\n0\r\n\r\n", "\r\nhello\r\n0\r\n\r\n",
        "-1\r\nhello\r\n0\r\n\r\n", "10000000000000000\r\nhello\r\n0\r\n\r\n",
        "fffffffffffffffff\r\nhello\r\n0\r\n\r\n", "5\nhello\r\n0\r\n\r\n", "5\r\nhello\n0\r\n\r\n",
        "5\r\nhello0\r\n\r\n", "5\r\nhello!\r\n0\r\n\r\n", "5;a\rb\r\nhello\r\n0\r\n\r\n",
        "5;a=\"\r\nhello\r\n0\r\n\r\n", "5;a=\"b\r\nhello\"\r\n0\r\n\r\n",
        "5;a\nb\r\nhello\r\n0\r\n\r\n", "5 \r\nhello\r\n0\r\n\r\n", "5;\r\nhello\r\n0\r\n\r\n",
        "g\r\nhello\r\n0\r\n\r\n", "5\r\nhello\r\n0\n\r\n\r\n", "5\r\nhello\r\n0x0\r\n\r\n"}) {
    EXPECT_EQ(status_of(post("Transfer-Encoding: chunked\r\n", bad)), 400) << bad;
  }
  EXPECT_EQ(status_of(post("Transfer-Encoding: chunked\r\n", "5;" + std::string(2000, 'x'))), 400);
}

TEST(Http1Rules, B6_chunk_extensions_are_read_and_dropped) {
  EXPECT_EQ(read_requests(post("Transfer-Encoding: chunked\r\n",
                               "5;a=b;c=\"d e\"\r\nhello\r\n00;last\r\n\r\n")),
            "POST / 1.1 keep chunked [Host=a] [Transfer-Encoding=chunked] body<hello>\n");
}

TEST(Http1Rules, B7_control_bytes_in_a_field_are_400) {
  using namespace std::string_literals;
  EXPECT_EQ(status_of(get("A: b\0c\r\n"s)), 400);
  EXPECT_EQ(status_of(get("A: b\rc\r\n")), 400);
  EXPECT_EQ(status_of(get("A: b\nc: d\r\n")), 400);
  EXPECT_EQ(status_of(get("A: b\x7f\r\n")), 400);
  EXPECT_EQ(status_of(get("A\0: b\r\n"s)), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\nHost: a\n\n"), 400);
  EXPECT_EQ(status_of("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"s), 400);
}

TEST(Http1Rules, B8_blank_before_colon_folded_lines_and_empty_names_are_400) {
  EXPECT_EQ(status_of(get("A : b\r\n")), 400);
  EXPECT_EQ(status_of(get("A: b\r\n c\r\n")), 400);
  EXPECT_EQ(status_of(get("A: b\r\n\tc\r\n")), 400);
  EXPECT_EQ(status_of(get("A:\r\n c\r\n")), 400);
  EXPECT_EQ(status_of(get(": b\r\n")), 400);
  EXPECT_EQ(status_of(get("A\r\n")), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\n Host: a\r\n\r\n"), 400);
}

TEST(Http1Rules, B9_host_is_there_once_and_agrees_with_the_target) {
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET http://a:81/ HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET http://x@a/ HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET http:/// HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a,b\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a b\r\n\r\n"), 400);

  EXPECT_EQ(status_of("GET / HTTP/1.0\r\n\r\n"), 0);
  EXPECT_EQ(status_of("GET http://A:80/x HTTP/1.1\r\nHost: a\r\n\r\n"), 0);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n"), 0);
}

TEST(Http1Rules, B10_unknown_versions_are_505) {
  for (const std::string_view version : {"HTTP/9.9", "HTTP/2.0", "HTTP/0.9", "HTTP/1.2"}) {
    EXPECT_EQ(status_of("GET / " + std::string(version) + "\r\nHost: a\r\n\r\n"), 505) << version;
  }
}

TEST(Http1Rules, B10_junk_is_400) {
  for (const std::string_view junk :
       {"get / HTTP/1.1\r\nHost: a\r\n\r\n", "FOO / HTTP/1.1\r\nHost: a\r\n\r\n",
        "G@T / HTTP/1.1\r\nHost: a\r\n\r\n", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", "GET / HTTQ/1.1\r\nHost: a\r\n\r\n",
        "GET / http/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/11\r\nHost: a\r\n\r\n", "GET /\r\n\r\n",
        "GET / HTT\r\nA: b\r\n\r\n", "GET / \r\n\r\n", "GET\r\n\r\n",
        " GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\x16\x03\x01\x02",
        "GET a HTTP/1.1\r\nHost: a\r\n\r\n", "GET * HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
    EXPECT_EQ(status_of(junk), 400) << junk;
  }
}

TEST(Http1Rules, B15_framing_and_routing_fields_in_trailers_are_400) {
  for (const std::string_view name :
       {"Content-Length", "Transfer-Encoding", "Host", "Connection", "Authorization", "TE",
        "X-Forwarded-For", "x-gateway-destination-endpoint"}) {
    const std::string body = "2\r\nhi\r\n0\r\n" + std::string(name) + ": 1\r\n\r\n";
    EXPECT_EQ(status_of(post("Transfer-Encoding: chunked\r\n", body)), 400) << name;
  }
}

TEST(Http1Rules, B15_other_trailers_are_read_and_dropped) {
  EXPECT_EQ(read_requests(post("Transfer-Encoding: chunked\r\n",
                               "2\r\nhi\r\n0\r\nChecksum: 1\r\nB: 2\r\n\r\n")),
            "POST / 1.1 keep chunked [Host=a] [Transfer-Encoding=chunked] body<hi>\n");
}

TEST(Http1Rules, B15_trailers_are_bounded) {
  std::string many = "0\r\n";
  for (int i = 0; i < 101; ++i) many += "a: b\r\n";
  RequestParser parser;
  EXPECT_TRUE(testing::transcript(parser, {post("Transfer-Encoding: chunked\r\n"), many + "\r\n"})
                  .ends_with("!431"));
  RequestParser endless;
  EXPECT_TRUE(testing::transcript(endless, {post("Transfer-Encoding: chunked\r\n"),
                                            "0\r\na: " + std::string(9000, 'x')})
                  .ends_with("!431"));
}

TEST(Http1Rules, B17_connect_and_trace_are_405) {
  EXPECT_EQ(status_of("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"), 405);
  EXPECT_EQ(status_of("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n"), 405);
}

TEST(Http1Rules, B22_underscores_in_names_are_400) {
  EXPECT_EQ(status_of(get("X_Forwarded-For: 1.2.3.4\r\n")), 400);
  EXPECT_EQ(status_of(get("content_length: 5\r\n")), 400);
}

TEST(Http1Rules, an_unknown_expectation_is_417) {
  EXPECT_EQ(status_of(post("Content-Length: 2\r\nExpect: the-spanish-inquisition\r\n")), 417);
  EXPECT_EQ(read_requests(post("Content-Length: 2\r\nExpect: 100-Continue\r\n", "hi")),
            "POST / 1.1 expects-continue keep length=2 [Host=a] [Content-Length=2] "
            "[Expect=100-Continue] body<hi>\n");
}

TEST(Http1Rules, B11_an_upgrade_is_noted_and_the_bytes_behind_it_are_the_next_request) {
  EXPECT_EQ(read_requests(get("Connection: upgrade\r\nUpgrade: websocket\r\n") + get("")),
            "GET / 1.1 upgrade keep [Host=a] [Connection=upgrade] [Upgrade=websocket] body<>\n"
            "GET / 1.1 keep [Host=a] body<>\n");
}

TEST(Http1Rules, connections_persist_as_the_version_and_the_options_say) {
  EXPECT_EQ(read_requests(get("Connection: Close\r\n")),
            "GET / 1.1 close [Host=a] [Connection=Close] body<>\n");
  EXPECT_EQ(read_requests(get("Connection: a, keep-alive\r\nConnection: close\r\n")),
            "GET / 1.1 close [Host=a] [Connection=a, keep-alive] [Connection=close] body<>\n");
  EXPECT_EQ(read_requests("GET / HTTP/1.0\r\n\r\n"), "GET / 1.0 close body<>\n");
  EXPECT_EQ(read_requests("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
            "GET / 1.0 keep [Connection=keep-alive] body<>\n");
}

TEST(Http1Rules, B48_a_reply_with_ambiguous_framing_is_502) {
  for (const std::string_view fields :
       {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: 5\r\nContent-Length: 5\r\n",
        "Transfer-Encoding: gzip\r\n", "Transfer-Encoding: chunked, gzip\r\n",
        "Content-Length: -1\r\n", "A: b\r\n c\r\n", "A : b\r\n"}) {
    const std::string reply = "HTTP/1.1 200 OK\r\n" + std::string(fields) + "\r\nhello";
    EXPECT_TRUE(read_responses(reply).ends_with("!502")) << fields;
  }
  EXPECT_TRUE(read_responses("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
                  .ends_with("!502"));
}

}  // namespace
}  // namespace signalbox::wire
