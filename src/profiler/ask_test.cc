// SPDX-License-Identifier: Apache-2.0
#include "profiler/ask.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

namespace signalbox::profiler {
namespace {

using Answer = Result<http::Response, http::ClientError>;

constexpr TimePoint kStart{10s};

std::string event(const std::string& json) { return "data: " + json + "\n\n"; }
std::string piece(const std::string& text) {
  return event(R"({"choices":[{"index":0,"delta":{"content":")" + text + R"("}}]})");
}

TEST(Ask, a_plain_request_is_what_was_given_with_a_number_of_its_own) {
  const Question question{.method = "POST", .path = "/score/{id}", .body = R"({"n": {id}})"};
  const auto request = request_of(question, {.id = 7});
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/score/7");
  EXPECT_EQ(request.body, R"({"n": 7})");
  EXPECT_EQ(http::find_header(request.headers, "content-type"), "application/json");
}

TEST(Ask, no_two_requests_are_alike) {
  const Question image{.task = Task::kImage, .path = "/genimage"};
  EXPECT_NE(request_of(image, {.id = 1}).body, request_of(image, {.id = 2}).body);
  EXPECT_EQ(request_of(image, {.id = 1}).body, request_of(image, {.id = 1}).body);
}

TEST(Ask, a_chat_streams_with_as_many_words_as_wanted_and_names_the_model) {
  const Question chat{.task = Task::kChat, .path = "/v1/chat/completions", .model = "llama"};
  const auto request = request_of(chat, {.id = 3, .prompt_tokens = 40, .output_tokens = 9});
  const auto body = boost::json::parse(request.body).as_object();
  EXPECT_EQ(body.at("model").as_string(), "llama");
  EXPECT_TRUE(body.at("stream").as_bool());
  EXPECT_EQ(body.at("max_tokens").as_int64(), 9);
  const std::string words(
      body.at("messages").as_array().at(0).as_object().at("content").as_string());
  EXPECT_EQ(std::count(words.begin(), words.end(), ' '), 39);
}

TEST(TokenStream, tells_when_tokens_came_however_the_bytes_were_split) {
  const std::string all =
      event(R"({"choices":[{"delta":{"role":"assistant","content":""}}]})") + piece("one") +
      piece("two") + piece("three") +
      event(R"({"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":5}})") +
      "data: [DONE]\n\n";
  TokenStream stream;
  TimePoint now = kStart;
  for (const char c : all) stream.feed({&c, 1}, now += 1ms);
  EXPECT_TRUE(stream.has_first());
  EXPECT_TRUE(stream.is_complete());
  EXPECT_EQ(stream.tokens(), 5) << "the unit's own count";
  EXPECT_EQ(stream.prompt_tokens(), 12);
  EXPECT_EQ(stream.median_gap(), Duration(std::chrono::milliseconds(piece("two").size())) +
                                     Duration(std::chrono::milliseconds(2)))
      << "between pieces of 3 and 5 letters the longer one decides";
}

TEST(TokenStream, counts_pieces_where_the_unit_counts_nothing) {
  TokenStream stream;
  stream.feed(piece("a") + piece("b") + ": a comment\n\ndata: [DONE]\n\n", kStart);
  EXPECT_EQ(stream.tokens(), 2);
  EXPECT_EQ(stream.first(), kStart);
}

TEST(TokenStream, bears_what_is_no_event) {
  TokenStream stream;
  stream.feed("data: {broken\n\ndata: 7\n\ndata:\n\nevent: x\n\n", kStart);
  EXPECT_FALSE(stream.has_first());
  EXPECT_FALSE(stream.is_complete());
}

TEST(Judge, a_refusal_is_told_with_what_it_said) {
  const Outcome outcome =
      judge({.path = "/x"}, Answer(http::Response{.status = 404, .body = "no\nsuch path"}), {});
  EXPECT_FALSE(outcome.ok);
  EXPECT_EQ(outcome.problem, "it answered 404 to /x: no such path");
}

TEST(Judge, a_stream_that_broke_off_has_failed_though_it_began_with_200) {
  TokenStream stream;
  stream.feed(piece("a"), kStart);
  const Outcome outcome = judge({.task = Task::kChat}, Answer(http::Response{}), stream);
  EXPECT_FALSE(outcome.ok);
  EXPECT_NE(outcome.problem.find("[DONE]"), std::string::npos);
}

TEST(Judge, an_error_inside_a_stream_is_a_failure) {
  TokenStream stream;
  stream.feed(piece("a") + event(R"({"error":{"message":"out of memory"}})"), kStart);
  const Outcome outcome = judge({.task = Task::kChat}, Answer(http::Response{}), stream);
  EXPECT_NE(outcome.problem.find("out of memory"), std::string::npos);
}

TEST(Judge, a_chat_without_a_token_is_no_answer) {
  EXPECT_FALSE(judge({.task = Task::kChat}, Answer(http::Response{}), {}).ok);
  EXPECT_TRUE(judge({.task = Task::kPlain}, Answer(http::Response{}), {}).ok);
}

TEST(Judge, a_connection_that_failed_is_told_as_it_is) {
  const Outcome outcome =
      judge({}, Answer(http::ClientError{http::ClientFailure::kConnect, "gpu:1 refused"}), {});
  EXPECT_EQ(outcome.problem, "gpu:1 refused");
}

}  // namespace
}  // namespace signalbox::profiler
