// SPDX-License-Identifier: Apache-2.0
//
// The table, walked once more; see schema.h.
#include "config/schema.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <string_view>

#include "config/table.h"
#include "config/value.h"

namespace signalbox::config {

namespace {

namespace json = boost::json;

json::object section_schema(const Section& section);

json::object with_pattern(std::string_view pattern) {
  return {{"type", "string"}, {"pattern", pattern}};
}

void add_bounds(json::object& schema, const Field& field) {
  const auto add = [&](std::string_view word, std::string_view bound) {
    if (bound.empty()) return;
    const double number = bound_in_base_units(field.type, bound);
    if (field.type == Type::kCount) {
      schema[word] = static_cast<std::int64_t>(number);
    } else {
      schema[word] = number;
    }
  };
  add("minimum", field.bounds.at_least);
  add("exclusiveMinimum", field.bounds.above);
  add("maximum", field.bounds.at_most);
  add("exclusiveMaximum", field.bounds.below);
}

json::object number_schema(std::string_view type, const Field& field) {
  json::object schema = {{"type", type}};
  add_bounds(schema, field);
  return schema;
}

// A bare share is at most 1, whatever the bounds of its field: see parse_fraction.
json::object fraction_schema(const Field& field) {
  json::object bare = number_schema("number", field);
  if (!bare.contains("exclusiveMaximum")) bare["maximum"] = 1;
  return {{"anyOf", json::array{bare, with_pattern(quantity_pattern(kFractions))}}};
}

json::object choice_schema(const Field& field) {
  json::array words;
  for (const auto choice : field.choices) words.emplace_back(choice);
  return {{"enum", words}};
}

// One value of the field's type, without its documentation.
json::object value_schema(const Field& field) {
  switch (field.type) {
    case Type::kText:
      // A label may look like a number or a flag to YAML; here it is text all the same.
      return {{"type", json::array{"string", "number", "boolean"}},
              {"minLength", 1},
              {"maxLength", 128}};
    case Type::kLongText:
      return {{"type", json::array{"string", "number", "boolean"}},
              {"minLength", 1},
              {"maxLength", 4096}};
    case Type::kFlag:
      return {{"type", "boolean"}};
    case Type::kCount:
      return number_schema("integer", field);
    case Type::kNumber:
      return number_schema("number", field);
    case Type::kDuration:
      return with_pattern(quantity_pattern(kDurations));
    case Type::kRate:
      return with_pattern(quantity_pattern(kRates));
    case Type::kPrice:
      return with_pattern(quantity_pattern(kPrices));
    case Type::kSize:
      return with_pattern(quantity_pattern(kSizes));
    case Type::kPower:
      return with_pattern(quantity_pattern(kPowers));
    case Type::kEnergyPrice:
      return with_pattern(quantity_pattern(kEnergyPrices));
    case Type::kFraction:
      return fraction_schema(field);
    case Type::kChoice:
      return choice_schema(field);
    case Type::kListen:
      return with_pattern("^[^\\s/@]+:[0-9]{1,5}$");
    case Type::kEndpoint:
      return with_pattern("^(http://)?[^\\s/@]+:[0-9]{1,5}/?$");
    case Type::kLocation:
      return {{"type", "string"}, {"minLength", 1}, {"maxLength", 4096}};
    case Type::kPath:
      return with_pattern("^/[^\\s*#\"\\\\]*$");
    case Type::kPathPattern:
      return with_pattern("^/[^\\s*#\"\\\\?]*\\*?$");
    case Type::kSection:
      return section_schema(*field.section);
  }
  return {};
}

// What stands under the key, in its shape.
json::object shaped_schema(const Field& field) {
  switch (field.shape) {
    case Shape::kOne:
      return value_schema(field);
    case Shape::kList:
      return {{"type", "array"}, {"items", value_schema(field)}, {"minItems", 1}};
    case Shape::kByName:
      return {{"type", "object"},
              {"propertyNames", json::object{{"pattern", kNamePattern}}},
              {"additionalProperties", value_schema(field)},
              {"minProperties", 1}};
  }
  return {};
}

json::value standard_json(const Field& field) {
  const Value value = standard_value(field);
  const bool is_bare = field.type == Type::kCount || field.type == Type::kFlag;
  if (!is_bare) return json::string(field.standard);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  return std::get<std::int64_t>(value);
}

std::string description(const Field& field) {
  const std::string bounds = in_words(field.bounds);
  return bounds.empty() ? std::string(field.doc) : fmt::format("{} ({})", field.doc, bounds);
}

json::object field_schema(const Field& field) {
  json::object schema = {{"description", description(field)}};
  for (auto& member : shaped_schema(field)) schema.insert(member);
  if (!field.standard.empty()) schema["default"] = standard_json(field);
  return schema;
}

json::object needs(std::string_view key) { return {{"required", json::array{key}}}; }

json::object exactly_one(const Alternatives& choice) {
  json::array each, any;
  for (const auto key : choice.keys) each.push_back(needs(key));
  json::object one = {{"oneOf", each}};
  if (choice.unless.empty()) return one;
  for (const auto key : choice.keys) any.push_back(needs(key));
  json::object none = {{"not", json::object{{"anyOf", any}}}};
  return {{"if", needs(choice.unless)},
          {"then", json::object{{"anyOf", json::array{one, none}}}},
          {"else", one}};
}

json::object needed(const Field& field) {
  json::array any = {needs(field.key)};
  for (const auto key : field.unless) any.push_back(needs(key));
  return {{"anyOf", any}};
}

json::object section_schema(const Section& section) {
  json::object properties;
  json::array required, alternatives;
  for (const auto& field : section.fields) {
    properties[field.key] = field_schema(field);
    if (field.is_required && field.unless.empty()) required.emplace_back(field.key);
    if (field.is_required && !field.unless.empty()) alternatives.push_back(needed(field));
  }
  for (const auto& pair : section.alternatives) alternatives.push_back(exactly_one(pair));
  json::object schema = {{"type", "object"}, {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = required;
  if (!alternatives.empty()) schema["allOf"] = alternatives;
  schema["properties"] = properties;
  return schema;
}

// Boost.JSON writes on one line only; a file that people compare needs lines.
void write(const json::value& value, int depth, std::string& out) {
  const std::string indent(static_cast<std::size_t>(depth + 1) * 2, ' ');
  const std::string closing(static_cast<std::size_t>(depth) * 2, ' ');
  if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
    std::string_view separator = "{\n";
    for (const auto& member : *object) {
      out += separator;
      out += indent + json::serialize(member.key()) + ": ";
      write(member.value(), depth + 1, out);
      separator = ",\n";
    }
    out += "\n" + closing + "}";
  } else if (const auto* array = value.if_array(); array != nullptr && !array->empty()) {
    std::string_view separator = "[\n";
    for (const auto& item : *array) {
      out += separator;
      out += indent;
      write(item, depth + 1, out);
      separator = ",\n";
    }
    out += "\n" + closing + "]";
  } else if (value.is_double()) {
    out += fmt::format("{}", value.get_double());
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

std::string schema_json() {
  json::object schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                         {"title", "Signalbox configuration"},
                         {"description", "The format of signalbox.yaml."}};
  for (auto& member : section_schema(kRoot)) schema.insert(member);
  std::string out;
  write(schema, 0, out);
  return out + "\n";
}

}  // namespace signalbox::config
