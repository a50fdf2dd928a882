// SPDX-License-Identifier: Apache-2.0
//
// A question about a fleet that does not run yet: what would so much demand take, if this were
// lost, the objective that tight, and so much to be outlived? Answered from the operator's
// specification alone, by the planner that serves, so that the answer is what would be done.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "core/model/fleet_spec.h"
#include "core/scale/fleet_plan.h"

namespace signalbox::core {

struct WhatIf {
  std::vector<double> demand_per_s;      // by service, in typical requests; 0 = none
  std::vector<UnitId> lost;              // units that are not there
  double latency_factor = 1.0;           // on every objective's latency
  std::optional<Resilience> resilience;  // of every service, instead of its own
};

struct WhatIfQuestion {
  // Names point into the specification; a pool is a unit, by the same index.
  FleetPlanProblem problem;
  std::vector<double> required_per_s;  // by service: what its objective needs at that demand
  std::string hopeless;  // in words, when no unit of a service could ever meet its objective
};

// REQUIRES: one demand per service; the specification outlives the answer.
WhatIfQuestion ask_what_if(const FleetSpec& spec, const WhatIf& what_if);

// Why `resilience` is no question for this fleet, in words; empty when it is one: what may be lost
// must be known, and more than one.
std::string no_such_resilience(const FleetSpec& spec, Resilience resilience);

// A plan that does without one of the units of another.
struct RunnerUp {
  UnitId without;
  FleetPlan plan;
};

// The cheapest plan with another set of units: each that `plan` uses is left out in turn. When none
// keeps the constraints, one of those that do not, which says what it breaks. Nothing when `plan`
// uses no unit.
std::optional<RunnerUp> runner_up(const FleetSpec& spec, const WhatIf& what_if,
                                  const FleetPlan& plan, const FleetPlanEffort& effort = {});

}  // namespace signalbox::core
