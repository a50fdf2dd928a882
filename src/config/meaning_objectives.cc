// SPDX-License-Identifier: Apache-2.0
//
// An objective below what the fastest unit does without any load is a promise nobody can keep:
// every request would be late, and every mode and plan a symptom of that one number.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "config/meaning.h"

namespace signalbox::config {

namespace {

// Mean time in service on an idle replica; nothing when the profile was refused.
std::optional<Duration> unloaded_latency(const Fields& unit) {
  if (const auto plateau = unit.get<double>("plateau")) return from_seconds(1.0 / *plateau);
  const auto points = unit.sections("latency_curve");
  return points.empty() ? std::nullopt : points.front().value.get<Duration>("latency");
}

std::string to_the_millisecond(Duration latency) {
  if (latency < 10ms) return format_duration(latency);
  return format_duration(std::chrono::round<std::chrono::milliseconds>(latency));
}

}  // namespace

void check_objectives(const Fields& root, Report& report) {
  std::map<std::string, std::optional<Duration>> latencies;
  for (const auto& unit : root.sections("units")) {
    latencies[unit.name] = unloaded_latency(unit.value);
  }
  for (const auto& service : root.sections("services")) {
    const Fields objective = service.value.section("objective");
    const auto target = objective.get<Duration>("latency");
    // Where tokens are owed instead, the latency follows from them.
    const bool in_tokens = objective.has("first_token") || objective.has("per_token");
    if (in_tokens && !objective.has("latency")) continue;
    if (!target || !service.value.is_sound("units")) continue;

    std::vector<std::string> names;
    for (const auto& item : service.value.items<std::string>("units")) names.push_back(item.value);
    if (names.empty()) {
      for (const auto& [name, latency] : latencies) names.push_back(name);
    }
    std::string fastest;
    std::optional<Duration> best;
    bool is_certain = !names.empty();
    for (const auto& name : names) {
      const auto known = latencies.find(name);
      is_certain = is_certain && known != latencies.end() && known->second;
      if (!is_certain) break;
      if (!best || *known->second < *best) {
        best = known->second;
        fastest = name;
      }
    }
    if (!is_certain || *target >= *best) continue;
    report.add(objective.place("latency"),
               fmt::format("no unit can answer within {}: the fastest, {}, needs {} without load",
                           format_duration(*target), in_quotes(fastest), to_the_millisecond(*best)),
               {.hint = "raise the objective, or add a faster unit"});
  }
}

}  // namespace signalbox::config
