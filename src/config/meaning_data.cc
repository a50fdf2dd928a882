// SPDX-License-Identifier: Apache-2.0
//
// Rules about where data may go are only as good as their spelling: a label that no unit has would
// silently forbid everything, a network that is none would trust nobody.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "base/ip_network.h"
#include "config/meaning.h"
#include "config/nearest.h"
#include "core/model/data_policy.h"

namespace signalbox::config {

namespace {

// The keys of all labels of all units.
std::vector<std::string> label_keys(const Fields& root) {
  std::set<std::string> keys;
  for (const auto& unit : root.sections("units")) {
    for (const auto& label : unit.value.items<std::string>("labels")) keys.insert(label.name);
  }
  return {keys.begin(), keys.end()};
}

void check_demands(const Fields& fields, const std::vector<std::string>& keys, Report& report) {
  const std::vector<std::string_view> known(keys.begin(), keys.end());
  for (const auto& label : fields.items<std::string>("require")) {
    if (std::find(known.begin(), known.end(), label.name) != known.end()) continue;
    std::string hint = did_you_mean(label.name, known);
    if (hint.empty()) hint = "give it to the units that have it, under 'labels'";
    report.add(label.place, fmt::format("no unit has a label {}", in_quotes(label.name)),
               {.hint = std::move(hint), .allowed = listed(known)});
  }
}

// A promise in tokens needs units of which the pace of tokens is known.
void check_tokens(const Fields& root, Report& report) {
  for (const auto& service : root.sections("services")) {
    const Fields objective = service.value.section("objective");
    const char* promised = objective.has("first_token") ? "first_token"
                           : objective.has("per_token") ? "per_token"
                                                        : nullptr;
    if (promised == nullptr || !service.value.is_sound("units")) continue;
    std::vector<std::string> names;
    for (const auto& item : service.value.items<std::string>("units")) names.push_back(item.value);
    for (const auto& unit : root.sections("units")) {
      const bool serves =
          names.empty() || std::find(names.begin(), names.end(), unit.name) != names.end();
      if (!serves || unit.value.has("language")) continue;
      report.add(objective.place(promised),
                 fmt::format("{} is owed in tokens, but of unit {} no pace of tokens is known",
                             promised, in_quotes(unit.name)),
                 {.hint = fmt::format("add 'language:' to unit {}, or state a latency instead",
                                      unit.name)});
    }
  }
}

// The same demands as of a latency curve: load rises, and so does time.
void check_paces(const Fields& root, Report& report) {
  for (const auto& unit : root.sections("units")) {
    if (!unit.value.has("language")) continue;
    std::int64_t before = 0;
    for (const auto& point : unit.value.section("language").sections("per_token")) {
      const auto load = point.value.get<std::int64_t>("in_flight");
      if (!load) break;
      if (*load <= before) {
        report.add(point.value.place("in_flight"),
                   fmt::format("in_flight {} follows {}, but must rise from point to point", *load,
                               before),
                   {.hint = "sort the points by in_flight, each once"});
        break;
      }
      before = *load;
    }
  }
}

}  // namespace

void check_networks(const Fields& section, Report& report) {
  for (const auto& network : section.items<std::string>("trusted")) {
    if (IpNetwork::parse(network.value)) continue;
    report.add(network.place, fmt::format("{} is not a network", in_quotes(network.value)),
               {.hint = "write an address, or a prefix such as 10.0.0.0/8 or fd00::/8, without "
                        "bits behind the prefix"});
  }
}

void check_data(const Fields& root, Report& report) {
  const auto keys = label_keys(root);
  for (const auto& service : root.sections("services")) check_demands(service.value, keys, report);
  const Fields data = root.section("data");
  const auto classes = data.sections("classes");
  for (const auto& named : classes) check_demands(named.value, keys, report);
  if (classes.size() > core::kMaxDataClasses) {
    report.add(data.place("classes"),
               fmt::format("{} classes are more than the {} there can be", classes.size(),
                           core::kMaxDataClasses),
               {.hint = "classes with the same demands can be one"});
  }
  check_networks(data, report);
  check_tokens(root, report);
  check_paces(root, report);
}

}  // namespace signalbox::config
