// SPDX-License-Identifier: Apache-2.0
//
// Targets at the adjusted throughput; see paper_equal.h.
#include "sim/policy/paper_equal.h"

#include <algorithm>

namespace signalbox::sim {

double adjusted_throughput_per_s(const core::FleetSpec& fleet, UnitId unit) {
  const auto& units = fleet.services.front().units;
  double sum_per_s = 0.0;
  for (const UnitId each : units) sum_per_s += fleet.unit(each).plateau_per_s();
  return std::min(sum_per_s / static_cast<double>(units.size()), fleet.unit(unit).plateau_per_s());
}

void PaperEqual::decide(const Observation& seen, Wish& wish) {
  wish.mode = core::Mode::kCapacityOptimized;  // the paper's name for equal shares
  for (const UnitId id : seen.service().units) {
    const double target_per_s = utilisation_ * adjusted_throughput_per_s(*seen.spec, id);
    wish.replicas[id.index()] = rule_.wanted(seen, id, target_per_s, 1);
  }
}

}  // namespace signalbox::sim
