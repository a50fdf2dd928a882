// SPDX-License-Identifier: Apache-2.0
//
// Sources in a scenario file, and what is wrong with them; see file_parts.h. What a source tells
// and how far it is believed stand side by side, since in a simulation nobody else tells.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/nearest.h"
#include "sim/scenario/file_parts.h"

namespace signalbox::sim {

namespace {

using config::Fields;
using config::in_quotes;

std::vector<std::string> names_of(const Fields& root) {
  std::vector<std::string> names;
  for (const auto& source : root.sections("sources")) {
    if (const auto name = source.value.get<std::string>("name")) names.push_back(*name);
  }
  return names;
}

void check_known(const Fields& fault, std::string_view key, std::string_view what,
                 const std::vector<std::string_view>& known, const FileContext& context) {
  const auto name = fault.get<std::string>(key);
  if (!name || std::find(known.begin(), known.end(), *name) != known.end()) return;
  context.report.add(
      fault.place(key), fmt::format("{} is no {}", in_quotes(*name), what),
      {.hint = config::did_you_mean(*name, known), .allowed = config::listed(known)});
}

SourceFault build_fault(const Fields& fields, const FileContext& context) {
  SourceFault fault;
  fault.silent = *fields.get<bool>("silent");
  fault.frozen = *fields.get<bool>("frozen");
  fault.not_a_number = *fields.get<bool>("not_a_number");
  fault.price_factor = *fields.get<double>("price_factor");
  fault.latency_factor = *fields.get<double>("latency_factor");
  fault.load_factor = *fields.get<double>("load_factor");
  fault.power_factor = *fields.get<double>("power_factor");
  if (const auto limit = fields.get<std::int64_t>("limit")) {
    fault.limit = static_cast<int>(*limit);
  }
  fault.flap = fields.get<Duration>("flap").value_or(Duration{});
  fault.clock_offset = *fields.get<Duration>("clock_ahead");
  fault.counters_restart = *fields.get<bool>("counters_restart");
  if (const auto unit = fields.get<std::string>("unit")) {
    fault.only = context.fleet->find_unit(*unit);
  }
  return fault;
}

}  // namespace

void check_sources(const Fields& root, const FileContext& context) {
  const std::vector<std::string> names = names_of(root);
  for (const auto& source : root.sections("sources")) {
    const auto name = source.value.get<std::string>("name");
    if (!name || std::count(names.begin(), names.end(), *name) < 2) continue;
    context.report.add(source.value.place("name"),
                       fmt::format("there is another source {}", in_quotes(*name)),
                       {.hint = "give each a name of its own"});
    break;
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  std::vector<std::string_view> units;
  if (context.fleet != nullptr) {
    for (const auto& unit : context.fleet->units) units.push_back(unit.name);
  }
  for (const auto& fault : root.sections("source_faults")) {
    if (!fault.value.is_readable()) continue;
    context.check_time(fault.value, "at");
    check_until(fault.value, context);
    check_known(fault.value, "source", "source of this scenario", known, context);
    if (context.fleet != nullptr) {
      check_known(fault.value, "unit", "unit of the fleet", units, context);
    }
  }
}

void build_sources(const Fields& root, const FileContext& context, Scenario& scenario) {
  scenario.fleet.sources.clear();
  for (const auto& item : root.sections("sources")) {
    const Fields& fields = item.value;
    SimulatedSource source{.name = *fields.get<std::string>("name"),
                           .interval = *fields.get<Duration>("interval")};
    for (const auto& told : fields.items<std::string>("tells")) {
      source.prices |= told.value == "prices";
      source.limits |= told.value == "limits";
      source.power |= told.value == "power";
      source.latency |= told.value == "latency";
      source.load |= told.value == "load";
    }
    scenario.fleet.sources.push_back({source.name,
                                      static_cast<int>(*fields.get<std::int64_t>("rank")),
                                      *fields.get<Duration>("ttl")});
    scenario.sources.push_back(std::move(source));
  }
  for (const auto& item : root.sections("source_faults")) {
    const Fields& fields = item.value;
    scenario.source_faults.push_back(
        {*fields.get<Duration>("at"), fields.get<Duration>("until").value_or(*context.length),
         *fields.get<std::string>("source"), build_fault(fields, context)});
  }
}

}  // namespace signalbox::sim
