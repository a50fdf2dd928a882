// SPDX-License-Identifier: Apache-2.0
//
// Ceil, then the window; see keda_rule.h.
#include "sim/policy/keda_rule.h"

#include <algorithm>

#include "sim/policy/supply.h"

namespace signalbox::sim {

double routed_per_s(const Observation& seen, UnitId unit) {
  double all_per_s = 0.0;
  for (const UnitObservation& each : seen.units) all_per_s += each.forwarded_per_s;
  if (all_per_s <= 0.0) return 0.0;
  return seen.arrived_per_s * seen.unit(unit).forwarded_per_s / all_per_s;
}

int KedaRule::wanted(const Observation& seen, UnitId unit, double target_per_s, int least) {
  recent_.resize(seen.units.size());
  const int desired = std::max(least, replicas_for(routed_per_s(seen, unit), target_per_s));
  return recent_[unit.index()].push(desired, seen.now, kHpaStabilisation);
}

}  // namespace signalbox::sim
