// SPDX-License-Identifier: Apache-2.0
//
// Bodies of the known APIs, and prompts whose answers are plain; see golden_questions.h.
#include "profiler/golden_questions.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "observe/json_text.h"
#include "profiler/text_likeness.h"

namespace signalbox::profiler {

namespace json = boost::json;

namespace {

// Scenes with a clear subject, large shapes and named colours: what a model draws the same way each
// time, so that a difference means something.
constexpr std::string_view kScenes[] = {
    "a red apple on a white table, studio photograph",
    "a lighthouse on a cliff at sunset, oil painting",
    "a black cat sitting on a green armchair",
    "snow-covered mountains under a clear blue sky",
    "a yellow tram in a narrow street, watercolour",
    "portrait of an old sailor with a grey beard",
    "a bowl of ramen seen from above",
    "the night sky over a desert, long exposure",
};

// Questions with one answer, and how it goes on is nearly forced.
constexpr std::string_view kQuestions[] = {
    "Count from one to ten in words, separated by commas.",
    "Write the days of the week in order, separated by commas.",
    "Translate into French: The train arrives at nine o'clock.",
    "What is 17 times 23? Answer with the number only.",
    "Name the four largest planets of the solar system, the largest first.",
    "Write a Python function that returns the factorial of n.",
    "Answer with a JSON object of the keys city and country for the Eiffel Tower.",
    "Repeat this sentence exactly: The quick brown fox jumps over the lazy dog.",
};

json::object generation(const GoldenQuestion& question) {
  return {{"temperature", 0},
          {"seed", question.seed},
          {"max_tokens", question.max_tokens},
          {"stream", false}};
}

json::object body_of(const GoldenQuestion& question, std::string_view prompt) {
  switch (question.api()) {
    case wire::Api::kOpenaiImages:
      return {
          {"prompt", prompt}, {"n", 1}, {"response_format", "b64_json"}, {"seed", question.seed}};
    case wire::Api::kOpenaiChat: {
      json::object body = generation(question);
      body["messages"] = json::array{json::object{{"role", "user"}, {"content", prompt}}};
      return body;
    }
    case wire::Api::kOpenaiCompletions: {
      json::object body = generation(question);
      body["prompt"] = prompt;
      return body;
    }
    case wire::Api::kOpenaiEmbeddings:
      return {{"input", prompt}, {"encoding_format", "float"}};
    case wire::Api::kGenimage:
    case wire::Api::kOther:
      break;
  }
  return {{"prompt", prompt}, {"seed", question.seed}};
}

bool is_json(std::string_view text) {
  boost::system::error_code error;
  json::parse(text, error);
  return !error;
}

}  // namespace

http::Request request_of(const GoldenQuestion& question, std::string_view prompt) {
  http::Request request{.method = "POST", .target = question.path};
  if (question.api() != wire::Api::kOther) {
    json::object body = body_of(question, prompt);
    if (!question.model.empty()) body["model"] = question.model;
    request.headers.push_back({"content-type", "application/json"});
    request.body = observe::json_text(body, observe::Layout::kOneLine);
  } else if (prompt.empty()) {
    request.method = "GET";
  } else {
    request.headers.push_back(
        {"content-type", is_json(prompt) ? "application/json" : "text/plain"});
    request.body = prompt;
  }
  return request;
}

std::vector<std::string> built_in_prompts(wire::Api api) {
  switch (api) {
    case wire::Api::kGenimage:
    case wire::Api::kOpenaiImages:
      return {std::begin(kScenes), std::end(kScenes)};
    case wire::Api::kOpenaiChat:
    case wire::Api::kOpenaiCompletions:
    case wire::Api::kOpenaiEmbeddings:
      return {std::begin(kQuestions), std::end(kQuestions)};
    case wire::Api::kOther:
      break;
  }
  return {""};
}

Result<std::vector<std::string>> parse_prompts(std::string_view text) {
  std::vector<std::string> prompts;
  for (std::size_t line = 1; !text.empty(); ++line) {
    const std::size_t end = text.find('\n');
    std::string_view prompt = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (prompt.ends_with('\r')) prompt.remove_suffix(1);
    if (prompt.find_first_not_of(" \t") == std::string_view::npos) continue;
    if (!is_utf8(prompt)) {
      return Error{fmt::format("line {}: not in UTF-8; write one prompt a line, in UTF-8", line)};
    }
    if (prompts.size() == kMaxPrompts) {
      return Error{
          fmt::format("line {}: more than {} prompts, which is the most", line, kMaxPrompts)};
    }
    prompts.emplace_back(prompt);
  }
  if (prompts.empty()) return Error{"no prompt in it; write one a line"};
  return prompts;
}

}  // namespace signalbox::profiler
