// SPDX-License-Identifier: Apache-2.0
//
// Readers of the known APIs' answers; see golden_answer.h.
#include "profiler/golden_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "observe/json_text.h"
#include "observe/unicode.h"
#include "profiler/picture_decoder.h"
#include "profiler/text_likeness.h"
#include "wire/base64.h"

namespace signalbox::profiler {

namespace json = boost::json;

namespace {

constexpr std::size_t kQuoted = 160;  // bytes of an error's body in a message
constexpr std::size_t kMostAnswers = 64;

// The member of an object; null when `value` is none or has none of that name.
const json::value* member(const json::value* value, std::string_view name) {
  const auto* object = value == nullptr ? nullptr : value->if_object();
  return object == nullptr ? nullptr : object->if_contains(name);
}

const json::array* list(const json::value& document, std::string_view name) {
  const json::value* value = member(&document, name);
  const json::array* array = value == nullptr ? nullptr : value->if_array();
  return array == nullptr || array->empty() || array->size() > kMostAnswers ? nullptr : array;
}

Error no_list(std::string_view name) {
  return Error{fmt::format("an answer without `{}`, a list of 1 to {}", name, kMostAnswers)};
}

Result<Picture> picture_of(const json::value* value, std::string_view where) {
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  if (text == nullptr) return Error{fmt::format("an answer without `{}`, a picture", where)};
  const auto bytes = wire::base64_decode(*text);
  if (!bytes.ok()) return Error{fmt::format("`{}` is no base64: {}", where, bytes.error().message)};
  return decode_picture(*bytes);
}

Result<GoldenAnswer> genimage(const json::value& document) {
  auto picture = picture_of(member(&document, "response"), "response");
  if (!picture.ok()) return picture.error();
  Pictures pictures;
  pictures.each.push_back(std::move(*picture));
  return GoldenAnswer(std::move(pictures));
}

Result<GoldenAnswer> images(const json::value& document) {
  const json::array* data = list(document, "data");
  if (data == nullptr) return no_list("data");
  Pictures pictures;
  for (const json::value& each : *data) {
    if (member(&each, "b64_json") == nullptr && member(&each, "url") != nullptr) {
      return Error{"an address of a picture instead of the picture, though b64_json was asked for"};
    }
    auto picture = picture_of(member(&each, "b64_json"), "data[].b64_json");
    if (!picture.ok()) return picture.error();
    pictures.each.push_back(std::move(*picture));
  }
  return GoldenAnswer(std::move(pictures));
}

// Of chat the message's content, or what tools it calls; of a completion its text.
std::optional<std::string> text_of(const json::value& choice) {
  const json::value* message = member(&choice, "message");
  for (const json::value* text : {member(message, "content"), member(&choice, "text")}) {
    if (text != nullptr && text->is_string()) return std::string(text->get_string());
  }
  const json::value* calls = member(message, "tool_calls");
  if (calls == nullptr || !calls->is_array()) return std::nullopt;
  json::array without_ids;
  for (const json::value& call : calls->get_array()) {
    const json::value* function = member(&call, "function");
    without_ids.push_back(function == nullptr ? call : *function);
  }
  return observe::json_text(without_ids, observe::Layout::kOneLine);
}

Result<GoldenAnswer> generations(const json::value& document) {
  const json::array* choices = list(document, "choices");
  if (choices == nullptr) return no_list("choices");
  Texts texts;
  for (const json::value& choice : *choices) {
    auto text = text_of(choice);
    if (!text) return Error{"an answer whose `choices` hold no text"};
    texts.each.push_back(std::move(*text));
  }
  return GoldenAnswer(std::move(texts));
}

Result<GoldenAnswer> embeddings(const json::value& document) {
  const json::array* data = list(document, "data");
  if (data == nullptr) return no_list("data");
  Vectors vectors;
  for (const json::value& each : *data) {
    const json::value* value = member(&each, "embedding");
    const json::array* numbers = value == nullptr ? nullptr : value->if_array();
    if (numbers == nullptr || numbers->empty()) {
      return Error{"an answer whose `data` hold no `embedding`, a list of numbers"};
    }
    auto& vector = vectors.each.emplace_back();
    for (const json::value& number : *numbers) {
      if (!number.is_number() || !std::isfinite(number.to_number<double>())) {
        return Error{"an `embedding` that holds something else than numbers"};
      }
      vector.push_back(number.to_number<double>());
    }
  }
  return GoldenAnswer(std::move(vectors));
}

// Of a path of no known API: by what the answer says it is.
Result<GoldenAnswer> any(const http::Response& response) {
  std::string type(http::find_header(response.headers, "content-type"));
  type = type.substr(0, type.find(';'));
  type.erase(std::remove(type.begin(), type.end(), ' '), type.end());
  std::transform(type.begin(), type.end(), type.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (type == "image/png" || type == "image/jpeg") {
    auto picture = decode_picture(response.body);
    if (!picture.ok()) return picture.error();
    Pictures pictures;
    pictures.each.push_back(std::move(*picture));
    return GoldenAnswer(std::move(pictures));
  }
  if (type == "application/json" || type.ends_with("+json")) {
    boost::system::error_code error;
    json::value document = json::parse(response.body, error);
    if (error) return Error{fmt::format("a body that is no JSON: {}", error.message())};
    return GoldenAnswer(std::move(document));
  }
  if (type.starts_with("text/")) {
    if (!is_utf8(response.body)) return Error{"a text that is not in UTF-8"};
    return GoldenAnswer(Texts{{response.body}});
  }
  return GoldenAnswer(Bytes{response.body});
}

}  // namespace

Result<GoldenAnswer> read_golden_answer(wire::Api api, const http::Response& response) {
  if (response.status < 200 || response.status > 299) {
    return Error{fmt::format("status {}: {}", response.status,
                             observe::printable(response.body.substr(0, kQuoted)))};
  }
  if (api == wire::Api::kOther) return any(response);
  boost::system::error_code error;
  const json::value document = json::parse(response.body, error);
  if (error) return Error{fmt::format("a body that is no JSON: {}", error.message())};
  switch (api) {
    case wire::Api::kGenimage:
      return genimage(document);
    case wire::Api::kOpenaiImages:
      return images(document);
    case wire::Api::kOpenaiChat:
    case wire::Api::kOpenaiCompletions:
      return generations(document);
    case wire::Api::kOpenaiEmbeddings:
      return embeddings(document);
    case wire::Api::kOther:
      break;
  }
  return any(response);
}

}  // namespace signalbox::profiler
