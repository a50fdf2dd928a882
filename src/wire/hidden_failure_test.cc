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
  }
}

TEST(HiddenFailure, an_answer_is_none_whatever_it_speaks_of) {
  EXPECT_FALSE(found(false, R"({"id":"1","error":"x"})"));
  EXPECT_FALSE(found(false, R"({"error":null,"data":[1]})"));
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
  EXPECT_FALSE(found(true, ": " + std::string(200, 'x'))) << "not all of it was looked at";
}

}  // namespace
}  // namespace signalbox::wire
