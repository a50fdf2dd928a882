// SPDX-License-Identifier: Apache-2.0
//
// One rule per unit; see keda_per_unit.h.
#include "sim/policy/keda_per_unit.h"

#include <algorithm>

#include "sim/policy/supply.h"

namespace signalbox::sim {

void KedaPerUnit::decide(const Observation& seen, Wish& wish) {
  const auto order = cheapest_first(seen);
  for (const UnitId id : order) {
    const bool activated = seen.held > 0 && seen.unit(id).ready == 0;
    const int least = std::max(least_, id == order.front() || activated ? 1 : 0);
    const double target_per_s = utilisation_ * seen.unit_spec(id).plateau_per_s();
    wish.replicas[id.index()] = rule_.wanted(seen, id, target_per_s, least);
  }
}

}  // namespace signalbox::sim
