// SPDX-License-Identifier: Apache-2.0
//
// See crd_schema.h.
#include "config/crd_schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "config/diagnostics.h"
#include "config/table.h"
#include "config/value.h"

namespace signalbox::config {

namespace {

namespace json = boost::json;

constexpr int kMostItems = 64;

// What keys of one section mean together, in CEL, with the words that whoever breaks it reads.
struct Rule {
  std::string_view section;  // its noun
  std::string_view cel;
  std::string_view message;
};

constexpr Rule kRules[] = {
    {"replicas", "!has(self.min) || self.min <= self.max", "replicas.min is above replicas.max"},
    {"a unit", "!(has(self.kubernetes) && has(self.endpoints))",
     "the unit's servers are listed although Kubernetes names them: remove 'endpoints', or "
     "'kubernetes'"},
    {"a unit",
     "!has(self.kubernetes) || (has(self.kubernetes.scale) && self.kubernetes.scale == 'none') != "
     "has(self.replicas)",
     "a unit that is scaled has 'replicas', one that is only watched has 'kubernetes.scale: none'"},
    {"a workload in Kubernetes",
     "(!has(self.inference_pool) && !has(self.service)) || (has(self.scale) && self.scale == "
     "'none')",
     "an InferencePool or a Service has no number of replicas: write 'scale: none', or name the "
     "deployment or stateful_set behind it"},
};

class Walk {
 public:
  explicit Walk(std::vector<std::string_view> left_out) : left_out_(std::move(left_out)) {}

  json::object section(const Section& section, const std::string& path) const {
    json::object properties;
    json::array required, rules;
    for (const auto& field : section.fields) {
      const std::string key = child_path(path, field.key);
      if (std::find(left_out_.begin(), left_out_.end(), key) != left_out_.end()) continue;
      properties[field.key] = documented(field, key);
      if (field.is_required) required.emplace_back(field.key);
    }
    for (const auto& choice : section.alternatives) rules.push_back(one_of(choice));
    for (const Rule& rule : kRules) {
      if (rule.section != section.noun) continue;
      rules.push_back(json::object{{"rule", rule.cel}, {"message", rule.message}});
    }
    json::object schema = {{"type", "object"}};
    if (!required.empty()) schema["required"] = std::move(required);
    if (!rules.empty()) schema["x-kubernetes-validations"] = std::move(rules);
    schema["properties"] = std::move(properties);
    return schema;
  }

 private:
  static json::object one_of(const Alternatives& choice) {
    std::string given;
    for (const auto key : choice.keys) {
      given += fmt::format("{}(has(self.{}) ? 1 : 0)", given.empty() ? "" : " + ", key);
    }
    const std::string keys = fmt::format("'{}'", fmt::join(choice.keys, "', '"));
    if (choice.unless.empty()) {
      return {{"rule", given + " == 1"},
              {"message", fmt::format("exactly one of {} is given", keys)}};
    }
    return {{"rule", fmt::format("has(self.{}) ? {} <= 1 : {} == 1", choice.unless, given, given)},
            {"message",
             fmt::format("exactly one of {} is given, or '{}' instead", keys, choice.unless)}};
  }

  json::object documented(const Field& field, const std::string& path) const {
    std::string doc(field.doc);
    if (const std::string bounds = in_words(field.bounds); !bounds.empty()) {
      doc += fmt::format(" ({})", bounds);
    }
    if (!field.standard.empty()) doc += fmt::format(" Default: {}.", field.standard);
    json::object schema = {{"description", std::move(doc)}};
    for (auto& member : shaped(field, path)) schema.insert(member);
    return schema;
  }

  json::object shaped(const Field& field, const std::string& path) const {
    switch (field.shape) {
      case Shape::kOne:
        return value(field, path);
      case Shape::kList:
        return {{"type", "array"},
                {"minItems", 1},
                {"maxItems", kMostItems},
                {"x-kubernetes-list-type", "atomic"},
                {"items", value(field, path)}};
      case Shape::kByName:
        return {{"type", "object"},
                {"minProperties", 1},
                {"maxProperties", kMostItems},
                {"additionalProperties", value(field, path)}};
    }
    return {};
  }

