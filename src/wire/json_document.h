// SPDX-License-Identifier: Apache-2.0
//
// Small documents of JSON from others, whole in memory: answers and feeds. What is not there, or of
// another kind, reads as nothing, so that each reader says in its own words what is missing.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace signalbox::wire {

namespace json = boost::json;

// Error for what is no JSON, nested deeper than 32, or no object.
Result<json::object> read_json_object(std::string_view text);

// The text under a key; empty where there is none. Valid as long as the object.
std::string_view text_of(const json::object& object, std::string_view key);

// The finite number under a key, or in a text under it ("0.7582"), as some write money.
std::optional<double> number_of(const json::object& object, std::string_view key);

// The objects of the array under a key; nullopt where there is no array, or something else in it.
std::optional<std::vector<const json::object*>> objects_of(const json::object& object,
                                                           std::string_view key);

}  // namespace signalbox::wire
