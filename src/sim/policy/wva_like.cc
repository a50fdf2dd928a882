// SPDX-License-Identifier: Apache-2.0
//
// Saturation, then the cheapest or the dearest; see wva_like.h.
#include "sim/policy/wva_like.h"

#include <algorithm>

namespace signalbox::sim {

void WvaLike::decide(const Observation& seen, Wish& wish) {
  available_.observe(seen);
  const auto order = cheapest_first(seen);
  bool booting = false;
  int replicas = 0;
  for (const UnitId id : seen.service().units) {
    const UnitObservation& unit = seen.unit(id);
    wish.replicas[id.index()] = unit.present();
    replicas += unit.present();
    booting = booting || unit.booting > 0;
  }
  const double supply_per_s = present_capacity_per_s(seen);
  double required_per_s = seen.arrived_per_s / up_ - supply_per_s;
  if (required_per_s <= 0.0 && replicas == 0 && !order.empty()) {
    required_per_s = seen.unit_spec(order.front()).plateau_per_s();
  }
  for (const UnitId id : order) {
    if (required_per_s <= 0.0) break;
    const double capacity_per_s = seen.unit_spec(id).plateau_per_s();
    int& wanted = wish.replicas[id.index()];
    const int more =
        std::clamp(available_.most(id) - wanted, 0, replicas_for(required_per_s, capacity_per_s));
    wanted += more;
    required_per_s -= more * capacity_per_s;
  }

  double spare_per_s = supply_per_s - seen.arrived_per_s / down_;
  if (booting) return;
  for (auto id = order.rbegin(); id != order.rend() && spare_per_s > 0.0; ++id) {
    const double capacity_per_s = seen.unit_spec(*id).plateau_per_s();
    int& wanted = wish.replicas[id->index()];
    const int fits = static_cast<int>(spare_per_s / capacity_per_s + 1e-9);
    const int less = std::min({fits, wanted - seen.unit_spec(*id).min_replicas, replicas - 1});
    if (less <= 0) continue;
    wanted -= less;
    replicas -= less;
    spare_per_s -= less * capacity_per_s;
  }
}

}  // namespace signalbox::sim
