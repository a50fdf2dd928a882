// SPDX-License-Identifier: Apache-2.0
//
// The configuration's format as data: every section, every key, its type, bounds, default and one
// line of documentation. Checking, error messages, typed reading and the JSON Schema all walk this
// one table, so they cannot tell different stories. Defaults and bounds are written the way an
// operator writes them and read by the same parsers.
#pragma once

#include <span>
#include <string_view>

namespace signalbox::config {

enum class Type {
  kText,         // a name or label of at most 128 characters
  kLongText,     // sentences, or the path of a file; at most 4096 characters
  kFlag,         // true or false
  kCount,        // a whole number
  kNumber,       // a number
  kDuration,     // 2s
  kRate,         // 123/min
  kPrice,        // 0.7582 USD/hour
  kFraction,     // 99% or 0.99
  kSize,         // 64KiB
  kPower,        // 350 W
  kEnergyPrice,  // 0.30 USD/kWh
  kChoice,       // one of Field::choices
  kListen,       // host:port to listen on
  kEndpoint,     // host:port to send requests to
  kLocation,     // the path of a file, or http://host:port/path
  kPath,         // a URL path
  kPathPattern,  // a URL path, or a prefix ending in '*'
  kSection,      // keys of Field::section
};

// What stands under the key: one value, a list of them, or a mapping of names to them.
enum class Shape { kOne, kList, kByName };

// Bounds as one writes a value of the type; empty = none.
struct Bounds {
  std::string_view at_least = {};
  std::string_view above = {};
  std::string_view at_most = {};
  std::string_view below = {};
};

struct Section;

struct Field {
  std::string_view key;
  Type type;
  std::string_view doc;
  Shape shape = Shape::kOne;
  bool is_required = false;
  // Keys of the same section: where one of them is given, this need not be.
  std::span<const std::string_view> unless = {};
  std::string_view standard = {};  // the default as one writes it; empty = see doc
  Bounds bounds = {};
  std::span<const std::string_view> choices = {};
  const Section* section = nullptr;
};

// Of these keys exactly one must be given; where `unless` is, at most one.
struct Alternatives {
  std::span<const std::string_view> keys;
  std::string_view unless = {};
};

struct Section {
  std::string_view noun;  // "a service"
  std::span<const Field> fields;
  std::span<const Alternatives> alternatives = {};

  // The field of that key, or nullptr.
  const Field* find(std::string_view key) const;
};

// The whole of a configuration.
extern const Section kRoot;

// Names of services and units: letters, digits, '-', '_' and '.', at most 63, so that they can be
// metric labels, host labels and file names.
inline constexpr std::string_view kNamePattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$";
bool is_name(std::string_view text);

}  // namespace signalbox::config
