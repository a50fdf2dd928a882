// SPDX-License-Identifier: Apache-2.0
//
// What a service is to outlive must be possible at all: a loss of all there is leaves nothing, and
// a zone that nobody stated can be neither lost nor kept.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "config/meaning.h"
#include "config/text.h"

namespace signalbox::config {

namespace {

std::string text_of(const Fields& unit, std::string_view key) {
  return unit.get<std::string>(key).value_or("");
}

// What stands and falls together with a unit when units are lost.
std::string kind_of(const Item<Fields>& unit) {
  const std::string kind = text_of(unit.value, "model") + '\n' + text_of(unit.value, "hardware") +
                           '\n' + text_of(unit.value, "framework");
  return kind == "\n\n" ? unit.name : kind;
}

std::vector<Item<Fields>> units_of(const Fields& service, const Fields& root) {
  auto units = root.sections("units");
  if (!service.has("units")) return units;
  const auto named = service.items<std::string>("units");
  std::erase_if(units, [&](const Item<Fields>& unit) {
    return std::none_of(named.begin(), named.end(),
                        [&](const auto& name) { return name.value == unit.name; });
  });
  return units;
}

}  // namespace

void check_resilience(const Fields& root, Report& report) {
  for (const auto& service : root.sections("services")) {
    const auto resilience = service.value.get<std::string>("resilience");
    if (!resilience || *resilience == "none" || !service.value.is_sound("units")) continue;
    const auto units = units_of(service.value, root);
    if (units.empty()) continue;
    const bool by_zone = *resilience == "zone";
    std::set<std::string> domains;
    const Item<Fields>* nowhere = nullptr;
    for (const auto& unit : units) {
      const std::string domain = by_zone ? text_of(unit.value, "zone") : kind_of(unit);
      if (domain.empty()) nowhere = &unit;
      domains.insert(domain);
    }
    if (nowhere != nullptr) {
      report.add(service.value.place("resilience"),
                 fmt::format("resilience zone needs to know where units stand, and {} has no zone",
                             in_quotes(nowhere->name)),
                 {.hint = "add 'zone: NAME' to the unit, or leave it out of this service's units"});
    } else if (domains.size() < 2) {
      report.add(
          service.value.place("resilience"),
          fmt::format("resilience {} cannot be had: all units of this service are {}", *resilience,
                      by_zone ? fmt::format("in {}", in_quotes(*domains.begin()))
                              : std::string("one model on one hardware in one framework")),
          {.hint = by_zone ? "add a unit in another zone" : "add a unit of another kind"});
    }
  }
}

}  // namespace signalbox::config
