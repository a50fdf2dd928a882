// SPDX-License-Identifier: Apache-2.0
//
// A whole zone goes dark: everything in it at once, which is what a fleet spread over zones is
// spread for. A list of ordinary faults, so that nothing downstream knows of zones.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "core/model/unit.h"
#include "sim/engine/fault.h"

namespace signalbox::sim {

// Every unit of `zone` loses all replicas, booting ones included, at `at` and gets none until
// `until`, when it is healed. In order of time. REQUIRES: at < until
std::vector<ScheduledFault> zone_loss(std::span<const core::UnitSpec> units, std::string_view zone,
                                      Duration at, Duration until);

}  // namespace signalbox::sim
