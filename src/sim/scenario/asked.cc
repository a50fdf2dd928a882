// SPDX-License-Identifier: Apache-2.0
//
// Defaults, and the Router's own classification; see asked.h.
#include "sim/scenario/asked.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "config/nearest.h"
#include "core/route/classify.h"

namespace signalbox::sim {

namespace {

using config::in_quotes;
using Words = std::vector<std::string_view>;

void add_new(Words& words, const std::vector<std::string>& more) {
  for (const std::string_view word : more) {
    if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(word);
  }
}

}  // namespace

Asked asked_of(const config::Fields& traffic, const core::FleetSpec& fleet) {
  const core::ServiceSpec& first = fleet.services.at(0);
  Asked asked;
  const auto path = traffic.get<std::string>("path");
  asked.path = path.value_or(first.paths.at(0));
  if (!path && asked.path.ends_with('*')) asked.path.pop_back();
  const bool named = path.has_value() || first.models.empty();
  asked.model = traffic.get<std::string>("model").value_or(named ? "" : first.models.at(0));
  return asked;
}

void check_asked(const config::Fields& traffic, const core::FleetSpec& fleet,
                 config::Report& report) {
  if (!traffic.is_sound("path") || !traffic.is_sound("model")) return;
  const Asked asked = asked_of(traffic, fleet);
  if (core::classify(fleet, asked.path, asked.model)) return;
  Words paths, models;
  for (const auto& service : fleet.services) {
    add_new(paths, service.paths);
    const bool covers =
        std::any_of(service.paths.begin(), service.paths.end(),
                    [&](const auto& rule) { return core::path_matches(rule, asked.path); });
    if (covers) add_new(models, service.models);
  }
  if (models.empty()) {
    report.add(traffic.place("path"),
               fmt::format("no service of the fleet answers to {}", in_quotes(asked.path)),
               {.hint = config::did_you_mean(asked.path, paths), .allowed = config::listed(paths)});
  } else if (asked.model.empty()) {
    report.add(traffic.place("path"),
               fmt::format("{} is answered for certain models only", in_quotes(asked.path)),
               {.hint = "add 'model:' with one of them", .allowed = config::listed(models)});
  } else {
    report.add(
        traffic.place("model"),
        fmt::format("no service of the fleet answers to model {} at {}", in_quotes(asked.model),
                    in_quotes(asked.path)),
        {.hint = config::did_you_mean(asked.model, models), .allowed = config::listed(models)});
  }
}

}  // namespace signalbox::sim
