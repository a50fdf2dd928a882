// SPDX-License-Identifier: Apache-2.0
//
// Boost.JSON behind results; see json_document.h.
#include "sim/workload/json_document.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cmath>
#include <utility>

#include "base/assert.h"
#include "sim/workload/trace_file.h"

namespace signalbox::sim {

namespace json = boost::json;

namespace {

constexpr std::size_t kMostBytes = 256u << 20;
constexpr std::size_t kShown = 40;

std::string shown(const json::value& value) {
  const std::string text = json::serialize(value);
  return text.size() <= kShown ? text : text.substr(0, kShown) + "...";
}

}  // namespace

bool JsonValue::has(std::string_view name) const {
  const auto* object = value_->if_object();
  return object != nullptr && object->contains(name);
}

Result<JsonValue> JsonValue::member(std::string_view name) const {
  const auto* object = value_->if_object();
  if (object == nullptr) {
    return Error{fmt::format("{} is {}; expected an object with a member \"{}\"", name_,
                             shown(*value_), name)};
  }
  const auto* found = object->if_contains(name);
  if (found == nullptr) return Error{fmt::format("{} has no member \"{}\"", name_, name)};
  return JsonValue(*found, std::string(name));
}

Result<double> JsonValue::as_number(double least, double most) const {
  if (value_->is_number()) {
    const double number = value_->to_number<double>();
    if (std::isfinite(number) && number >= least && number <= most) return number;
  }
  return Error{
      fmt::format("{} is {}; expected a number from {} to {}", name_, shown(*value_), least, most)};
}

Result<double> JsonValue::number(std::string_view name, double least, double most) const {
  const auto found = member(name);
  if (!found) return found.error();
  return found.value().as_number(least, most);
}

Result<std::string> JsonValue::text(std::string_view name) const {
  const auto found = member(name);
  if (!found) return found.error();
  const auto* text = found.value().value_->if_string();
  if (text == nullptr || text->empty()) {
    return Error{fmt::format("{} is {}; expected a text", name, shown(*found.value().value_))};
  }
  return std::string(text->begin(), text->end());
}

Result<std::size_t> JsonValue::size() const {
  const auto* array = value_->if_array();
  if (array == nullptr) {
    return Error{fmt::format("{} is {}; expected an array", name_, shown(*value_))};
  }
  return array->size();
}

JsonValue JsonValue::at(std::size_t index) const {
  const auto* array = value_->if_array();
  SIGNALBOX_ASSERT(array != nullptr && index < array->size());
  return JsonValue((*array)[index], fmt::format("{}[{}]", name_, index));
}

JsonDocument::JsonDocument(std::unique_ptr<json::value> value) : value_(std::move(value)) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

Result<JsonDocument> JsonDocument::parse(std::string_view text) {
  try {
    json::error_code error;
    auto value = std::make_unique<json::value>(json::parse(text, error));
    if (error) return Error{fmt::format("no JSON: {}; expected one whole value", error.message())};
    return JsonDocument(std::move(value));
  } catch (const std::exception& exception) {  // out of memory, or an array too long
    return Error{fmt::format("no JSON that can be held: {}", exception.what())};
  }
}

Result<JsonDocument> JsonDocument::read(const std::string& path) {
  const auto text = TraceFile::read_all(path, kMostBytes);
  if (!text) return text.error();
  auto document = parse(text.value());
  if (!document) return Error{fmt::format("{}: {}", path, document.error().message)};
  return document;
}

}  // namespace signalbox::sim
