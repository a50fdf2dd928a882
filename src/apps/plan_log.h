// SPDX-License-Identifier: Apache-2.0
//
// What of a plan an operator should read in the log.
#pragma once

#include <spdlog/spdlog.h>

#include "core/model/fleet_spec.h"
#include "core/model/plan.h"

namespace signalbox::apps {

inline void log_plan(const core::Plan& plan, const core::FleetSpec& spec) {
  for (const auto& change : plan.mode_changes) {
    spdlog::warn("service {}: {} -> {}: {}", spec.service(change.service).name,
                 core::to_string(change.from), core::to_string(change.to), change.evidence);
  }
  for (const std::string& notice : plan.notices) spdlog::warn("{}", notice);
}

}  // namespace signalbox::apps
