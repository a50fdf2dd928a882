// SPDX-License-Identifier: Apache-2.0
//
// Unreachable rules. A rule is one path pattern with one model (or any model); it is dead when a
// single rule of a service above covers both. Patterns are exact paths or prefixes, which either
// nest or are disjoint, so no union of narrower rules can cover a wider one.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "config/meaning.h"
#include "config/nearest.h"
#include "config/rules.h"

namespace signalbox::config {

namespace {

struct Rules {
  std::string name;
  Place place;
  bool has_own_paths = false;
  std::vector<Item<std::string>> own_paths, own_models;
  std::vector<std::string> paths;
  std::vector<std::string> models;  // empty = any
};

bool takes(const Rules& above, std::string_view path, const std::optional<std::string>& model) {
  const bool model_matches =
      above.models.empty() ||
      (model && std::find(above.models.begin(), above.models.end(), *model) != above.models.end());
  return model_matches && std::any_of(above.paths.begin(), above.paths.end(),
                                      [&](const auto& wider) { return covers(wider, path); });
}

const Rules* taker(const std::vector<Rules>& above, std::string_view path,
                   const std::optional<std::string>& model) {
  const auto found = std::find_if(above.begin(), above.end(),
                                  [&](const Rules& r) { return takes(r, path, model); });
  return found == above.end() ? nullptr : &*found;
}

std::vector<std::optional<std::string>> models_or_any(const Rules& rules) {
  if (rules.models.empty()) return {std::nullopt};
  return {rules.models.begin(), rules.models.end()};
}

// The services that take every one of the rules path x model, or nothing when one rule is alive.
std::set<std::string> takers(const std::vector<Rules>& above, const std::vector<std::string>& paths,
                             const std::vector<std::optional<std::string>>& models) {
  std::set<std::string> names;
  for (const auto& path : paths) {
    for (const auto& model : models) {
      const Rules* first = taker(above, path, model);
      if (first == nullptr) return {};
      names.insert(in_quotes(first->name));
    }
  }
  return names;
}

std::string above_take(const std::set<std::string>& names) {
  return fmt::format("{} above {}", fmt::join(names, " and "),
                     names.size() == 1 ? "takes" : "take");
}

void check_against(const std::vector<Rules>& above, const Rules& rules, Report& report) {
  const auto all = takers(above, rules.paths, models_or_any(rules));
  if (!all.empty()) {
    report.add(
        rules.place,
        fmt::format("no request can reach this service: {} all that match it", above_take(all)),
        {.hint = "move it up, or give it a path or model of its own"});
    return;
  }
  for (const auto& path : rules.own_paths) {
    const auto dead = takers(above, {path.value}, models_or_any(rules));
    if (dead.empty()) continue;
    report.add(path.place,
               fmt::format("no request can match path {} here: {} them all", in_quotes(path.value),
                           above_take(dead)),
               {.hint = "remove it, or move this service up"});
  }
  for (const auto& model : rules.own_models) {
    const auto dead = takers(above, rules.paths, {model.value});
    if (dead.empty()) continue;
    report.add(model.place,
               fmt::format("no request can match model {} here: {} them all",
                           in_quotes(model.value), above_take(dead)),
               {.hint = "remove it, or move this service up"});
  }
}

void check_repeated(const std::vector<Item<std::string>>& items, std::string_view what,
                    Report& report) {
  std::set<std::string_view> seen;
  for (const auto& item : items) {
    if (seen.insert(item.value).second) continue;
    report.add(item.place, fmt::format("{} {} is given twice", what, in_quotes(item.value)),
               {.hint = "remove one of the two"});
  }
}

}  // namespace

void check_rules(const Fields& root, Report& report) {
  std::vector<Rules> above;
  for (const auto& service : root.sections("services")) {
    const Fields& fields = service.value;
    const bool is_known =
        fields.is_readable() && fields.is_sound("paths") && fields.is_sound("models");
    if (!is_known) continue;
    Rules rules;
    rules.name = service.name;
    rules.place = service.place;
    rules.own_paths = fields.items<std::string>("paths");
    rules.own_models = fields.items<std::string>("models");
    rules.paths = paths_of(fields);
    for (const auto& model : rules.own_models) rules.models.push_back(model.value);
    check_repeated(rules.own_paths, "path", report);
    check_repeated(rules.own_models, "model", report);
    check_against(above, rules, report);
    above.push_back(std::move(rules));
  }
}

}  // namespace signalbox::config
