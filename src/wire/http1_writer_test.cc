// SPDX-License-Identifier: Apache-2.0
//
// What crosses the gateway and what does not: one golden text per direction, then the strips.
#include "wire/http1_writer.h"

#include <gtest/gtest.h>

#include <string>

#include "wire/http1_parser.h"

namespace signalbox::wire {
namespace {

std::string forwarded(const std::string& request, RequestRewrite rewrite = {}) {
  RequestParser parser;
  const auto taken = parser.consume(request);
  EXPECT_TRUE(taken.ok()) << (taken.ok() ? "" : taken.error().message);
  if (rewrite.target.empty()) rewrite.target = "/t";
  if (rewrite.host.empty()) rewrite.host = "unit:1";
  std::string out;
  append_request_head(out, parser.head(), rewrite);
  return out;
}

std::string returned(const std::string& response, const ResponseRewrite& rewrite) {
  ResponseParser parser;
  EXPECT_TRUE(parser.consume(response).ok());
  std::string out;
  append_response_head(out, parser.head(), rewrite);
  return out;
}

TEST(RequestWriter, writes_a_head_for_a_unit) {
  const OwnField own[] = {{"x-request-id", "7"}};
  EXPECT_EQ(forwarded("POST /a%2e HTTP/1.1\r\nHost: public\r\nContent-Type: application/json\r\n"
                      "Content-Length: 2\r\nExpect: 100-continue\r\nUser-Agent: u\r\n\r\n",
                      {.target = "/a.",
                       .host = "10.0.0.1:8000",
                       .client_address = "192.0.2.7",
                       .framing = {BodyKind::kLength, 2},
                       .own = own}),
            "POST /a. HTTP/1.1\r\nHost: 10.0.0.1:8000\r\nContent-Type: application/json\r\n"
            "User-Agent: u\r\nX-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: http\r\n"
            "x-request-id: 7\r\nContent-Length: 2\r\n\r\n");
}

TEST(RequestWriter, B20_forged_routing_and_forwarding_fields_are_stripped) {
  EXPECT_EQ(forwarded("GET / HTTP/1.1\r\nHost: a\r\nX-Gateway-Destination-Endpoint: 10.9.9.9\r\n"
                      "x-signalbox-unit: gpu\r\nX-Forwarded-For: 6.6.6.6\r\n"
                      "X-Forwarded-Proto: https\r\nX-Forwarded-Host: evil\r\nForwarded: for=6\r\n"
                      "X-Real-IP: 6.6.6.6\r\n\r\n",
                      {.client_address = "192.0.2.7"}),
            "GET /t HTTP/1.1\r\nHost: unit:1\r\nX-Forwarded-For: 192.0.2.7\r\n"
            "X-Forwarded-Proto: http\r\n\r\n");
}

TEST(RequestWriter, fields_of_the_connection_and_those_it_names_stay_behind) {
  EXPECT_EQ(forwarded("GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, X-One ,\r\n"
                      "Connection: x-two\r\nX-One: 1\r\nX-Two: 2\r\nX-Three: 3\r\n"
                      "Keep-Alive: timeout=5\r\nTE: trailers\r\nTrailer: x\r\nUpgrade: h2c\r\n"
                      "HTTP2-Settings: AAA\r\nProxy-Authorization: secret\r\n"
                      "Proxy-Connection: keep-alive\r\n\r\n"),
            "GET /t HTTP/1.1\r\nHost: unit:1\r\nX-Three: 3\r\nX-Forwarded-Proto: http\r\n\r\n");
}

TEST(RequestWriter, credentials_travel_only_when_asked_for) {
  const std::string request =
      "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\nCookie: y\r\nX-Api-Key: z\r\n\r\n";
  EXPECT_EQ(forwarded(request),
            "GET /t HTTP/1.1\r\nHost: unit:1\r\nX-Forwarded-Proto: http\r\n\r\n");
  EXPECT_EQ(forwarded(request, {.forward_credentials = true}),
            "GET /t HTTP/1.1\r\nHost: unit:1\r\nAuthorization: Bearer x\r\nCookie: y\r\n"
            "X-Api-Key: z\r\nX-Forwarded-Proto: http\r\n\r\n");
}

TEST(RequestWriter, framing_is_the_callers_choice) {
  const std::string request = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n";
  EXPECT_EQ(forwarded(request, {.framing = {BodyKind::kChunked}, .close = true}),
            "POST /t HTTP/1.1\r\nHost: unit:1\r\nX-Forwarded-Proto: http\r\n"
            "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(forwarded(request, {.framing = {BodyKind::kLength, 0}}),
            "POST /t HTTP/1.1\r\nHost: unit:1\r\nX-Forwarded-Proto: http\r\n"
            "Content-Length: 0\r\n\r\n");
}

TEST(ResponseWriter, writes_a_head_for_a_client) {
  const OwnField own[] = {{"x-signalbox-decision", "9"}};
  EXPECT_EQ(returned("HTTP/1.0 200 Fine\r\nContent-Type: text/plain\r\nConnection: x-hop\r\n"
                     "X-Hop: 1\r\nKeep-Alive: 5\r\nSet-Cookie: a=b\r\nX-Signalbox-Replica: 7\r\n"
                     "Content-Length: 2\r\n\r\n",
                     {.framing = {BodyKind::kChunked}, .own = own}),
            "HTTP/1.1 200 Fine\r\nContent-Type: text/plain\r\nSet-Cookie: a=b\r\n"
            "X-Signalbox-Replica: 7\r\nx-signalbox-decision: 9\r\n"
            "Transfer-Encoding: chunked\r\n\r\n");
}

TEST(ResponseWriter, says_what_becomes_of_the_connection) {
  const std::string response = "HTTP/1.1 204 No Content\r\n\r\n";
  EXPECT_EQ(returned(response, {.framing = {}, .keep_alive = false}),
            "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(returned(response, {.framing = {}, .client_version = 10}),
            "HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(returned("HTTP/1.1 200 OK\r\n\r\n", {.framing = {BodyKind::kUntilClose}}),
            "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
}

TEST(ResponseWriter, writes_answers_of_our_own) {
  const OwnField own[] = {{"Retry-After", "1"}};
  std::string out;
  append_own_response_head(out, 503, {.framing = {BodyKind::kLength, 12}, .own = own});
  EXPECT_EQ(out,
            "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 12\r\n\r\n");
}

TEST(ResponseWriter, an_unknown_status_has_no_words) {
  EXPECT_EQ(reason_phrase(200), "OK");
  EXPECT_EQ(reason_phrase(299), "");
}

TEST(ChunkHead, is_the_size_in_hex) {
  EXPECT_EQ(ChunkHead(1).view(), "1\r\n");
  EXPECT_EQ(ChunkHead(26).view(), "1a\r\n");
  EXPECT_EQ(ChunkHead(65536).view(), "10000\r\n");
  EXPECT_EQ(ChunkHead(0xffffffffffffffffU).view(), "ffffffffffffffff\r\n");
}

}  // namespace
}  // namespace signalbox::wire
