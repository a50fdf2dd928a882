// SPDX-License-Identifier: Apache-2.0
//
// Routes and bodies of the emulated model servers; see inference.h.
#include "emulate/inference.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "base/prng.h"
#include "emulate/picture_book.h"
#include "wire/api.h"
#include "wire/json_error.h"

namespace signalbox::emulate {

namespace json = boost::json;

namespace {

constexpr int kDefaultTokens = 64;
constexpr int kMaxTokens = 4096;
constexpr int kMaxImages = 10;
constexpr int kMaxInputs = 2048;
constexpr int kMaxRuns = 1000;
constexpr int kMaxSteps = 1000;
constexpr double kReferenceSteps = 10.0;  // the paper's profile is of 10 diffusion steps
constexpr double kMaxFactor = 1000.0;

using Problem = std::optional<std::string>;  // nullopt: none

http::Response refusal(int status, std::string_view code, std::string_view message) {
  return {status,
          {{"content-type", "application/json"}},
          wire::json_error(message, wire::error_type(status), code)};
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// "/load/{runs}/infer/{steps}"; nullopt for any other path.
std::optional<std::pair<std::string_view, std::string_view>> benchmark_path(std::string_view path) {
  constexpr std::string_view kLoad = "/load/", kInfer = "/infer/";
  if (!path.starts_with(kLoad)) return std::nullopt;
  path.remove_prefix(kLoad.size());
  const auto middle = path.find(kInfer);
  if (middle == std::string_view::npos) return std::nullopt;
  return std::pair{path.substr(0, middle), path.substr(middle + kInfer.size())};
}

// An optional whole number in the body.
Problem read_count(const json::object& body, std::string_view key, int most, int& count) {
  const json::value* value = body.if_contains(key);
  if (value == nullptr || value->is_null()) return std::nullopt;
  const std::int64_t* number = value->if_int64();
  if (number == nullptr || *number < 1 || *number > most) {
    return fmt::format("`{}` must be a whole number from 1 to {}", key, most);
  }
  count = static_cast<int>(*number);
  return std::nullopt;
}

// A string, or a list of strings or of parts {"text": ...}, as one text.
std::optional<std::string> text_of(const json::value& value) {
  if (const auto* text = value.if_string()) return std::string(*text);
  const auto* parts = value.if_array();
  if (parts == nullptr || parts->empty()) return std::nullopt;
  std::string joined;
  for (const json::value& part : *parts) {
    if (const auto* text = part.if_string()) {
      joined += std::string_view(*text);
    } else if (const auto* object = part.if_object()) {
      const json::value* nested = object->if_contains("text");
      if (nested != nullptr && nested->is_string())
        joined += std::string_view(nested->get_string());
    } else {
      return std::nullopt;
    }
  }
  return joined;
}

Problem read_prompt(const json::object& body, std::string_view key, std::string& prompt) {
  const json::value* value = body.if_contains(key);
  auto text = value == nullptr ? std::nullopt : text_of(*value);
  if (!text) return fmt::format("`{}` is missing or not text; send {{\"{}\": \"...\"}}", key, key);
  prompt = std::move(*text);
  return std::nullopt;
}

Problem read_messages(const json::object& body, std::string& prompt) {
  const json::value* value = body.if_contains("messages");
  const json::array* messages = value == nullptr ? nullptr : value->if_array();
  if (messages == nullptr || messages->empty()) {
    return "`messages` must be a non-empty list of {\"role\": ..., \"content\": ...}";
  }
  for (const json::value& message : *messages) {
    const json::object* object = message.if_object();
    const json::value* content = object == nullptr ? nullptr : object->if_contains("content");
    const auto text = content == nullptr ? std::nullopt : text_of(*content);
    if (!text) return "each of `messages` needs a `content` of text";
    prompt += *text;
    prompt += '\n';
  }
  return std::nullopt;
}

Problem read_generation(const json::object& body, Inference& inference) {
  inference.tokens = kDefaultTokens;
  if (auto problem = read_count(body, "max_tokens", kMaxTokens, inference.tokens)) return problem;
  if (auto problem = read_count(body, "max_completion_tokens", kMaxTokens, inference.tokens)) {
    return problem;
  }
  const json::value* stream = body.if_contains("stream");
  if (stream == nullptr || stream->is_null()) return std::nullopt;
  if (!stream->is_bool()) return "`stream` must be true or false";
  inference.stream = stream->get_bool();
  return std::nullopt;
}

Problem read_images(const json::object& body, Inference& inference) {
  if (auto problem = read_prompt(body, "prompt", inference.prompt)) return problem;
  if (auto problem = read_count(body, "n", kMaxImages, inference.images)) return problem;
  const json::value* format = body.if_contains("response_format");
  if (format != nullptr && *format != json::value("b64_json")) {
    return "`response_format` must be \"b64_json\": emulated images are not kept under a URL";
  }
  return std::nullopt;
}

Problem read_embeddings(const json::object& body, Inference& inference) {
  if (auto problem = read_prompt(body, "input", inference.prompt)) return problem;
  if (const auto* list = body.at("input").if_array()) {
    if (list->size() > kMaxInputs) return fmt::format("`input` has more than {} texts", kMaxInputs);
    inference.inputs = static_cast<int>(list->size());
  }
  return std::nullopt;
}

Problem read_body(const json::object& body, Inference& inference) {
  if (const json::value* model = body.if_contains("model")) {
    if (!model->is_string()) return "`model` must be a string";
    inference.model = std::string(model->get_string());
  }
  switch (inference.task) {
    case Task::kGenimage:
      return read_prompt(body, "prompt", inference.prompt);
    case Task::kImages:
      return read_images(body, inference);
    case Task::kChat:
      if (auto problem = read_messages(body, inference.prompt)) return problem;
      return read_generation(body, inference);
    case Task::kCompletion:
      if (auto problem = read_prompt(body, "prompt", inference.prompt)) return problem;
      return read_generation(body, inference);
    case Task::kEmbeddings:
      return read_embeddings(body, inference);
    case Task::kBenchmark:
    case Task::kAny:
      return std::nullopt;
  }
  return std::nullopt;
}

Task task_of(std::string_view path) {
  switch (wire::classify_api(path)) {
    case wire::Api::kGenimage:
      return Task::kGenimage;
    case wire::Api::kOpenaiImages:
      return Task::kImages;
    case wire::Api::kOpenaiChat:
      return Task::kChat;
    case wire::Api::kOpenaiCompletions:
      return Task::kCompletion;
    case wire::Api::kOpenaiEmbeddings:
      return Task::kEmbeddings;
    case wire::Api::kOther:
      return benchmark_path(path) ? Task::kBenchmark : Task::kAny;
  }
  return Task::kAny;
}

// The request's own size: as stated, or drawn from its bytes.
std::optional<double> size_factor(const http::Request& request, double spread) {
  const std::string_view stated = http::find_header(request.headers, kSizeHeader);
  if (stated.empty()) {
    const std::uint64_t hash = prompt_hash(request.target) ^ prompt_hash(request.body);
    return 1.0 + spread * (2.0 * Prng(hash).uniform() - 1.0);
  }
  const auto factor = parse_number<double>(stated);
  // Written so that NaN fails, too.
  if (!factor || !(*factor > 0.0 && *factor <= kMaxFactor)) return std::nullopt;
  return factor;
}

}  // namespace

Result<Inference, http::Response> read_inference(const http::Request& request,
                                                 double factor_spread) {
  Inference inference;
  inference.path = std::string(request.path());
  inference.task = task_of(inference.path);

  const auto factor = size_factor(request, factor_spread);
  if (!factor) {
    return refusal(
        400, "invalid_size",
        fmt::format("header {} must be a number above 0, at most {}", kSizeHeader, kMaxFactor));
  }
  inference.factor = *factor;
  if (inference.task == Task::kAny) return inference;

  const bool benchmark = inference.task == Task::kBenchmark;
  const std::string_view method = benchmark ? "GET" : "POST";
  if (request.method != method) {
    http::Response answer = refusal(405, "method_not_allowed",
                                    fmt::format("{} answers {} only", inference.path, method));
    answer.headers.push_back({"allow", std::string(method)});
    return answer;
  }
  if (benchmark) {
    const auto [runs_text, steps_text] = *benchmark_path(inference.path);
    const auto runs = parse_number<int>(runs_text), steps = parse_number<int>(steps_text);
    if (!runs || !steps || *runs < 1 || *runs > kMaxRuns || *steps < 1 || *steps > kMaxSteps) {
      return refusal(400, "invalid_path",
                     fmt::format("/load/RUNS/infer/STEPS takes 1 to {} runs of 1 to {} steps",
                                 kMaxRuns, kMaxSteps));
    }
    inference.runs = *runs;
    inference.steps = *steps;
    inference.factor *= *steps / kReferenceSteps;
    return inference;
  }

  boost::system::error_code error;
  const json::value body = json::parse(request.body, error);
  if (error || !body.is_object()) {
    return refusal(400, "invalid_json",
                   error ? fmt::format("the body is not JSON: {}", error.message())
                         : std::string("the body must be a JSON object"));
  }
  if (const Problem problem = read_body(body.get_object(), inference)) {
    return refusal(400, "invalid_request", *problem);
  }
  inference.factor *= inference.images;
  return inference;
}

}  // namespace signalbox::emulate
