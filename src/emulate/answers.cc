// SPDX-License-Identifier: Apache-2.0
//
// Bodies of the emulated model servers; see answers.h.
#include "emulate/answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cmath>
#include <vector>

#include "base/assert.h"
#include "base/prng.h"
#include "wire/sse.h"

namespace signalbox::emulate {

namespace json = boost::json;

namespace {

constexpr std::array<const char*, 24> kWords = {
    "the",    "signal", "clears", "and",   "a",     "train",   "of",    "requests",
    "passes", "every",  "point",  "is",    "set",   "before",  "it",    "arrives",
    "one",    "lamp",   "turns",  "green", "while", "another", "waits", "its"};
constexpr std::size_t kEmbeddingSize = 16;

// The answer's text, one word a token.
std::string word(const Inference& inference, int token) {
  Prng prng = Prng(prompt_hash(inference.prompt)).fork(static_cast<std::uint64_t>(token));
  return fmt::format("{}{}", token == 1 ? "" : " ", kWords[prng.below(kWords.size())]);
}

std::string text(const Inference& inference) {
  std::string all;
  for (int token = 1; token <= inference.tokens; ++token) all += word(inference, token);
  return all;
}

std::int64_t count_words(const std::string& prompt) {
  std::int64_t words = 0;
  bool inside = false;
  for (const char c : prompt) {
    const bool blank = c == ' ' || c == '\n' || c == '\t';
    if (!blank && !inside) ++words;
    inside = !blank;
  }
  return words;
}

json::object usage(const Inference& inference) {
  const std::int64_t prompt_tokens = count_words(inference.prompt);
  return {{"prompt_tokens", prompt_tokens},
          {"completion_tokens", inference.tokens},
          {"total_tokens", prompt_tokens + inference.tokens}};
}

json::object generation(const Inference& inference, const char* object, std::int64_t unix_seconds,
                        json::object choice) {
  const bool chat = inference.task == Task::kChat;
  choice["index"] = 0;
  return {
      {"id", fmt::format("{}-{:016x}", chat ? "chatcmpl" : "cmpl", prompt_hash(inference.prompt))},
      {"object", object},
      {"created", unix_seconds},
      {"model", inference.model},
      {"choices", json::array{std::move(choice)}}};
}

json::object whole_generation(const Inference& inference, std::int64_t unix_seconds) {
  const bool chat = inference.task == Task::kChat;
  json::object choice{{"finish_reason", "length"}};
  if (chat) {
    choice["message"] = {{"role", "assistant"}, {"content", text(inference)}};
  } else {
    choice["text"] = text(inference);
  }
  json::object body = generation(inference, chat ? "chat.completion" : "text_completion",
                                 unix_seconds, std::move(choice));
  body["usage"] = usage(inference);
  return body;
}

json::object images(const Inference& inference, std::int64_t unix_seconds, PictureBook& pictures) {
  json::array data;
  for (int i = 0; i < inference.images; ++i) {
    const std::string prompt =
        i == 0 ? inference.prompt : fmt::format("{}\n{}", inference.prompt, i);
    data.push_back(json::object{{"b64_json", pictures.base64_png(prompt)}});
  }
  return {{"created", unix_seconds}, {"data", std::move(data)}};
}

json::object embeddings(const Inference& inference) {
  json::array data;
  for (int i = 0; i < inference.inputs; ++i) {
    Prng prng = Prng(prompt_hash(inference.prompt)).fork(static_cast<std::uint64_t>(i));
    json::array vector;
    for (std::size_t d = 0; d < kEmbeddingSize; ++d) vector.push_back(2.0 * prng.uniform() - 1.0);
    data.push_back(
        json::object{{"object", "embedding"}, {"index", i}, {"embedding", std::move(vector)}});
  }
  const std::int64_t tokens = count_words(inference.prompt);
  return {{"object", "list"},
          {"data", std::move(data)},
          {"model", inference.model},
          {"usage", {{"prompt_tokens", tokens}, {"total_tokens", tokens}}}};
}

http::Response json_answer(const Origin& origin, const json::object& body) {
  return {200, origin_headers(origin, "application/json"), json::serialize(body)};
}

// Of sorted values; the nearest rank.
Duration percentile(const std::vector<Duration>& sorted, int percent) {
  const auto rank = (sorted.size() * static_cast<std::size_t>(percent) + 99) / 100;
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

}  // namespace

std::vector<http::Header> origin_headers(const Origin& origin, std::string content_type) {
  return {{"content-type", std::move(content_type)},
          {"server", "signalbox-emulator"},
          {"x-signalbox-replica", std::to_string(origin.replica.value)}};
}

http::Response whole_answer(const Inference& inference, const Origin& origin, Duration latency,
                            std::int64_t unix_seconds, PictureBook& pictures) {
  SIGNALBOX_ASSERT(inference.task != Task::kBenchmark);
  switch (inference.task) {
    case Task::kGenimage:
      return json_answer(origin, {{"prompt", inference.prompt},
                                  {"response", pictures.base64_png(inference.prompt)},
                                  {"latency", to_seconds(latency)}});
    case Task::kImages:
      return json_answer(origin, images(inference, unix_seconds, pictures));
    case Task::kChat:
    case Task::kCompletion:
      return json_answer(origin, whole_generation(inference, unix_seconds));
    case Task::kEmbeddings:
      return json_answer(origin, embeddings(inference));
    case Task::kBenchmark:
    case Task::kAny:
      break;
  }
  return json_answer(origin, {{"path", inference.path},
                              {"unit", origin.unit},
                              {"replica", origin.replica.value},
                              {"latency", to_seconds(latency)}});
}

http::Response benchmark_answer(const Inference& inference, const Origin& origin,
                                std::span<const Duration> latencies) {
  SIGNALBOX_ASSERT(!latencies.empty());
  std::vector<Duration> sorted(latencies.begin(), latencies.end());
  std::sort(sorted.begin(), sorted.end());
  Duration total{0};
  for (const Duration latency : sorted) total += latency;
  const double throughput_per_minute =
      60.0 * static_cast<double>(sorted.size()) / to_seconds(total);
  std::string report = fmt::format("benchmark report: RESULT FOR {}:", origin.unit);
  for (const int percent : {0, 50, 90, 95, 99, 100}) {
    report += fmt::format(" Latency P{}={:.3f}", percent, to_seconds(percentile(sorted, percent)));
  }
  report += fmt::format(" Throughput={:.1f}/min", throughput_per_minute);
  return json_answer(origin, {{"message", report},
                              {"runs", inference.runs},
                              {"steps", inference.steps},
                              {"latency_p50_s", to_seconds(percentile(sorted, 50))},
                              {"latency_p95_s", to_seconds(percentile(sorted, 95))},
                              {"throughput_per_minute", throughput_per_minute}});
}

std::string stream_token(const Inference& inference, int token, std::int64_t unix_seconds) {
  const bool chat = inference.task == Task::kChat;
  json::object choice{{"finish_reason", nullptr}};
  if (chat) {
    json::object delta{{"content", word(inference, token)}};
    if (token == 1) delta["role"] = "assistant";
    choice["delta"] = std::move(delta);
  } else {
    choice["text"] = word(inference, token);
  }
  return wire::sse_event(
      json::serialize(generation(inference, chat ? "chat.completion.chunk" : "text_completion",
                                 unix_seconds, std::move(choice))));
}

std::string stream_end(const Inference& inference, std::int64_t unix_seconds) {
  const bool chat = inference.task == Task::kChat;
  json::object choice{{"finish_reason", "length"}};
  if (chat) {
    choice["delta"] = json::object{};
  } else {
    choice["text"] = "";
  }
  json::object last = generation(inference, chat ? "chat.completion.chunk" : "text_completion",
                                 unix_seconds, std::move(choice));
  last["usage"] = usage(inference);
  return wire::sse_event(json::serialize(last)) + std::string(wire::kSseDone);
}

}  // namespace signalbox::emulate
