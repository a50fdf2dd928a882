// SPDX-License-Identifier: Apache-2.0
//
// One parser, seven tables of units; see units_of_measure.h.
#include "config/units_of_measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <vector>

#include "config/nearest.h"
#include "config/text.h"

namespace signalbox::config {

namespace {

constexpr double kLargest = 1e15;

constexpr std::array<UnitOfMeasure, 5> kDurationUnits = {
    {{"us", 1, 1e6}, {"ms", 1, 1e3}, {"s", 1, 1}, {"m", 60, 1}, {"h", 3600, 1}}};
constexpr std::array<ForeignUnit, 17> kForeignDurations = {{{"sec", "s"},
                                                            {"secs", "s"},
                                                            {"second", "s"},
                                                            {"seconds", "s"},
                                                            {"S", "s"},
                                                            {"msec", "ms"},
                                                            {"millis", "ms"},
                                                            {"milliseconds", "ms"},
                                                            {"MS", "ms"},
                                                            {"min", "m"},
                                                            {"mins", "m"},
                                                            {"minute", "m"},
                                                            {"minutes", "m"},
                                                            {"M", "m"},
                                                            {"hr", "h"},
                                                            {"hour", "h"},
                                                            {"hours", "h"}}};

constexpr std::array<UnitOfMeasure, 3> kRateUnits = {
    {{"/s", 1, 1}, {"/min", 1, 60}, {"/h", 1, 3600}}};
constexpr std::array<ForeignUnit, 14> kForeignRates = {{{"/sec", "/s"},
                                                        {"/second", "/s"},
                                                        {"rps", "/s"},
                                                        {"qps", "/s"},
                                                        {"req/s", "/s"},
                                                        {"requests/s", "/s"},
                                                        {"s", "/s"},
                                                        {"/m", "/min"},
                                                        {"/minute", "/min"},
                                                        {"rpm", "/min"},
                                                        {"req/min", "/min"},
                                                        {"min", "/min"},
                                                        {"/hour", "/h"},
                                                        {"/hr", "/h"}}};

constexpr std::array<UnitOfMeasure, 2> kPriceUnits = {{{"USD/hour", 1, 1}, {"USD/h", 1, 1}}};
constexpr std::array<ForeignUnit, 8> kForeignPrices = {{{"USD", "USD/hour"},
                                                        {"$/hour", "USD/hour"},
                                                        {"$/h", "USD/hour"},
                                                        {"/hour", "USD/hour"},
                                                        {"/h", "USD/hour"},
                                                        {"$", "USD/hour"},
                                                        {"usd/hour", "USD/hour"},
                                                        {"usd/h", "USD/h"}}};

constexpr std::array<UnitOfMeasure, 4> kSizeUnits = {
    {{"B", 1, 1}, {"KiB", 1024, 1}, {"MiB", 1048576, 1}, {"GiB", 1073741824, 1}}};
constexpr std::array<ForeignUnit, 13> kForeignSizes = {{{"b", "B"},
                                                        {"bytes", "B"},
                                                        {"k", "KiB"},
                                                        {"K", "KiB"},
                                                        {"kB", "KiB"},
                                                        {"KB", "KiB"},
                                                        {"kb", "KiB"},
                                                        {"Ki", "KiB"},
                                                        {"M", "MiB"},
                                                        {"MB", "MiB"},
                                                        {"Mi", "MiB"},
                                                        {"G", "GiB"},
                                                        {"GB", "GiB"}}};

constexpr std::array<UnitOfMeasure, 2> kPowerUnits = {{{"W", 1, 1}, {"kW", 1000, 1}}};
constexpr std::array<ForeignUnit, 7> kForeignPowers = {{{"w", "W"},
                                                        {"Watt", "W"},
                                                        {"watt", "W"},
                                                        {"watts", "W"},
                                                        {"Watts", "W"},
                                                        {"KW", "kW"},
                                                        {"kw", "kW"}}};

constexpr std::array<UnitOfMeasure, 2> kEnergyPriceUnits = {
    {{"USD/kWh", 1, 1}, {"USD/MWh", 1, 1000}}};
constexpr std::array<ForeignUnit, 7> kForeignEnergyPrices = {{{"$/kWh", "USD/kWh"},
                                                              {"USD", "USD/kWh"},
                                                              {"$", "USD/kWh"},
                                                              {"/kWh", "USD/kWh"},
                                                              {"USD/kwh", "USD/kWh"},
                                                              {"usd/kwh", "USD/kWh"},
                                                              {"USD/KWh", "USD/kWh"}}};

constexpr std::array<UnitOfMeasure, 1> kFractionUnits = {{{"%", 1, 100}}};
constexpr std::array<ForeignUnit, 2> kForeignFractions = {{{"percent", "%"}, {"pct", "%"}}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A number in front of whatever follows; the grammar of every value with digits in it.
struct Leading {
  std::string_view digits;  // as written; empty when the text does not start with a number
  std::string_view rest;    // behind the number, and behind the spaces before a unit
  double value = 0.0;       // infinite when beyond all measure
};

Leading leading_number(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && is_digit(text[end])) ++end;
  if (end > 0 && end + 1 < text.size() && text[end] == '.' && is_digit(text[end + 1])) {
    ++end;
    while (end < text.size() && is_digit(text[end])) ++end;
  }
  Leading found;
  found.digits = text.substr(0, end);
  found.rest = text.substr(end);
  const std::size_t unit = found.rest.find_first_not_of(' ');
  if (unit != std::string_view::npos) found.rest.remove_prefix(unit);
  if (end == 0) return found;
  const auto parsed = std::from_chars(text.data(), text.data() + end, found.value);
  if (parsed.ec == std::errc::result_out_of_range) found.value = HUGE_VAL;
  return found;
}

const UnitOfMeasure* find_unit(const Dimension& dimension, std::string_view name) {
  const auto found = std::find_if(dimension.units.begin(), dimension.units.end(),
                                  [&](const UnitOfMeasure& unit) { return unit.name == name; });
  return found == dimension.units.end() ? nullptr : &*found;
}

std::vector<std::string_view> unit_names(const Dimension& dimension) {
  std::vector<std::string_view> names;
  for (const auto& unit : dimension.units) names.push_back(unit.name);
  return names;
}

std::string write(const Dimension& dimension) { return fmt::format("write {}", dimension.example); }

// Written with a space or without, as people do: 1 USD/hour and 350 W, but 99%.
std::string joined(std::string_view digits, std::string_view unit) {
  const bool spaced = unit.starts_with("USD") || unit.ends_with('W');
  return fmt::format("{}{}{}", digits, spaced ? " " : "", unit);
}

Complaint not_a_number(std::string_view text, std::string_view noun, std::string hint) {
  if (text.empty()) return {fmt::format("an empty text is not a {}", noun), std::move(hint)};
  if (text.front() == '-' && leading_number(text.substr(1)).digits.size() > 0) {
    return {fmt::format("{} is negative", in_quotes(text)), std::move(hint)};
  }
  return {fmt::format("{} is not a {}", in_quotes(text), noun), std::move(hint)};
}

// "1m30s" means 90s to a person; nullopt when any part of it has no unit of this dimension.
std::optional<Duration> sum_of_parts(std::string_view text) {
  double seconds = 0.0;
  while (!text.empty()) {
    const Leading part = leading_number(text);
    const auto unit_end = std::find_if(part.rest.begin(), part.rest.end(), is_digit);
    const auto name = part.rest.substr(0, static_cast<std::size_t>(unit_end - part.rest.begin()));
    const UnitOfMeasure* unit = find_unit(kDurations, name);
    if (part.digits.empty() || unit == nullptr) return std::nullopt;
    seconds += part.value * unit->multiply / unit->divide;
    text = part.rest.substr(name.size());
  }
  return seconds < 1e6 ? std::optional(from_seconds(seconds)) : std::nullopt;
}

std::string hint_for_unit(const Dimension& dimension, const Leading& number) {
  for (const auto& [written, meant] : dimension.foreign) {
    if (number.rest == written) return fmt::format("write {}", joined(number.digits, meant));
  }
  if (number.rest.starts_with(',') && number.rest.size() > 1 && is_digit(number.rest[1])) {
    return "write the decimal part behind a point: 1.5";
  }
  if (const auto near = nearest(number.rest, unit_names(dimension))) {
    return fmt::format("did you mean {}?", joined(number.digits, *near));
  }
  return write(dimension);
}

Complaint unknown_unit(const Dimension& dimension, std::string_view text, const Leading& number) {
  const auto names = unit_names(dimension);
  if (&dimension == &kDurations) {
    if (const auto sum = sum_of_parts(text)) {
      return {fmt::format("{} has more than one number", in_quotes(text)),
              fmt::format("write one number and one unit: {}", format_duration(*sum))};
    }
  }
  return {fmt::format("{} in {} is not a unit of measure of a {}", in_quotes(number.rest),
                      in_quotes(text), dimension.noun),
          hint_for_unit(dimension, number), listed(names)};
}

}  // namespace

const Dimension kDurations = {"duration", "a duration such as 2s, 500ms or 1m", kDurationUnits,
                              kForeignDurations};
const Dimension kRates = {"rate", "a rate such as 123/min or 2.05/s", kRateUnits, kForeignRates};
const Dimension kPrices = {"price", "a price such as 0.7582 USD/hour", kPriceUnits, kForeignPrices};
const Dimension kSizes = {"size", "a size such as 64KiB or 2MiB", kSizeUnits, kForeignSizes};
const Dimension kPowers = {"power", "a power such as 350 W or 2.5 kW", kPowerUnits, kForeignPowers};
const Dimension kEnergyPrices = {"price of energy", "a price of energy such as 0.30 USD/kWh",
                                 kEnergyPriceUnits, kForeignEnergyPrices};
const Dimension kFractions = {"share", "a share such as 99% or 0.99", kFractionUnits,
                              kForeignFractions};

Result<double, Complaint> parse_quantity(const Dimension& dimension, std::string_view text) {
  const Leading number = leading_number(text);
  if (number.digits.empty()) return not_a_number(text, dimension.noun, write(dimension));
  double base = number.value;
  if (number.rest.empty()) {
    if (&dimension != &kFractions) {
      return Complaint{fmt::format("{} has no unit of measure", in_quotes(text)), write(dimension)};
    }
    if (base > 1.0) {
      return Complaint{fmt::format("{} without a unit is a share above 1", in_quotes(text)),
                       fmt::format("write {}% if percent are meant", number.digits)};
    }
  } else {
    const UnitOfMeasure* unit = find_unit(dimension, number.rest);
    if (unit == nullptr) return unknown_unit(dimension, text, number);
    base = number.value * unit->multiply / unit->divide;
  }
  if (!(base <= kLargest)) {
    return Complaint{fmt::format("{} is too large", in_quotes(text)), write(dimension)};
  }
  return base;
}

Result<Duration, Complaint> parse_duration(std::string_view text) {
  const auto seconds = parse_quantity(kDurations, text);
  if (!seconds) return seconds.error();
  constexpr double kLongestSeconds = 9e9;  // what integer nanoseconds hold: 285 years
  if (*seconds > kLongestSeconds) {
    return Complaint{fmt::format("{} is too large", in_quotes(text)), write(kDurations)};
  }
  return from_seconds(*seconds);
}

Result<double, Complaint> parse_rate(std::string_view text) { return parse_quantity(kRates, text); }

Result<double, Complaint> parse_price(std::string_view text) {
  return parse_quantity(kPrices, text);
}

Result<double, Complaint> parse_power(std::string_view text) {
  return parse_quantity(kPowers, text);
}

Result<double, Complaint> parse_energy_price(std::string_view text) {
  return parse_quantity(kEnergyPrices, text);
}

Result<double, Complaint> parse_fraction(std::string_view text) {
  return parse_quantity(kFractions, text);
}

Result<std::int64_t, Complaint> parse_size(std::string_view text) {
  const auto bytes = parse_quantity(kSizes, text);
  if (!bytes) return bytes.error();
  if (*bytes != std::floor(*bytes)) {
    return Complaint{fmt::format("{} is not a whole number of bytes", in_quotes(text)),
                     write(kSizes)};
  }
  return static_cast<std::int64_t>(*bytes);
}

Result<std::int64_t, Complaint> parse_count(std::string_view text) {
  const std::string hint = "write digits only, such as 16";
  const Leading number = leading_number(text);
  if (number.digits.empty()) return not_a_number(text, "whole number", hint);
  if (!number.rest.empty() || number.digits.find('.') != std::string_view::npos) {
    return Complaint{fmt::format("{} is not a whole number", in_quotes(text)), hint};
  }
  if (number.value > kLargest) {
    return Complaint{fmt::format("{} is too large", in_quotes(text)), hint};
  }
  return static_cast<std::int64_t>(number.value);
}

Result<double, Complaint> parse_number(std::string_view text) {
  const std::string hint = "write digits with an optional decimal part, such as 40 or 0.5";
  const Leading number = leading_number(text);
  if (number.digits.empty()) return not_a_number(text, "number", hint);
  if (!number.rest.empty()) {
    return Complaint{fmt::format("{} is not a number", in_quotes(text)), hint};
  }
  if (number.value > kLargest) {
    return Complaint{fmt::format("{} is too large", in_quotes(text)), hint};
  }
  return number.value;
}

std::string format_duration(Duration duration) {
  using std::chrono::duration_cast;
  const std::int64_t us = duration_cast<std::chrono::microseconds>(duration).count();
  if (us == 0) return "0s";
  if (us % 3'600'000'000 == 0) return fmt::format("{}h", us / 3'600'000'000);
  if (us % 60'000'000 == 0) return fmt::format("{}m", us / 60'000'000);
  if (us % 1'000'000 == 0) return fmt::format("{}s", us / 1'000'000);
  if (us % 1'000 == 0) return fmt::format("{}ms", us / 1'000);
  return fmt::format("{}us", us);
}

std::string format_size(std::int64_t bytes) {
  if (bytes == 0) return "0B";
  for (auto unit = kSizeUnits.rbegin(); unit != kSizeUnits.rend(); ++unit) {
    const auto factor = static_cast<std::int64_t>(unit->multiply);
    if (bytes % factor == 0) return fmt::format("{}{}", bytes / factor, unit->name);
  }
  return fmt::format("{}B", bytes);
}

std::string quantity_pattern(const Dimension& dimension) {
  return fmt::format("^[0-9]+(\\.[0-9]+)? *({})$", fmt::join(unit_names(dimension), "|"));
}

}  // namespace signalbox::config
