// SPDX-License-Identifier: Apache-2.0
//
// See json_document.h.
#include "wire/json_document.h"

#include <boost/json/parse.hpp>
#include <charconv>
#include <cmath>
#include <exception>

namespace signalbox::wire {

Result<json::object> read_json_object(std::string_view text) {
  json::error_code error;
  try {
    json::value document = json::parse(text, error);
    if (error) return Error{"is not JSON: " + error.message()};
    if (!document.is_object()) return Error{"is JSON, but no object: it begins with no '{'"};
    return std::move(document.get_object());
  } catch (const std::exception& problem) {
    return Error{std::string("is not JSON that can be read: ") + problem.what()};
  }
}

std::string_view text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view() : std::string_view(text->data(), text->size());
}

std::optional<double> number_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr) return {};
  double number = 0.0;
  if (value->is_number()) {
    number = value->to_number<double>();
  } else {
    const std::string_view text = text_of(object, key);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return {};
  }
  if (!std::isfinite(number)) return {};
  return number;
}

std::optional<std::vector<const json::object*>> objects_of(const json::object& object,
                                                           std::string_view key) {
  const auto* value = object.if_contains(key);
  const auto* array = value == nullptr ? nullptr : value->if_array();
  if (array == nullptr) return {};
  std::vector<const json::object*> objects;
  for (const auto& element : *array) {
    const auto* item = element.if_object();
    if (item == nullptr) return {};
    objects.push_back(item);
  }
  return objects;
}

}  // namespace signalbox::wire
