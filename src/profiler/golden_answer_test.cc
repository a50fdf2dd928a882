// SPDX-License-Identifier: Apache-2.0
//
// What answers say, and answers that say nothing.
#include "profiler/golden_answer.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json.hpp>

#include "profiler/test_pictures.h"
#include "wire/base64.h"

namespace signalbox::profiler {
namespace {

using wire::Api;

Result<GoldenAnswer> read(Api api, std::string body, int status = 200,
                          std::string type = "application/json") {
  return read_golden_answer(api, {status, {{"content-type", std::move(type)}}, std::move(body)});
}

std::string refusal(Api api, std::string body, int status = 200,
                    std::string type = "application/json") {
  const auto answer = read(api, std::move(body), status, std::move(type));
  return answer.ok() ? "an answer" : answer.error().message;
}

TEST(GoldenAnswer, pictures_come_out_of_both_apis) {
  const Picture drawn = testing::scene(1, 12, 9);
  const std::string base64 = wire::base64_encode(testing::png_of(drawn));
  const auto genimage = read(Api::kGenimage, R"({"latency":0.7,"response":")" + base64 + "\"}");
  const auto images = read(Api::kOpenaiImages, R"({"data":[{"b64_json":")" + base64 + "\"}]}");
  for (const auto* answer : {&genimage, &images}) {
    ASSERT_TRUE(answer->ok()) << answer->error().message;
    ASSERT_TRUE(std::holds_alternative<Pictures>(**answer));
    EXPECT_EQ(std::get<Pictures>(**answer).each.at(0).rgb, drawn.rgb);
  }
}

TEST(GoldenAnswer, texts_come_without_ids_and_times) {
  const auto chat =
      read(Api::kOpenaiChat, R"({"id":"1","choices":[{"message":{"content":"hello"},"index":0}]})");
  ASSERT_TRUE(chat.ok()) << chat.error().message;
  EXPECT_EQ(std::get<Texts>(*chat).each, std::vector<std::string>{"hello"});
  const auto completion = read(Api::kOpenaiCompletions, R"({"choices":[{"text":"on"}]})");
  ASSERT_TRUE(completion.ok()) << completion.error().message;
  EXPECT_EQ(std::get<Texts>(*completion).each, std::vector<std::string>{"on"});
}

TEST(GoldenAnswer, called_tools_are_a_text_without_their_ids) {
  const auto calls = read(Api::kOpenaiChat, R"({"choices":[{"message":{"content":null,"tool_calls":
      [{"id":"call_7","type":"function","function":{"name":"weather","arguments":"{}"}}]}}]})");
  ASSERT_TRUE(calls.ok()) << calls.error().message;
  EXPECT_EQ(std::get<Texts>(*calls).each.at(0), R"([{"name":"weather","arguments":"{}"}])");
}

TEST(GoldenAnswer, embeddings_are_vectors) {
  const auto answer = read(Api::kOpenaiEmbeddings, R"({"data":[{"embedding":[1,-0.5,2e3]}]})");
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  EXPECT_EQ(std::get<Vectors>(*answer).each.at(0), (std::vector<double>{1.0, -0.5, 2000.0}));
}

TEST(GoldenAnswer, of_other_paths_what_they_say_they_are) {
  EXPECT_TRUE(std::holds_alternative<Pictures>(
      *read(Api::kOther, testing::png_of(testing::scene(1)), 200, "image/png")));
  EXPECT_TRUE(std::holds_alternative<boost::json::value>(
      *read(Api::kOther, "{}", 200, "application/json; charset=utf-8")));
  EXPECT_TRUE(std::holds_alternative<Texts>(*read(Api::kOther, "hi", 200, "Text/Plain")));
  EXPECT_TRUE(std::holds_alternative<Bytes>(*read(Api::kOther, "\x01", 200, "audio/wav")));
}

TEST(GoldenAnswer, an_answer_that_says_nothing_says_why) {
  const struct {
    Api api;
    std::string body;
    int status;
    std::string type;
    std::string says;
  } cases[] = {
      {Api::kGenimage, "out of\x1b[2J memory", 500, "text/plain", "status 500: out of"},
      {Api::kGenimage, "{", 200, "", "a body that is no JSON"},
      {Api::kGenimage, "[]", 200, "", "an answer without `response`, a picture"},
      {Api::kGenimage, R"({"response":"a"})", 200, "", "`response` is no base64"},
      {Api::kGenimage, R"({"response":"aGVsbG8="})", 200, "", "neither a PNG nor a JPEG"},
      {Api::kOpenaiImages, R"({"data":[]})", 200, "", "without `data`, a list"},
      {Api::kOpenaiImages, R"({"data":[{"url":"http://x"}]})", 200, "", "an address of a picture"},
      {Api::kOpenaiChat, R"({"choices":[{"message":{}}]})", 200, "", "hold no text"},
      {Api::kOpenaiChat, "{\"choices\":[{\"message\":{\"content\":\"\xFF\"}}]}", 200, "",
       "a body that is no JSON"},
      {Api::kOpenaiEmbeddings, R"({"data":[{"embedding":[]}]})", 200, "", "hold no `embedding`"},
      {Api::kOpenaiEmbeddings, R"({"data":[{"embedding":[1,"x"]}]})", 200, "", "something else"},
      {Api::kOther, "\xFF", 200, "text/plain", "not in UTF-8"},
      {Api::kOther, "nonsense", 200, "application/json", "a body that is no JSON"},
  };
  for (const auto& each : cases) {
    const std::string said = refusal(each.api, each.body, each.status, each.type);
    EXPECT_NE(said.find(each.says), std::string::npos) << said << " / " << each.body;
    EXPECT_EQ(said.find('\x1b'), std::string::npos);
  }
}

RC_GTEST_PROP(GoldenAnswerProperty, any_bytes_are_an_answer_or_a_reason, ()) {
  const auto api = *rc::gen::element(Api::kOther, Api::kGenimage, Api::kOpenaiImages,
                                     Api::kOpenaiChat, Api::kOpenaiEmbeddings);
  const std::string type =
      *rc::gen::element<std::string>("image/png", "application/json", "text/x");
  const auto body = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
  const auto answer = read(api, body, 200, type);
  if (!answer.ok()) RC_ASSERT(!answer.error().message.empty());
}

}  // namespace
}  // namespace signalbox::profiler
