// SPDX-License-Identifier: Apache-2.0
//
// Rules of evidence; see evidence.h.
#include "core/scale/evidence.h"

#include <fmt/format.h>

#include <algorithm>

namespace signalbox::core {

namespace {

// Demand is a noisy estimate: a shortfall must stand clear of it by this many deviations.
constexpr double kClearDeviations = 2.0;
// Google SRE's page-level burn rate, and enough misses not to judge by a handful.
constexpr double kBurnLimit = 14.4;
constexpr std::uint64_t kLeastMissed = 10;

}  // namespace

ModeEvidence gather_evidence(const PlanInput& input, const ServiceWish& wish, const SloBurn& burn) {
  const FleetSpec& spec = *input.spec;
  const FleetState& fleet = *input.fleet;
  const ServiceSpec& service = spec.service(input.service);
  const Duration horizon = boot_horizon(spec, service) + spec.control.tick;
  const double ready = fleet.ready_capacity_per_s(service);
  const double surely_needed = input.demand->lower_per_s(kClearDeviations);
  const bool carries_demand = ready >= surely_needed;
  const double staying = fleet.staying_capacity_per_s(service);
  const bool what_stays_carries_demand = staying >= surely_needed;

  ModeEvidence evidence;
  evidence.at = input.now;
  bool tier_launchable = true;
  for (std::size_t i = 0; i < service.units.size(); ++i) {
    if (wish.nominal[i] == 0) continue;  // not of the cost tier
    const UnitId id = service.units[i];
    const UnitSpec& unit = spec.unit(id);
    const UnitState& state = fleet.unit(id);
    const int active = fleet.count(id).active() - input.taken[id.index()];
    const int limit = fleet.limit(spec, id, input.now) - input.taken[id.index()];
    const bool refused = unit.managed && !state.backoff.open();
    if (refused || limit < wish.nominal[i]) tier_launchable = false;

    const bool lost_lately = state.lost > 0 && input.now - state.lost_at <= horizon;
    if (refused && active < wish.nominal[i] && evidence.hard.empty()) {
      evidence.hard = fmt::format("launch of {} refused: {}", unit.name, state.refusal);
      evidence.at = state.refused_at;
    } else if (lost_lately && !carries_demand && evidence.hard.empty()) {
      evidence.hard = fmt::format(
          "{} of {} lost ({}); what is ready carries {:.1f} of at least {:.1f} requests/s",
          state.lost == 1 ? "1 replica" : fmt::format("{} replicas", state.lost), unit.name,
          state.loss, ready, surely_needed);
      evidence.at = state.lost_at;
    } else if (const auto by = fleet.next_leaving(id); by && *by - input.now < unit.boot_time_max &&
                                                       !what_stays_carries_demand &&
                                                       evidence.hard.empty()) {
      const int leaving = state.count.leaving();
      evidence.hard = fmt::format(
          "{} of {} will be taken back within {:.0f} s; what stays carries {:.1f} of at least "
          "{:.1f} requests/s",
          leaving == 1 ? "1 replica" : fmt::format("{} replicas", leaving), unit.name,
          std::max(0.0, to_seconds(*by - input.now)), staying, surely_needed);
    } else if (unit.managed && state.pool_limit && *state.pool_limit < wish.nominal[i] &&
               evidence.soft.empty()) {
      evidence.soft = fmt::format("the pool of {} holds {} of the {} replicas wanted", unit.name,
                                  *state.pool_limit, wish.nominal[i]);
    }
  }
  if (evidence.soft.empty() &&
      burn.burning(1.0 - service.objective.quantile, kBurnLimit, kLeastMissed)) {
    evidence.soft = fmt::format("the error budget burns {:.0f} times too fast",
                                burn.short_burn(1.0 - service.objective.quantile));
  }
  evidence.cost_tier_whole = tier_launchable && what_stays_carries_demand && evidence.soft.empty();
  return evidence;
}

}  // namespace signalbox::core
