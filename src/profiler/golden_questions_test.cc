// SPDX-License-Identifier: Apache-2.0
//
// How a prompt is put to each API, and files of prompts.
#include "profiler/golden_questions.h"

#include <gtest/gtest.h>

namespace signalbox::profiler {
namespace {

std::string body(std::string path, std::string_view prompt, std::string model = "") {
  return request_of({.path = std::move(path), .model = std::move(model)}, prompt).body;
}

TEST(GoldenQuestions, leave_little_to_chance) {
  EXPECT_EQ(body("/genimage", "a \"fox\""), R"({"prompt":"a \"fox\"","seed":42})");
  EXPECT_EQ(body("/v1/images/generations", "a fox", "sd21"),
            R"({"prompt":"a fox","n":1,"response_format":"b64_json","seed":42,"model":"sd21"})");
  EXPECT_EQ(body("/v1/chat/completions", "hi"),
            R"({"temperature":0,"seed":42,"max_tokens":48,"stream":false,)"
            R"("messages":[{"role":"user","content":"hi"}]})");
  EXPECT_EQ(body("/v1/embeddings", "hi"), R"({"input":"hi","encoding_format":"float"})");
}

TEST(GoldenQuestions, of_other_paths_the_prompt_is_the_body) {
  const auto json = request_of({.path = "/score"}, R"({"x":1})");
  EXPECT_EQ(json.method, "POST");
  EXPECT_EQ(json.body, R"({"x":1})");
  EXPECT_EQ(json.headers.at(0).value, "application/json");
  EXPECT_EQ(request_of({.path = "/score"}, "x").headers.at(0).value, "text/plain");
  EXPECT_EQ(request_of({.path = "/score"}, "").method, "GET");
}

TEST(GoldenQuestions, every_api_has_prompts) {
  EXPECT_EQ(built_in_prompts(wire::Api::kGenimage).size(), 8U);
  EXPECT_EQ(built_in_prompts(wire::Api::kOpenaiChat).size(), 8U);
  EXPECT_EQ(built_in_prompts(wire::Api::kOther), std::vector<std::string>{""});
}

TEST(GoldenQuestions, a_file_has_one_prompt_a_line) {
  const auto prompts = parse_prompts("a fox\r\n\n  \n# a hen\nüber");
  ASSERT_TRUE(prompts.ok()) << prompts.error().message;
  EXPECT_EQ(*prompts, (std::vector<std::string>{"a fox", "# a hen", "über"}));
}

TEST(GoldenQuestions, a_file_of_none_says_what_to_write) {
  EXPECT_EQ(parse_prompts("\n \n").error().message, "no prompt in it; write one a line");
  EXPECT_EQ(parse_prompts("a\n\xFF\n").error().message,
            "line 2: not in UTF-8; write one prompt a line, in UTF-8");
  std::string many;
  for (std::size_t i = 0; i <= kMaxPrompts; ++i) many += "x\n";
  EXPECT_EQ(parse_prompts(many).error().message,
            "line 1001: more than 1000 prompts, which is the most");
}

}  // namespace
}  // namespace signalbox::profiler
