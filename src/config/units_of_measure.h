// SPDX-License-Identifier: Apache-2.0
//
// Quantities as people write them: a number and its unit of measure. The unit is mandatory, because
// a bare "2" has taken more systems down than any spelling mistake: seconds for one reader are
// milliseconds for the next. One grammar for all: digits, an optional decimal part, the unit.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace signalbox::config {

// What is wrong with one value, before anybody knows where it stands.
struct Complaint {
  std::string message;
  std::string hint = {};
  std::string allowed = {};
};

// One unit of a dimension: value = number x multiply / divide in base units. Two integers, so that
// common values (0.1 s, 123/min) come out exactly rounded.
struct UnitOfMeasure {
  std::string_view name;
  double multiply;
  double divide;
};

// What a reader may have meant by a unit of another tongue.
struct ForeignUnit {
  std::string_view written, meant;
};

struct Dimension {
  std::string_view noun;     // "duration"
  std::string_view example;  // "a duration such as 2s, 500ms or 1m"
  std::span<const UnitOfMeasure> units;
  std::span<const ForeignUnit> foreign;
};

extern const Dimension kDurations;     // base: seconds
extern const Dimension kRates;         // base: per second
extern const Dimension kPrices;        // base: USD per hour
extern const Dimension kSizes;         // base: bytes
extern const Dimension kPowers;        // base: watts
extern const Dimension kEnergyPrices;  // base: USD per kilowatt-hour
extern const Dimension kFractions;     // base: 1; a bare number from 0 to 1 needs no '%'

// The quantity in base units. Never negative, never NaN, at most 1e15.
Result<double, Complaint> parse_quantity(const Dimension& dimension, std::string_view text);

Result<Duration, Complaint> parse_duration(std::string_view text);
Result<double, Complaint> parse_rate(std::string_view text);
Result<double, Complaint> parse_price(std::string_view text);
Result<double, Complaint> parse_power(std::string_view text);
Result<double, Complaint> parse_energy_price(std::string_view text);
Result<double, Complaint> parse_fraction(std::string_view text);
Result<std::int64_t, Complaint> parse_size(std::string_view text);

// Dimensionless: digits only, and digits with an optional decimal part.
Result<std::int64_t, Complaint> parse_count(std::string_view text);
Result<double, Complaint> parse_number(std::string_view text);

// The shortest way to write it that reads back as the same duration, to the microsecond.
std::string format_duration(Duration duration);
std::string format_size(std::int64_t bytes);

// A regular expression (ECMA 262) for what parse_quantity accepts, with the unit.
std::string quantity_pattern(const Dimension& dimension);

}  // namespace signalbox::config
