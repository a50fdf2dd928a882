// SPDX-License-Identifier: Apache-2.0
//
// See kube_object.h.
#include "wire/kube_object.h"

#include <boost/json/parse.hpp>
#include <cmath>
#include <exception>

namespace signalbox::wire {

Result<json::object> read_kube_object(std::string_view text) {
  json::error_code error;
  json::parse_options options;
  options.max_depth = 64;
  try {
    json::value document = json::parse(text, error, {}, options);
    if (error) return Error{"is not JSON: " + error.message()};
    if (!document.is_object()) return Error{"is JSON, but no object: it begins with no '{'"};
    return std::move(document.get_object());
  } catch (const std::exception& problem) {
    return Error{std::string("is not JSON that can be read: ") + problem.what()};
  }
}

const json::value* value_at(const json::object& object,
                            std::initializer_list<std::string_view> path) {
  const json::object* here = &object;
  const json::value* found = nullptr;
  for (const auto key : path) {
    if (here == nullptr) return nullptr;
    found = here->if_contains(key);
    if (found == nullptr) return nullptr;
    here = found->if_object();
  }
  return found;
}

std::string_view text_at(const json::object& object, std::initializer_list<std::string_view> path) {
  const auto* value = value_at(object, path);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view() : std::string_view(text->data(), text->size());
}

const json::object* object_at(const json::object& object,
                              std::initializer_list<std::string_view> path) {
  const auto* value = value_at(object, path);
  return value == nullptr ? nullptr : value->if_object();
}

const json::array* array_at(const json::object& object,
                            std::initializer_list<std::string_view> path) {
  const auto* value = value_at(object, path);
  return value == nullptr ? nullptr : value->if_array();
}

std::int64_t integer_at(const json::object& object, std::initializer_list<std::string_view> path,
                        std::int64_t otherwise) {
  const auto* value = value_at(object, path);
  if (value == nullptr) return otherwise;
  json::error_code error;
  const auto number = value->to_number<std::int64_t>(error);
  return error ? otherwise : number;
}

bool flag_at(const json::object& object, std::initializer_list<std::string_view> path,
             bool otherwise) {
  const auto* value = value_at(object, path);
  const bool* flag = value == nullptr ? nullptr : value->if_bool();
  return flag == nullptr ? otherwise : *flag;
}

std::string_view name_of(const json::object& object) {
  return text_at(object, {"metadata", "name"});
}
std::string_view namespace_of(const json::object& object) {
  return text_at(object, {"metadata", "namespace"});
}
std::string_view uid_of(const json::object& object) { return text_at(object, {"metadata", "uid"}); }
std::string_view resource_version_of(const json::object& object) {
  return text_at(object, {"metadata", "resourceVersion"});
}
std::string_view label_of(const json::object& object, std::string_view key) {
  return text_at(object, {"metadata", "labels", key});
}
std::string_view annotation_of(const json::object& object, std::string_view key) {
  return text_at(object, {"metadata", "annotations", key});
}

std::string key_of(const json::object& object) {
  const auto space = namespace_of(object);
  std::string key(space);
  if (!space.empty()) key += '/';
  return key.append(name_of(object));
}

bool is_being_deleted(const json::object& object) {
  return !text_at(object, {"metadata", "deletionTimestamp"}).empty();
}

}  // namespace signalbox::wire
