// SPDX-License-Identifier: Apache-2.0
//
// From text to values, type by type; see value.h.
#include "config/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "config/addresses.h"
#include "config/locations.h"
#include "config/nearest.h"
#include "config/text.h"

namespace signalbox::config {

namespace {

constexpr std::size_t kLongestText = 128;
constexpr std::size_t kLongestLongText = 4096;

template <class T>
Result<Value, Complaint> widened(const Result<T, Complaint>& result) {
  if (!result) return result.error();
  return Value(*result);
}

Result<Value, Complaint> read_flag(const std::string& text) {
  if (text == "true") return Value(true);
  if (text == "false") return Value(false);
  return Complaint{.message = fmt::format("{} is neither true nor false", in_quotes(text)),
                   .hint = "write true or false"};
}

Result<Value, Complaint> read_choice(const Field& field, const std::string& text) {
  const auto& choices = field.choices;
  if (std::find(choices.begin(), choices.end(), text) != choices.end()) return Value(text);
  return Complaint{.message = fmt::format("{} is not a value of {}", in_quotes(text), field.key),
                   .hint = did_you_mean(text, choices),
                   .allowed = listed(choices)};
}

Result<Value, Complaint> read_text(const std::string& text, std::size_t longest) {
  if (text.empty()) {
    return Complaint{.message = "the text is empty", .hint = "write it, or remove the key"};
  }
  if (text.size() > longest) {
    return Complaint{.message =
                         fmt::format("{} is longer than {} bytes", in_quotes(text), longest)};
  }
  if (printable(text) != text) {
    return Complaint{.message = fmt::format("{} holds unprintable characters", in_quotes(text))};
  }
  return Value(text);
}

Result<Value, Complaint> read_location(const std::string& text) {
  auto read = read_text(text, kLongestLongText);
  if (!read) return read;
  const auto location = parse_location(text);
  if (!location) return location.error();
  return read;
}

Result<Value, Complaint> read_path(Type type, const std::string& text) {
  const auto complaint = [&](std::string_view what) {
    return Complaint{.message = fmt::format("{} {}", in_quotes(text), what),
                     .hint = fmt::format("write {}", example_of(type))};
  };
  if (!text.starts_with('/')) return complaint("does not begin with '/'");
  const auto star = text.find('*');
  const bool is_prefix = type == Type::kPathPattern && star + 1 == text.size();
  if (star != std::string::npos && !is_prefix) {
    return complaint(type == Type::kPath ? "holds a '*'" : "has a '*' before its end");
  }
  for (const char c : text) {
    const bool is_odd = c <= ' ' || c > '~' || c == '#' || c == '"' || c == '\\';
    if (is_odd) return complaint("holds characters that stand in no URL path");
    if (c == '?' && type == Type::kPathPattern) {
      return complaint("holds a query; requests are told apart by path only");
    }
  }
  return Value(text);
}

Result<Value, Complaint> read_unbounded(const Field& field, const std::string& text) {
  switch (field.type) {
    case Type::kText:
      return read_text(text, kLongestText);
    case Type::kLongText:
      return read_text(text, kLongestLongText);
    case Type::kFlag:
      return read_flag(text);
    case Type::kCount:
      return widened(parse_count(text));
    case Type::kNumber:
      return widened(parse_number(text));
    case Type::kDuration:
      return widened(parse_duration(text));
    case Type::kRate:
      return widened(parse_rate(text));
    case Type::kPrice:
      return widened(parse_price(text));
    case Type::kFraction:
      return widened(parse_fraction(text));
    case Type::kSize:
      return widened(parse_size(text));
    case Type::kPower:
      return widened(parse_power(text));
    case Type::kEnergyPrice:
      return widened(parse_energy_price(text));
    case Type::kChoice:
      return read_choice(field, text);
    case Type::kListen:
      return widened(parse_listen_address(text));
    case Type::kEndpoint:
      return widened(parse_endpoint(text));
    case Type::kLocation:
      return read_location(text);
    case Type::kPath:
    case Type::kPathPattern:
      return read_path(field.type, text);
    case Type::kSection:
      break;
  }
  SIGNALBOX_ASSERT(!"a section is not a single value");
  return Complaint{};
}

// A quoted number is text, to this reader as to every YAML tool.
bool must_not_be_quoted(Type type) {
  return type == Type::kFlag || type == Type::kCount || type == Type::kNumber;
}

double as_number(const Value& value) {
  if (const auto* count = std::get_if<std::int64_t>(&value)) return static_cast<double>(*count);
  if (const auto* duration = std::get_if<Duration>(&value)) return to_seconds(*duration);
  return std::get<double>(value);
}

bool is_within(Type type, const Bounds& bounds, double number) {
  const auto bound = [&](std::string_view text) { return bound_in_base_units(type, text); };
  return (bounds.at_least.empty() || number >= bound(bounds.at_least)) &&
         (bounds.above.empty() || number > bound(bounds.above)) &&
         (bounds.at_most.empty() || number <= bound(bounds.at_most)) &&
         (bounds.below.empty() || number < bound(bounds.below));
}

}  // namespace

double bound_in_base_units(Type type, std::string_view bound) {
  const Field field = {.key = "", .type = type, .doc = ""};
  const auto value = read_unbounded(field, std::string(bound));
  SIGNALBOX_ASSERT(value.ok());
  return as_number(*value);
}

Result<Value, Complaint> read_value(const Field& field, const Node& node) {
  SIGNALBOX_ASSERT(node.kind == Node::Kind::kScalar);
  if (node.is_quoted && must_not_be_quoted(field.type)) {
    return Complaint{
        .message = fmt::format("\"{}\" is a text because of its quotes", printable(node.scalar)),
        .hint = "write it without quotes"};
  }
  const auto value = read_unbounded(field, node.scalar);
  const std::string allowed = in_words(field.bounds);
  if (!value) {
    Complaint complaint = value.error();
    if (complaint.allowed.empty()) complaint.allowed = allowed;
    return complaint;
  }
  if (!allowed.empty() && !is_within(field.type, field.bounds, as_number(*value))) {
    return Complaint{.message = fmt::format("{} is out of range", in_quotes(node.scalar)),
                     .hint = fmt::format("{} must be {}", field.key, allowed)};
  }
  return *value;
}

Value standard_value(const Field& field) {
  Node node;
  node.kind = Node::Kind::kScalar;
  node.scalar = field.standard;
  const auto value = read_value(field, node);
  SIGNALBOX_ASSERT(value.ok());
  return *value;
}

std::string_view example_of(Type type) {
  switch (type) {
    case Type::kText:
    case Type::kLongText:
      return "a text";
    case Type::kFlag:
      return "true or false";
    case Type::kCount:
      return "a whole number";
    case Type::kNumber:
      return "a number";
    case Type::kDuration:
      return kDurations.example;
    case Type::kRate:
      return kRates.example;
    case Type::kPrice:
      return kPrices.example;
    case Type::kFraction:
      return kFractions.example;
    case Type::kSize:
      return kSizes.example;
    case Type::kPower:
      return kPowers.example;
    case Type::kEnergyPrice:
      return kEnergyPrices.example;
    case Type::kChoice:
      return "one of the allowed words";
    case Type::kListen:
      return "an address such as 127.0.0.1:8080";
    case Type::kEndpoint:
      return "an address such as 127.0.0.1:8001";
    case Type::kLocation:
      return "the path of a file, or a page such as http://127.0.0.1:9090";
    case Type::kPath:
      return "a path such as /health";
    case Type::kPathPattern:
      return "a path such as /genimage, or a prefix such as /v1/*";
    case Type::kSection:
      return "keys and their values";
  }
  return "";
}

std::string in_words(const Bounds& bounds) {
  std::vector<std::string> parts;
  if (!bounds.at_least.empty()) parts.push_back(fmt::format("at least {}", bounds.at_least));
  if (!bounds.above.empty()) parts.push_back(fmt::format("above {}", bounds.above));
  if (!bounds.at_most.empty()) parts.push_back(fmt::format("at most {}", bounds.at_most));
  if (!bounds.below.empty()) parts.push_back(fmt::format("below {}", bounds.below));
  return fmt::format("{}", fmt::join(parts, " and "));
}

}  // namespace signalbox::config
