// SPDX-License-Identifier: Apache-2.0
//
// Which service a request is for. Services are matched in the operator's order, by path and by the
// body's `model` field; the first match wins. A shell asks needs_model() first, so that a body is
// only inspected when its model can change the answer.
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "core/model/fleet_spec.h"

namespace signalbox::core {

// True when `rule` covers `path`: equal, or a prefix when the rule ends in '*'.
bool path_matches(std::string_view rule, std::string_view path);

// The service for this path and model (empty = unknown), or nullopt when none answers to them.
std::optional<ServiceId> classify(const FleetSpec& spec, std::string_view path,
                                  std::string_view model);

// True when some service covers this path only for certain models.
bool needs_model(const FleetSpec& spec, std::string_view path);

// classify() for one configuration, indexed: the services of every path that is named exactly are
// found beforehand, and of them the first for each model. Other paths are looked up as by
// classify().
class Classifier {
 public:
  Classifier() = default;
  // REQUIRES: `spec` outlives this.
  explicit Classifier(const FleetSpec& spec);

  std::optional<ServiceId> find(std::string_view path, std::string_view model) const;

 private:
  struct Path {
    std::string_view path;
    std::vector<std::pair<std::string_view, ServiceId>> by_model;  // ordered; before `any_model`
    std::optional<ServiceId> any_model;
  };

  const FleetSpec* spec_ = nullptr;
  std::vector<Path> paths_;  // ordered by path
};

}  // namespace signalbox::core
