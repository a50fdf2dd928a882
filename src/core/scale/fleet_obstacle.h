// SPDX-License-Identifier: Apache-2.0
//
// Why there is no plan, in words an operator can act on: whose requirement, which pools, which
// limit. What stands in one service's way, or in the floors', is proven by adding up limits; what
// services take from each other, and what the budget forbids, by the bound.
#pragma once

#include <string>
#include <vector>

#include "core/scale/fleet_plan.h"
#include "core/scale/fleet_rows.h"

namespace signalbox::core {

struct Obstacle {
  std::string words;
  bool proven = false;  // no plan whatever meets the constraint beside the others
};

// What no plan can meet whatever else is planned: a row beyond all that its pools may hold, or
// floors beyond the budget. Empty words when there is no such thing.
Obstacle plain_obstacle(const FleetPlanProblem& problem, const std::vector<ServiceRows>& rows);

// What stands in the way of a plan that lacks something although plain_obstacle() is none: names
// the services that lack, and the budget or the pools that they share with others.
Obstacle joint_obstacle(const FleetPlanProblem& problem, const std::vector<ServiceRows>& rows,
                        const FleetPlan& plan, const FleetPlanEffort& effort);

}  // namespace signalbox::core
