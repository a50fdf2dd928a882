// SPDX-License-Identifier: Apache-2.0
//
// What the fleet's state says to the mode machine, in words an operator can check: which launch of
// the cost tier was refused, which replicas were lost, what falls short, whether the error budget
// burns - and whether the cost tier is whole again.
#pragma once

#include "core/estimate/slo_burn.h"
#include "core/scale/mode_machine.h"
#include "core/scale/planner.h"

namespace signalbox::core {

// `wish` is the plan in force for the input's service, the error budget that service's own.
ModeEvidence gather_evidence(const PlanInput& input, const ServiceWish& wish, const SloBurn& burn);

}  // namespace signalbox::core
