// SPDX-License-Identifier: Apache-2.0
//
// The largest need of the last beta / e; see lcp.h.
#include "sim/policy/lcp.h"

namespace signalbox::sim {

void Lcp::decide(const Observation& seen, Wish& wish) {
  available_.observe(seen);
  const auto order = cheapest_first(seen);
  if (order.empty()) return;
  const core::UnitSpec& reference = seen.unit_spec(order.front());
  const Duration boot = (reference.boot_time_min + reference.boot_time_max) / 2;
  const int need = replicas_for(seen.arrived_per_s / utilisation_, reference.plateau_per_s());
  const int lazy = needed_.push(need, seen.now, scale(boot, beta_factor_));
  fill_in_order(seen, order, available_, lazy * reference.plateau_per_s(), wish.replicas);
  keep_one(seen, order, available_, wish.replicas);
}

}  // namespace signalbox::sim
