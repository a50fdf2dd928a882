// SPDX-License-Identifier: Apache-2.0
//
// JSON as trace readers need it: members by name, checked as they are read. Errors say what was
// found and what was expected; the reader adds where.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace boost::json {
class value;
}

namespace signalbox::sim {

// A value within a document, which must outlive it.
class JsonValue {
 public:
  explicit JsonValue(const boost::json::value& value, std::string name)
      : value_(&value), name_(std::move(name)) {}

  // Members of an object, required: another kind of value, or none of the name, is an error.
  Result<JsonValue> member(std::string_view name) const;
  Result<double> number(std::string_view name, double least, double most) const;
  Result<std::string> text(std::string_view name) const;  // not empty

  // Elements of an array.
  Result<std::size_t> size() const;       // an error unless an array
  JsonValue at(std::size_t index) const;  // REQUIRES: an array, index < size
  Result<double> as_number(double least, double most) const;

  bool has(std::string_view name) const;  // an object with such a member

 private:
  const boost::json::value* value_;
  std::string name_;  // for errors: "data[17]"
};

class JsonDocument {
 public:
  static Result<JsonDocument> parse(std::string_view text);
  // The whole file, plain or gzip, of at most 256 MiB. Errors name it.
  static Result<JsonDocument> read(const std::string& path);

  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();

  JsonValue root() const { return JsonValue(*value_, "the document"); }

 private:
  explicit JsonDocument(std::unique_ptr<boost::json::value> value);

  std::unique_ptr<boost::json::value> value_;
};

}  // namespace signalbox::sim