  // Text that is read as a value of its type when the spec is loaded.
  static json::object text(int longest, const std::string& pattern = {}) {
    json::object schema = {{"type", "string"}, {"minLength", 1}, {"maxLength", longest}};
    if (!pattern.empty()) schema["pattern"] = pattern;
    return schema;
  }

  static json::object number(const Field& field, std::string_view type) {
    json::object schema = {{"type", type}};
    if (type == "integer") schema["format"] = "int64";
    const auto bound = [&](std::string_view word, std::string_view exclusive,
                           std::string_view inclusive, std::string_view open) {
      const std::string_view written = inclusive.empty() ? open : inclusive;
      if (written.empty()) return;
      const double at = bound_in_base_units(field.type, written);
      schema[word] =
          type == "integer" ? json::value(static_cast<std::int64_t>(at)) : json::value(at);
      if (inclusive.empty()) schema[exclusive] = true;  // a flag in OpenAPI 3.0
    };
    bound("minimum", "exclusiveMinimum", field.bounds.at_least, field.bounds.above);
    bound("maximum", "exclusiveMaximum", field.bounds.at_most, field.bounds.below);
    return schema;
  }

  json::object value(const Field& field, const std::string& path) const {
    constexpr int kShort = 64;
    constexpr int kAddress = 300;
    switch (field.type) {
      case Type::kText:
        return text(128);
      case Type::kLongText:
      case Type::kLocation:
        return text(4096);
      case Type::kFlag:
        return {{"type", "boolean"}};
      case Type::kCount:
        return number(field, "integer");
      case Type::kNumber:
        return number(field, "number");
      case Type::kDuration:
        return text(kShort, quantity_pattern(kDurations));
      case Type::kRate:
        return text(kShort, quantity_pattern(kRates));
      case Type::kPrice:
        return text(kShort, quantity_pattern(kPrices));
      case Type::kSize:
        return text(kShort, quantity_pattern(kSizes));
      case Type::kPower:
        return text(kShort, quantity_pattern(kPowers));
      case Type::kEnergyPrice:
        return text(kShort, quantity_pattern(kEnergyPrices));
      case Type::kFraction:
        return text(kShort,
                    fmt::format("({})|(^0?\\.[0-9]+$)|(^[01]$)", quantity_pattern(kFractions)));
      case Type::kChoice: {
        json::array words;
        for (const auto choice : field.choices) words.emplace_back(choice);
        return {{"type", "string"}, {"enum", std::move(words)}};
      }
      case Type::kListen:
        return text(kAddress, "^[^\\s/@]+:[0-9]{1,5}$");
      case Type::kEndpoint:
        return text(kAddress, "^(http://)?[^\\s/@]+:[0-9]{1,5}/?$");
      case Type::kPath:
        return text(1024, "^/[^\\s*#\"\\\\]*$");
      case Type::kPathPattern:
        return text(1024, "^/[^\\s*#\"\\\\?]*\\*?$");
      case Type::kSection:
        return section(*field.section, path);
    }
    return {};
  }

  std::vector<std::string_view> left_out_;
};

}  // namespace

std::vector<std::string_view> operators_only(const ResourceKind& kind) {
  if (kind.kind != kDeploymentUnits.kind) return {};
  return {"link.ca",         "link.certificate", "link.key",
          "link.credential", "emulate",          "kubernetes.namespace"};
}

json::object spec_schema(const ResourceKind& kind) {
  const Field* const field = kRoot.find(kind.section);
  SIGNALBOX_ASSERT(field != nullptr && field->section != nullptr);
  json::object schema = Walk(operators_only(kind)).section(*field->section, "");
  json::object documented = {
      {"description", fmt::format("As under '{}' of signalbox.yaml.", kind.section)}};
  for (auto& member : schema) documented.insert(member);
  return documented;
}

}  // namespace signalbox::config
