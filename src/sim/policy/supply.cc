// SPDX-License-Identifier: Apache-2.0
//
// Order, availability, filling; see supply.h.
#include "sim/policy/supply.h"

#include <algorithm>
#include <cmath>

namespace signalbox::sim {

namespace {

constexpr Duration kRefusalMemory = 300s;

}  // namespace

double marginal_usd_per_hour(const Observation& seen, UnitId unit) {
  return is_prepaid(seen.tier(unit)) ? 0.0 : seen.unit(unit).price_usd_per_hour;
}

std::vector<UnitId> cheapest_first(const Observation& seen) {
  std::vector<UnitId> order;
  for (const UnitId id : seen.service().units) {
    if (seen.unit_spec(id).managed) order.push_back(id);
  }
  const auto usd_per_work = [&](UnitId id) {
    return marginal_usd_per_hour(seen, id) / seen.unit_spec(id).plateau_per_s();
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](UnitId a, UnitId b) { return usd_per_work(a) < usd_per_work(b); });
  return order;
}

double present_capacity_per_s(const Observation& seen) {
  double total = 0.0;
  for (const UnitId id : seen.service().units) {
    total += seen.unit(id).present() * seen.unit_spec(id).plateau_per_s();
  }
  return total;
}

void Availability::observe(const Observation& seen) {
  units_.resize(seen.units.size());
  for (std::size_t i = 0; i < units_.size(); ++i) {
    Unit& unit = units_[i];
    const UnitObservation& now = seen.units[i];
    const int limit = seen.spec->units[i].max_replicas;
    unit.most = std::min(limit, std::max(now.pool_limit.value_or(limit), 0));
    if (now.refused_at != unit.refused_at) {
      unit.refusing = true;
      unit.refused_at = now.refused_at;
    } else if (unit.asked && now.present() > unit.present) {
      unit.refusing = false;
    }
    unit.asked = unit.refusing && seen.now - *unit.refused_at >= kRefusalMemory;
    unit.present = now.present();
    if (unit.refusing) unit.most = std::min(unit.most, now.present() + (unit.asked ? 1 : 0));
  }
}

void fill_in_order(const Observation& seen, const std::vector<UnitId>& order,
                   const Availability& available, double need_per_s, std::vector<int>& replicas) {
  double left = need_per_s;
  for (std::size_t i = 0; i < seen.units.size(); ++i) {
    const core::UnitSpec& unit = seen.spec->units[i];
    replicas[i] = unit.managed ? unit.min_replicas : seen.units[i].ready;
  }
  for (const UnitId id : seen.service().units) {
    left -= replicas[id.index()] * seen.unit_spec(id).plateau_per_s();
  }
  for (const UnitId id : order) {
    const double capacity_per_s = seen.unit_spec(id).plateau_per_s();
    const int more =
        std::min(replicas_for(left, capacity_per_s), available.most(id) - replicas[id.index()]);
    if (more <= 0) continue;
    replicas[id.index()] += more;
    left -= more * capacity_per_s;
  }
}

void keep_one(const Observation& seen, const std::vector<UnitId>& order,
              const Availability& available, std::vector<int>& replicas) {
  for (const UnitId id : seen.service().units) {
    if (replicas[id.index()] > 0) return;
  }
  const auto first =
      std::find_if(order.begin(), order.end(), [&](UnitId id) { return available.most(id) > 0; });
  if (first != order.end()) replicas[first->index()] = 1;
}

int replicas_for(double need_per_s, double capacity_per_s) {
  constexpr double kRounding = 1e-9;
  if (need_per_s <= 0.0) return 0;
  // No fleet is that large; the bound keeps a needless infinity out of an int.
  return static_cast<int>(std::min(std::ceil(need_per_s / capacity_per_s - kRounding), 1e6));
}

}  // namespace signalbox::sim
