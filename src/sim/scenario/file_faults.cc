// SPDX-License-Identifier: Apache-2.0
//
// Faults in a scenario file, of the fleet and of the signals; see file_parts.h. A fault of a zone
// becomes one of each of its units, so that nothing downstream knows of zones.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/nearest.h"
#include "config/units_of_measure.h"
#include "sim/scenario/file_parts.h"

namespace signalbox::sim {

namespace {

using config::Fields;
using config::in_quotes;

constexpr std::string_view kEffects[] = {
    "heal",     "refuse_launches", "cap",   "lift_cap", "lose",       "boot_failure",
    "slowdown", "error_rate",      "crash", "hang",     "slow_nodes", "flap"};
constexpr std::string_view kSignalEffects[] = {"blackout", "delay", "load_factor", "price_factor"};

bool has_any(const Fields& fields, std::span<const std::string_view> keys) {
  return std::any_of(keys.begin(), keys.end(), [&](auto key) { return fields.has(key); });
}

void check_effects(const config::Item<Fields>& fault, std::span<const std::string_view> effects,
                   const FileContext& context) {
  if (has_any(fault.value, effects)) return;
  context.report.add(fault.place, "this fault does nothing",
                     {.hint = "say what it does", .allowed = config::listed(effects)});
}

void check_unit(const Fields& fault, const FileContext& context) {
  const auto name = fault.get<std::string>("unit");
  if (!name || context.fleet->find_unit(*name)) return;
  std::vector<std::string_view> names;
  for (const auto& unit : context.fleet->units) names.push_back(unit.name);
  context.report.add(
      fault.place("unit"), fmt::format("{} is not a unit of the fleet", in_quotes(*name)),
      {.hint = config::did_you_mean(*name, names), .allowed = config::listed(names)});
}

void check_zone(const Fields& fault, const FileContext& context) {
  const auto name = fault.get<std::string>("zone");
  if (!name) return;
  std::vector<std::string_view> zones;
  for (const auto& unit : context.fleet->units) {
    if (unit.zone == *name) return;
    const bool known = std::find(zones.begin(), zones.end(), unit.zone) != zones.end();
    if (!unit.zone.empty() && !known) zones.push_back(unit.zone);
  }
  if (zones.empty()) {
    context.report.add(
        fault.place("zone"), "no unit of the fleet has a zone",
        {.hint = "add 'zone:' to units of the configuration, or name a 'unit' here"});
    return;
  }
  context.report.add(
      fault.place("zone"), fmt::format("no unit of the fleet is in zone {}", in_quotes(*name)),
      {.hint = config::did_you_mean(*name, zones), .allowed = config::listed(zones)});
}

void check_fault(const config::Item<Fields>& fault, const FileContext& context) {
  const Fields& fields = fault.value;
  context.check_time(fields, "at");
  if (context.fleet != nullptr) {
    check_unit(fields, context);
    check_zone(fields, context);
  }
  if (fields.has("lose_booting") && !fields.has("lose")) {
    context.report.add(fields.place("lose_booting"), "no share is lost",
                       {.hint = "add 'lose:' with the share, such as 100%"});
    return;
  }
  if (fields.has("cap") && fields.get<bool>("lift_cap") == true) {
    context.report.add(fields.place("lift_cap"), "both 'cap' and 'lift_cap' are given",
                       {.hint = "keep one of the two"});
  }
  check_effects(fault, kEffects, context);
}

void check_signal_fault(const config::Item<Fields>& fault, const FileContext& context) {
  context.check_time(fault.value, "at");
  check_effects(fault, kSignalEffects, context);
  check_until(fault.value, context);
}

Fault build_fault(const Fields& fields) {
  Fault fault;
  fault.heal = *fields.get<bool>("heal");
  fault.refuse_launches = fields.get<bool>("refuse_launches");
  if (const auto cap = fields.get<std::int64_t>("cap")) {
    fault.cap = static_cast<int>(*cap);
  } else if (*fields.get<bool>("lift_cap")) {
    fault.cap = std::optional<int>();
  }
  fault.lose = *fields.get<double>("lose");
  fault.lose_booting = *fields.get<bool>("lose_booting");
  fault.boot_failure = fields.get<double>("boot_failure");
  fault.slowdown = fields.get<double>("slowdown");
  fault.error_rate = fields.get<double>("error_rate");
  fault.crash = *fields.get<double>("crash");
  fault.hang = *fields.get<double>("hang");
  if (fields.has("slow_nodes")) {
    const Fields nodes = fields.section("slow_nodes");
    fault.slow_nodes = SlowNodes{*nodes.get<double>("share"), *nodes.get<double>("slowdown")};
  }
  fault.flap = fields.get<Duration>("flap");
  return fault;
}

}  // namespace

void check_until(const Fields& fields, const FileContext& context) {
  const auto at = fields.get<Duration>("at");
  const auto until = fields.get<Duration>("until");
  if (!until) return;
  if (at && *until <= *at) {
    context.report.add(
        fields.place("until"), "it would end before it begins",
        {.hint = fmt::format("it begins at {}; write a later time", config::format_duration(*at))});
  } else if (context.length && *until > *context.length) {
    context.report.add(
        fields.place("until"),
        fmt::format("{} is not within the scenario", config::format_duration(*until)),
        {.hint = fmt::format("it ends at {}; remove 'until' if the fault shall last that long",
                             config::format_duration(*context.length))});
  }
}

void check_faults(const Fields& root, const FileContext& context) {
  for (const auto& fault : root.sections("faults")) {
    if (fault.value.is_readable()) check_fault(fault, context);
  }
  for (const auto& fault : root.sections("signal_faults")) {
    if (fault.value.is_readable()) check_signal_fault(fault, context);
  }
}

std::vector<ScheduledFault> build_faults(const Fields& root, const FileContext& context) {
  std::vector<ScheduledFault> faults;
  for (const auto& item : root.sections("faults")) {
    const Fields& fields = item.value;
    const Fault fault = build_fault(fields);
    const Duration at = *fields.get<Duration>("at");
    const auto unit = fields.get<std::string>("unit");
    const auto zone = fields.get<std::string>("zone");
    for (std::uint32_t i = 0; i < context.fleet->units.size(); ++i) {
      const core::UnitSpec& spec = context.fleet->units[i];
      if (unit == spec.name || zone == spec.zone) faults.push_back({at, UnitId(i), fault});
    }
  }
  std::stable_sort(faults.begin(), faults.end(),
                   [](const auto& a, const auto& b) { return a.at < b.at; });
  return faults;
}

std::vector<ScheduledSignalFault> build_signal_faults(const Fields& root,
                                                      const FileContext& context) {
  std::vector<ScheduledSignalFault> faults;
  for (const auto& item : root.sections("signal_faults")) {
    const Fields& fields = item.value;
    faults.push_back({*fields.get<Duration>("at"),
                      fields.get<Duration>("until").value_or(*context.length),
                      {.blackout = *fields.get<bool>("blackout"),
                       .delay = *fields.get<Duration>("delay"),
                       .load_factor = *fields.get<double>("load_factor"),
                       .price_factor = *fields.get<double>("price_factor")}});
  }
  std::stable_sort(faults.begin(), faults.end(),
                   [](const auto& a, const auto& b) { return a.at < b.at; });
  return faults;
}

}  // namespace signalbox::sim
