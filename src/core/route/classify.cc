// SPDX-License-Identifier: Apache-2.0
//
// First match in the operator's order; see classify.h.
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

bool needs_model(const FleetSpec& spec, std::string_view path) {
  for (const auto& service : spec.services) {
    if (!covers_path(service, path)) continue;
    // The first service that takes any model ends the search: later ones are never reached.
    return !service.models.empty();
  }
  return false;
}

}  // namespace signalbox::core
