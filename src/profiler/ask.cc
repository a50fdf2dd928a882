// SPDX-License-Identifier: Apache-2.0
//
// Requests and answers of the three tasks; see ask.h.
#include "profiler/ask.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "base/prng.h"
#include "wire/api.h"

namespace signalbox::profiler {

namespace {

namespace json = boost::json;

constexpr std::size_t kLongestLine = 1024UL * 1024;
constexpr std::size_t kShownOfAnswer = 160;

constexpr std::array<std::string_view, 16> kWords = {
    "signal", "track",  "lever",  "morning", "harbour", "switch", "silver", "window",
    "river",  "engine", "garden", "bridge",  "winter",  "copper", "letter", "station"};

// Words that no other request has in this order.
std::string words(std::uint64_t id, int count) {
  Prng prng(id + 1);
  std::string text = fmt::format("{}", id);
  for (int i = 1; i < count; ++i) {
    text += ' ';
    text += kWords[prng.below(kWords.size())];
  }
  return text;
}

std::string replaced(std::string text, std::uint64_t id) {
  constexpr std::string_view kMark = "{id}";
  const std::string number = std::to_string(id);
  for (std::size_t at = text.find(kMark); at != text.npos; at = text.find(kMark, at)) {
    text.replace(at, kMark.size(), number);
    at += number.size();
  }
  return text;
}

json::object image_body(const Question& question, const Send& send) {
  json::object body;
  body["prompt"] = "a signal box beside the track, " + words(send.id, 6);
  if (wire::classify_api(question.path) != wire::Api::kGenimage) {
    body["n"] = 1;
    body["response_format"] = "b64_json";
  }
  return body;
}

json::object chat_body(const Send& send) {
  json::object message{{"role", "user"},
                       {"content", words(send.id, std::max(send.prompt_tokens, 1))}};
  return {{"messages", json::array{std::move(message)}},
          {"max_tokens", std::max(send.output_tokens, 1)},
          {"temperature", 0},
          {"stream", true},
          {"stream_options", {{"include_usage", true}}}};
}

std::string shown(std::string_view body) {
  std::string text(body.substr(0, kShownOfAnswer));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  return text;
}

int count_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || !value->is_int64()) return 0;
  return static_cast<int>(std::clamp<std::int64_t>(value->get_int64(), 0, 100'000'000));
}

// Whether an event carries a piece of the answer; servers open and close streams with empty ones.
bool has_content(const json::object& event) {
  const auto* choices = event.if_contains("choices");
  if (choices == nullptr || !choices->is_array()) return false;
  for (const auto& choice : choices->get_array()) {
    if (!choice.is_object()) continue;
    const auto* delta = choice.get_object().if_contains("delta");
    if (delta == nullptr || !delta->is_object()) continue;
    for (const char* key : {"content", "reasoning_content"}) {
      const auto* text = delta->get_object().if_contains(key);
      if (text != nullptr && text->is_string() && !text->get_string().empty()) return true;
    }
  }
  return false;
}

}  // namespace

http::Request request_of(const Question& question, const Send& send) {
  http::Request request;
  request.target = replaced(question.path, send.id);
  request.headers = question.headers;
  if (question.task == Task::kPlain) {
    request.method = question.method;
    request.body = replaced(question.body, send.id);
    const bool is_json =
        !request.body.empty() && (request.body[0] == '{' || request.body[0] == '[');
    if (is_json && http::find_header(request.headers, "content-type").empty()) {
      request.headers.push_back({"content-type", "application/json"});
    }
    return request;
  }
  request.method = "POST";
  request.headers.push_back({"content-type", "application/json"});
  json::object body = question.task == Task::kChat ? chat_body(send) : image_body(question, send);
  if (!question.model.empty()) body["model"] = question.model;
  request.body = json::serialize(body);
  return request;
}

void TokenStream::feed(std::string_view bytes, TimePoint now) {
  for (const char c : bytes) {
    if (c == '\n') {
      on_line(line_, now);
      line_.clear();
    } else if (c != '\r' && line_.size() < kLongestLine) {
      line_.push_back(c);
    }
  }
}

void TokenStream::on_line(std::string_view line, TimePoint now) {
  constexpr std::string_view kData = "data:";
  if (!line.starts_with(kData)) return;
  line.remove_prefix(kData.size());
  if (line.starts_with(' ')) line.remove_prefix(1);
  if (line == "[DONE]") {
    complete_ = true;
    return;
  }
  boost::system::error_code failure;
  const json::value value = json::parse(json::string_view(line.data(), line.size()), failure);
  if (failure || !value.is_object()) return;
  const json::object& event = value.get_object();
  if (const auto* error = event.if_contains("error")) {
    error_ = shown(json::serialize(*error));
    return;
  }
  if (const auto* usage = event.if_contains("usage"); usage != nullptr && usage->is_object()) {
    usage_tokens_ = count_of(usage->get_object(), "completion_tokens");
    prompt_tokens_ = count_of(usage->get_object(), "prompt_tokens");
  }
  if (!has_content(event)) return;
  if (pieces_ == 0) {
    first_ = now;
  } else {
    gaps_.push_back(now - last_);
  }
  last_ = now;
  ++pieces_;
}

Duration TokenStream::median_gap() const {
  if (gaps_.size() < 2) return {};
  auto sorted = gaps_;
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  return *middle;
}

Outcome judge(const Question& question, const Result<http::Response, http::ClientError>& answer,
              const TokenStream& stream) {
  Outcome outcome;
  const auto fail = [&outcome](std::string problem) {
    outcome.ok = false;
    outcome.problem = std::move(problem);
    return outcome;
  };
  if (!answer.ok()) return fail(answer.error().message);
  if (answer->status < 200 || answer->status > 299) {
    return fail(fmt::format("it answered {} to {}: {}", answer->status, question.path,
                            shown(answer->body)));
  }
  if (question.task == Task::kImage && answer->body.empty()) {
    return fail(fmt::format("it answered {} without a body to {}", answer->status, question.path));
  }
  if (question.task != Task::kChat) return outcome;
  if (!stream.error().empty()) {
    return fail(fmt::format("its stream ended with an error: {}", stream.error()));
  }
  if (!stream.has_first()) {
    return fail(fmt::format("it streamed no token in answer to {}: {}", question.path,
                            shown(answer->body)));
  }
  if (!stream.is_complete()) return fail("its stream broke off before data: [DONE]");
  outcome.first_token = stream.first();
  outcome.prompt_tokens = stream.prompt_tokens();
  outcome.output_tokens = stream.tokens();
  outcome.token_gap = stream.median_gap();
  return outcome;
}

}  // namespace signalbox::profiler
