// SPDX-License-Identifier: Apache-2.0
//
// One value of the file, read as its field's type: the text into a typed value, or a complaint that
// says what a value of that type looks like. The only place that knows how types are spelt.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "base/result.h"
#include "base/time.h"
#include "config/table.h"
#include "config/units_of_measure.h"
#include "config/yaml_tree.h"
#include "core/model/unit.h"

namespace signalbox::config {

// kFlag: bool. kCount, kSize: int64. kNumber, kRate (per s), kPrice (USD/h), kFraction, kPower (W),
// kEnergyPrice (USD/kWh): double. kDuration: Duration. kListen, kEndpoint: Address. All others:
// string.
using Value = std::variant<bool, std::int64_t, double, Duration, core::Address, std::string>;

// Reads one scalar. REQUIRES: node is a scalar, field.type is not kSection.
Result<Value, Complaint> read_value(const Field& field, const Node& node);

// Reads the field's default. REQUIRES: field.standard is not empty.
Value standard_value(const Field& field);

// What to write there, for a hint: "a duration such as 2s, 500ms or 1m".
std::string_view example_of(Type type);

// The bounds in words: "above 0s and at most 1h"; "" when there are none.
std::string in_words(const Bounds& bounds);

// A bound as a number in base units, for comparing. REQUIRES: `bound` is well written.
double bound_in_base_units(Type type, std::string_view bound);

}  // namespace signalbox::config
