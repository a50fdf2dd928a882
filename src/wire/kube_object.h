// SPDX-License-Identifier: Apache-2.0
//
// Objects of a Kubernetes API as everybody here holds them: the JSON as it came, shared and never
// changed. What is not there, or of another kind, reads as nothing: other people's objects have
// fields we do not know, and lack some that we do.
#pragma once

#include <boost/json/array.hpp>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "wire/json_document.h"

namespace signalbox::wire {

using KubeObject = std::shared_ptr<const json::object>;

// As read_json_object(), nested up to 64 deep: managed fields go deeper than anybody's feeds.
Result<json::object> read_kube_object(std::string_view text);

// The value at a path of keys: {"spec", "replicas"}. Null where it is not.
const json::value* value_at(const json::object& object,
                            std::initializer_list<std::string_view> path);
// Likewise; empty, null or `otherwise` where there is none of that kind.
std::string_view text_at(const json::object& object, std::initializer_list<std::string_view> path);
const json::object* object_at(const json::object& object,
                              std::initializer_list<std::string_view> path);
const json::array* array_at(const json::object& object,
                            std::initializer_list<std::string_view> path);
std::int64_t integer_at(const json::object& object, std::initializer_list<std::string_view> path,
                        std::int64_t otherwise);
bool flag_at(const json::object& object, std::initializer_list<std::string_view> path,
             bool otherwise);

// Of metadata.
std::string_view name_of(const json::object& object);
std::string_view namespace_of(const json::object& object);
std::string_view uid_of(const json::object& object);
std::string_view resource_version_of(const json::object& object);
std::string_view label_of(const json::object& object, std::string_view key);
std::string_view annotation_of(const json::object& object, std::string_view key);
// "namespace/name", or "name" of what lies in none: one of a kind.
std::string key_of(const json::object& object);
bool is_being_deleted(const json::object& object);

}  // namespace signalbox::wire
