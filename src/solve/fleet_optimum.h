// SPDX-License-Identifier: Apache-2.0
//
// The joint plan of core/scale/fleet_plan.h by an integer program: what the fast method is measured
// against, and what plans of few services may as well be made with offline. The program is written
// from the problem's definitions, not from the rows that the fast method made of them.
#pragma once

#include <vector>

#include "core/scale/fleet_plan.h"

namespace signalbox::solve {

struct FleetOptimum {
  bool impossible = false;          // no plan meets every constraint
  bool proven = false;              // the plan is the best, or there is none
  std::vector<int> replicas;        // by service, then pool; empty when none was found
  core::FleetCost cost;             // of them, added up by core::cost_of
  double bound_usd_per_hour = 0.0;  // the solver's own, on the total of any plan
  int nodes = 0;
};

// Looks at no more than `node_limit` nodes. REQUIRES: as plan_fleet().
FleetOptimum fleet_optimum(const core::FleetPlanProblem& problem, int node_limit = 20'000);

}  // namespace signalbox::solve
