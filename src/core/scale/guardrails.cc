// SPDX-License-Identifier: Apache-2.0
//
// Each rule narrows the targets in turn; see guardrails.h.
#include "core/scale/guardrails.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace signalbox::core {

std::vector<int> apply_guardrails(const FleetSpec& spec, const FleetState& fleet,
                                  std::vector<int> targets, TimePoint now,
                                  std::vector<GuardrailCut>& cuts) {
  const GuardrailSpec& rails = spec.control.guardrails;
  std::vector<int> allowed = std::move(targets);
  double rate_usd_per_hour = fleet.cost_usd_per_hour();
  for (std::uint32_t i = 0; i < allowed.size(); ++i) {
    const UnitId id(i);
    const UnitSpec& unit = spec.unit(id);
    const int active = fleet.count(id).active();
    const auto cut = [&](const char* rule, int to) {
      if (to == allowed[i]) return;
      cuts.push_back({id, rule, allowed[i], to});
      allowed[i] = to;
    };
    if (!unit.managed) {
      allowed[i] = active;
      continue;
    }
    cut("replicas", std::clamp(allowed[i], unit.min_replicas, unit.max_replicas));
    cut("launch_limit", std::min(allowed[i], std::max(active, fleet.limit(spec, id, now))));
    if (rails.freeze) cut("freeze", active);
    cut("max_launches_per_tick", std::min(allowed[i], active + rails.max_launches_per_tick));
    cut("max_drains_per_tick", std::max(allowed[i], active - rails.max_drains_per_tick));
    const double price = fleet.unit(id).price_usd_per_hour;
    if (rails.budget_usd_per_hour > 0.0 && allowed[i] > active && price > 0.0) {
      const double room = std::max(0.0, rails.budget_usd_per_hour - rate_usd_per_hour);
      const int affordable = static_cast<int>(std::min(room / price + 1e-9, 1e9));
      cut("budget", std::min(allowed[i], active + affordable));
    }
    rate_usd_per_hour += std::max(0, allowed[i] - active) * price;
  }
  return allowed;
}

}  // namespace signalbox::core
