// SPDX-License-Identifier: Apache-2.0
//
// The answer to "what would it take?", for a person at a terminal and for a program: the plan, what
// it costs, how near it is proven to be to the cheapest, what comes second and why it lost, or what
// stands in the way.
#pragma once

#include <optional>
#include <string>

#include "core/model/fleet_spec.h"
#include "core/scale/fleet_plan.h"
#include "core/scale/what_if.h"

namespace signalbox::observe {

struct PlanReport {
  std::string config;  // the file's name
  const core::FleetSpec* spec = nullptr;
  core::WhatIf what_if;
  core::WhatIfQuestion question;
  core::FleetPlan plan;
  std::optional<core::RunnerUp> second;
};

// What stands in the way; empty when the plan keeps every constraint.
std::string obstacle_of(const PlanReport& report);

// Ends with a newline.
std::string render_plan(const PlanReport& report);

// One flat object on one line, without a newline.
std::string plan_json(const PlanReport& report);

}  // namespace signalbox::observe
