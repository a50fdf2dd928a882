// SPDX-License-Identifier: Apache-2.0
//
// N, zones, spot, on-demand; see spothedge.h.
#include "sim/policy/spothedge.h"

#include <algorithm>
#include <tuple>

namespace signalbox::sim {

namespace {

constexpr Duration kDownscaleDelay = 1200s;
constexpr std::size_t kLeastZones = 2;

}  // namespace

void SpotHedge::decide(const Observation& seen, Wish& wish) {
  follow_load(seen);
  judge_zones(seen, wish);
  available_.observe(seen);

  std::vector<UnitId> owned;
  std::vector<UnitId> on_demand;
  for (const UnitId id : cheapest_first(seen)) {
    if (seen.tier(id) == Tier::kOwned) owned.push_back(id);
    if (seen.tier(id) == Tier::kOnDemand) on_demand.push_back(id);
  }
  fill_in_order(seen, owned, available_, target_per_s_, wish.replicas);
  double own_per_s = 0.0;
  for (const UnitId id : seen.service().units) {
    const bool own = seen.tier(id) == Tier::kOwned || !seen.unit_spec(id).managed;
    if (own) own_per_s += wish.replicas[id.index()] * seen.unit_spec(id).plateau_per_s();
  }

  double extra_per_s = 0.0;
  double ready_spot_per_s = 0.0;
  double spot_usd_per_work = 0.0;
  for (const Zone& zone : zones_) {
    const double capacity_per_s = seen.unit_spec(zone.unit).plateau_per_s();
    const double usd_per_work = seen.unit(zone.unit).price_usd_per_hour / capacity_per_s;
    if (extra_per_s == 0.0 || usd_per_work < spot_usd_per_work) {
      extra_per_s = extra_ * capacity_per_s;
      spot_usd_per_work = usd_per_work;
    }
    ready_spot_per_s += seen.unit(zone.unit).ready * capacity_per_s;
  }
  const double need_per_s = std::max(0.0, target_per_s_ - own_per_s);
  const double fallback_per_s =
      std::clamp(need_per_s + extra_per_s - ready_spot_per_s, 0.0, need_per_s);
  // Machines of one's own come first in the order, so they are filled again as before.
  std::vector<UnitId> order = owned;
  order.insert(order.end(), on_demand.begin(), on_demand.end());
  fill_in_order(seen, order, available_, own_per_s + fallback_per_s, wish.replicas);
  if (need_per_s > 0.0) {
    place_spot(seen, need_per_s + extra_per_s, wish);
  } else {
    keep_one(seen, order, available_, wish.replicas);
  }
}

void SpotHedge::follow_load(const Observation& seen) {
  const double wanted_per_s = seen.arrived_per_s / utilisation_;
  const auto since = [&](std::optional<TimePoint>& began, bool holds) {
    if (!holds) {
      began.reset();
      return Duration{};
    }
    if (!began) began = seen.now;
    return seen.now - *began;
  };
  const Duration too_little = since(too_little_since_, wanted_per_s > target_per_s_);
  const Duration too_much = since(too_much_since_, wanted_per_s < target_per_s_);
  const bool first = target_per_s_ == 0.0;
  const bool up = too_little_since_ && (first || too_little >= upscale_delay_);
  const bool down = too_much_since_ && too_much >= kDownscaleDelay;
  if (!up && !down) return;
  target_per_s_ = wanted_per_s;
  too_little_since_.reset();
  too_much_since_.reset();
}

void SpotHedge::judge_zones(const Observation& seen, const Wish& last) {
  if (zones_.empty()) {
    for (const UnitId id : seen.service().units) {
      if (seen.tier(id) == Tier::kSpot && seen.unit_spec(id).managed)
        zones_.push_back({.unit = id});
    }
  }
  for (Zone& zone : zones_) {
    const UnitObservation& unit = seen.unit(zone.unit);
    const bool refused = unit.refused_at != zone.refused_at;
    // Fewer than there were, though no fewer were wanted: the zone took them.
    const bool preempted =
        unit.present() < std::min(zone.present, last.replicas[zone.unit.index()]);
    if (refused || preempted) zone.aside = true;
    zone.refused_at = unit.refused_at;
    zone.present = unit.present();
  }
  const auto in_use = static_cast<std::size_t>(
      std::count_if(zones_.begin(), zones_.end(), [](const Zone& zone) { return !zone.aside; }));
  if (in_use < kLeastZones) {
    for (Zone& zone : zones_) zone.aside = false;
  }
}

void SpotHedge::place_spot(const Observation& seen, double goal_per_s, Wish& wish) {
  double placed_per_s = 0.0;
  for (const Zone& zone : zones_) {
    int& wanted = wish.replicas[zone.unit.index()];
    wanted = std::max(zone.present, seen.unit_spec(zone.unit).min_replicas);
    placed_per_s += wanted * seen.unit_spec(zone.unit).plateau_per_s();
  }
  const auto price = [&](UnitId id) { return seen.unit(id).price_usd_per_hour; };
  while (placed_per_s < goal_per_s) {
    const Zone* least = nullptr;
    const auto order = [&](UnitId id) {
      return std::tuple(wish.replicas[id.index()], price(id), id);
    };
    for (const Zone& zone : zones_) {
      const bool room = wish.replicas[zone.unit.index()] < seen.unit_spec(zone.unit).max_replicas;
      if (zone.aside || !room) continue;
      if (least == nullptr || order(zone.unit) < order(least->unit)) least = &zone;
    }
    if (least == nullptr) return;
    ++wish.replicas[least->unit.index()];
    placed_per_s += seen.unit_spec(least->unit).plateau_per_s();
  }
  // Too many: from the fullest zone, the dearer of equals, as long as the goal is still met.
  while (true) {
    const Zone* fullest = nullptr;
    const auto order = [&](UnitId id) {
      return std::tuple(wish.replicas[id.index()], price(id), id);
    };
    for (const Zone& zone : zones_) {
      const core::UnitSpec& unit = seen.unit_spec(zone.unit);
      if (wish.replicas[zone.unit.index()] <= unit.min_replicas) continue;
      if (placed_per_s - unit.plateau_per_s() < goal_per_s) continue;
      if (fullest == nullptr || order(zone.unit) > order(fullest->unit)) fullest = &zone;
    }
    if (fullest == nullptr) return;
    --wish.replicas[fullest->unit.index()];
    placed_per_s -= seen.unit_spec(fullest->unit).plateau_per_s();
  }
}

}  // namespace signalbox::sim
