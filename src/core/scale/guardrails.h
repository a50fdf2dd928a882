// SPDX-License-Identifier: Apache-2.0
//
// The last word before anything is launched or stopped. Whatever a policy wants, a tick may only
// move so many replicas, the budget holds, floors stand and a frozen fleet stays as it is. What is
// cut is recorded, so that nobody wonders why a plan was not carried out.
#pragma once

#include <vector>

#include "core/model/fleet_spec.h"
#include "core/model/plan.h"
#include "core/scale/fleet_state.h"

namespace signalbox::core {

// Returns the replicas per unit that may be realised this tick, from `targets` (indexed by UnitId);
// cuts are appended.
std::vector<int> apply_guardrails(const FleetSpec& spec, const FleetState& fleet,
                                  std::vector<int> targets, TimePoint now,
                                  std::vector<GuardrailCut>& cuts);

}  // namespace signalbox::core
