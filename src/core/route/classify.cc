// SPDX-License-Identifier: Apache-2.0
//
// First match in the operator's order, and the same found beforehand; see classify.h.
#include "core/route/classify.h"

#include <algorithm>

namespace signalbox::core {

namespace {

bool covers_path(const ServiceSpec& service, std::string_view path) {
  return std::any_of(service.paths.begin(), service.paths.end(),
                     [&](const auto& rule) { return path_matches(rule, path); });
}

bool covers_model(const ServiceSpec& service, std::string_view model) {
  return service.models.empty() ||
         std::find(service.models.begin(), service.models.end(), model) != service.models.end();
}

}  // namespace

bool path_matches(std::string_view rule, std::string_view path) {
  if (!rule.ends_with('*')) return rule == path;
  return path.starts_with(rule.substr(0, rule.size() - 1));
}

std::optional<ServiceId> classify(const FleetSpec& spec, std::string_view path,
                                  std::string_view model) {
  for (std::size_t i = 0; i < spec.services.size(); ++i) {
    const auto& service = spec.services[i];
    if (covers_path(service, path) && covers_model(service, model)) {
      return ServiceId(static_cast<std::uint32_t>(i));
    }
  }
  return std::nullopt;
}

Classifier::Classifier(const FleetSpec& spec) : spec_(&spec) {
  std::vector<std::string_view> exact;
  for (const auto& service : spec.services) {
    for (const auto& rule : service.paths) {
      if (!rule.ends_with('*')) exact.push_back(rule);
    }
  }
  std::sort(exact.begin(), exact.end());
  exact.erase(std::unique(exact.begin(), exact.end()), exact.end());
  for (const auto path : exact) {
    Path& indexed = paths_.emplace_back();
    indexed.path = path;
    for (std::uint32_t i = 0; i < spec.services.size() && !indexed.any_model; ++i) {
      const auto& service = spec.services[i];
      if (!covers_path(service, path)) continue;
      if (service.models.empty()) indexed.any_model = ServiceId(i);
      for (const auto& model : service.models) indexed.by_model.emplace_back(model, ServiceId(i));
    }
    // Of several services for a model the first stands first.
    std::sort(indexed.by_model.begin(), indexed.by_model.end());
  }
}

std::optional<ServiceId> Classifier::find(std::string_view path, std::string_view model) const {
  const auto indexed =
      std::lower_bound(paths_.begin(), paths_.end(), path,
                       [](const Path& entry, std::string_view key) { return entry.path < key; });
  if (indexed == paths_.end() || indexed->path != path) return classify(*spec_, path, model);
  const auto named =
      std::lower_bound(indexed->by_model.begin(), indexed->by_model.end(), model,
                       [](const auto& entry, std::string_view key) { return entry.first < key; });
  if (named != indexed->by_model.end() && named->first == model) return named->second;
  return indexed->any_model;
}

bool needs_model(const FleetSpec& spec, std::string_view path) {
  for (const auto& service : spec.services) {
    if (!covers_path(service, path)) continue;
    // The first service that takes any model ends the search: later ones are never reached.
    return !service.models.empty();
  }
  return false;
}

}  // namespace signalbox::core
