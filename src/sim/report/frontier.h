// SPDX-License-Identifier: Apache-2.0
//
// Cost against misses, all policies in one picture: whoever is nearer to the lower left corner is
// better at both, and what lies between is a choice. One table column alone would hide that a
// policy saves money by missing.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "sim/report/chart.h"
#include "sim/report/summary.h"

namespace signalbox::sim {

// Of one scenario. Cost is relative to the lower bound when every policy has one, else in dollars.
FrontierChart frontier_chart(std::span<const PolicySummary> policies, std::string_view highlighted,
                             std::optional<double> attainment_target);

}  // namespace signalbox::sim
