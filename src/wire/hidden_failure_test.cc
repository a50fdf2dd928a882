// SPDX-License-Identifier: Apache-2.0
#include "wire/hidden_failure.h"

#include <gtest/gtest.h>

#include <string>

namespace signalbox::wire {
namespace {

bool found(bool event_stream, std::string_view body, std::size_t piece = 1) {
  HiddenFailure failure(event_stream);
  for (std::size_t at = 0; at < body.size(); at += piece) failure.feed(body.substr(at, piece));
  return failure.found();
}

TEST(HiddenFailure, B53_an_error_object_where_an_answer_should_be) {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{1000}}) {
    EXPECT_TRUE(found(false, R"({"error":{"message":"out of memory"}})", piece));
    EXPECT_TRUE(found(false, "\n { \"error\" : \"boom\"}", piece));
    EXPECT_TRUE(found(false, std::string(500, ' ') + R"({"error":{}})", piece));
  }
}

TEST(HiddenFailure, an_answer_is_none_whatever_it_speaks_of) {
  EXPECT_FALSE(found(false, R"({"id":"1","error":"x"})"));
  EXPECT_FALSE(found(false, R"({"error":null,"data":[1]})"));
  EXPECT_FALSE(found(false, R"({"error": false,"data":[1]})"));
  EXPECT_FALSE(found(false, R"({"er ror":1})"));
  EXPECT_FALSE(found(false, R"({"error":)")) << "what it is was not said";
  EXPECT_FALSE(found(false, "[DONE]"));
  EXPECT_FALSE(found(false, R"({"errors":1})"));
  EXPECT_FALSE(found(false, "error"));
  EXPECT_FALSE(found(false, ""));
}

TEST(HiddenFailure, B53_a_stream_that_holds_no_event_or_begins_with_an_error) {
  EXPECT_TRUE(found(true, ""));
  EXPECT_TRUE(found(true, "\n\n"));
  EXPECT_TRUE(found(true, "data: [DONE]\n\n"));
  EXPECT_TRUE(found(true, "data: {\"error\": {\"code\": 500}}\n\n"));
  EXPECT_TRUE(found(true, "event: error\ndata: x\n\n"));
  EXPECT_TRUE(found(true, ": ping\n\n"));
}

TEST(HiddenFailure, a_stream_with_events_is_none) {
  EXPECT_FALSE(found(true, "data: {\"choices\":[]}\n\ndata: [DONE]\n\n"));
  EXPECT_FALSE(found(true, ": ping\n\ndata: hello\n\n"));
  EXPECT_FALSE(found(true, "event: message_start\ndata: {}\n\n"));
  EXPECT_FALSE(found(true, "data: {\n\ndata: [DONE]\n\n")) << "an odd one";
  EXPECT_FALSE(found(true, "id: 7\r\nretry: 10\r\ndata: {\"error\": null}\r\n\r\n"));
  EXPECT_FALSE(found(true, "data: [1]\n\n"));
  EXPECT_FALSE(found(true, "event: errors\ndata: x\n\n"));
  EXPECT_FALSE(found(true, "data: x\ndata: {\"error\": 1}\n\n")) << "inside of an event's text";
}

TEST(HiddenFailure, B53_however_many_comments_come_first) {
  std::string pings;
  for (int i = 0; i < 100; ++i) pings += ": ping - 2026-01-01 00:00:00.000000\r\n\r\n";
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{1000}}) {
    EXPECT_TRUE(found(true, pings, piece));
    EXPECT_TRUE(found(true, pings + "data: {\"error\": {}}\r\n\r\n", piece));
    EXPECT_TRUE(found(true, pings + "data: [DONE]\n\n", piece));
    EXPECT_FALSE(found(true, pings + "data: {\"id\": 1}\n\n", piece));
  }
}

TEST(HiddenFailure, B53_an_error_behind_the_first_tokens_of_a_stream) {
  const std::string token = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n";
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{1000}}) {
    EXPECT_TRUE(
        found(true, token + token + "data: {\"error\":{\"code\":500}}\n\ndata: [DONE]\n\n", piece));
    EXPECT_TRUE(found(true, token + "event: error\ndata: {}\n\n" + token, piece));
    EXPECT_FALSE(found(true, token + token + "data: [DONE]\n\n", piece));
  }
}

TEST(HiddenFailure, B53_an_error_whose_lines_are_several) {
  EXPECT_TRUE(found(true, "data: {\ndata:   \"error\": {\ndata: }}\n\n"));
}

}  // namespace
}  // namespace signalbox::wire
