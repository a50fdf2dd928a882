// SPDX-License-Identifier: Apache-2.0
//
// A weighted mean of cost per request; see fluid_cost.h.
#include "sim/scenario/fluid_cost.h"

#include <cstddef>

#include "base/assert.h"

namespace signalbox::sim {

double usd_per_request_at_plateau(const core::UnitSpec& unit) {
  constexpr double kSecondsPerHour = 3600.0;
  return unit.price_usd_per_hour / kSecondsPerHour / unit.plateau_per_s();
}

double fluid_cost_usd(double requests, std::span<const core::UnitSpec> units,
                      std::span<const double> weights) {
  SIGNALBOX_ASSERT(units.size() == weights.size());
  double total_weight = 0.0;
  double weighted_usd = 0.0;
  for (std::size_t i = 0; i < units.size(); ++i) {
    SIGNALBOX_ASSERT(weights[i] >= 0.0);
    total_weight += weights[i];
    weighted_usd += weights[i] * usd_per_request_at_plateau(units[i]);
  }
  SIGNALBOX_ASSERT(total_weight > 0.0);
  return requests * weighted_usd / total_weight;
}

}  // namespace signalbox::sim
