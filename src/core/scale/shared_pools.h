// SPDX-License-Identifier: Apache-2.0
//
// Services that want more of a pool than it holds, settled together. Each service plans for itself
// first, in the operator's order; where that leaves a later one short of what an earlier one could
// have had elsewhere, all that share are planned at once by the price-directed method of
// fleet_plan.h.
#pragma once

#include <span>
#include <vector>

#include "base/time.h"
#include "core/model/fleet_spec.h"
#include "core/scale/fleet_plan.h"
#include "core/scale/fleet_state.h"
#include "core/scale/planner.h"

namespace signalbox::core {

// True when what earlier services claim keeps a later one from what it could use. `wishes` are by
// ServiceId, each planned with the claims of those before it.
bool pools_are_contended(const FleetSpec& spec, const FleetState& fleet,
                         std::span<const ServiceWish* const> wishes, TimePoint now);

// The fleet's problem as it stands: limits of the moment, prices, the budget, each service's
// expected misses, and its requirement as a rule where it must outlive a loss.
FleetPlanProblem shared_problem(const FleetSpec& spec, const FleetState& fleet,
                                std::span<const ServiceWish* const> wishes, TimePoint now);

}  // namespace signalbox::core
