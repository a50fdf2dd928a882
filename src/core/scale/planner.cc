// SPDX-License-Identifier: Apache-2.0
//
// Demand -> required capacity -> cheapest mix; see planner.h.
#include "core/scale/planner.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "core/scale/mix.h"
#include "core/scale/staffing.h"

namespace signalbox::core {

namespace {

// Uncertainty of demand that is staffed for, in standard deviations of its estimate, as far as
// waiting cannot bridge it.
constexpr double kDeviationsCost = 1.0;
constexpr double kDeviationsCapacity = 2.0;
// In capacity mode a tenth of the misses the objective allows are planned for.
constexpr double kCapacityMissShare = 0.1;
// A new replica must be this much cheaper than a present one to replace it.
constexpr double kSwitchingShare = 0.05;
// Uncovered capacity counts this many times the cheapest unit's price. In cost mode a cheap replica
// is bought when at least half of it is needed, since the hold queue bridges less than that; in
// capacity mode when a quarter of it is.
constexpr double kMissPriceRatioCost = 2.0;
constexpr double kMissPriceRatioCapacity = 4.0;
// A service keeps one replica until nobody has called for this many boot times.
constexpr int kIdleBootTimes = 10;

// A unit that cannot meet the objective even when idle is no capacity for this service.
bool can_meet_objective(const UnitSpec& unit, const Objective& objective) {
  return unit.profile.latency(1) < objective.latency;
}

// The unit whose replicas the requirement is counted in: the cheapest per request that meets the
// objective.
std::optional<UnitId> reference_unit(const PlanInput& input, const ServiceSpec& service) {
  std::optional<UnitId> best;
  double best_cost = 0.0;
  for (const UnitId id : service.units) {
    const UnitSpec& unit = input.spec->unit(id);
    const bool usable = unit.managed ? unit.max_replicas > 0 : !unit.endpoints.empty();
    if (!usable || !can_meet_objective(unit, service.objective)) continue;
    const double cost =
        input.fleet->unit(id).price_usd_per_hour / input.fleet->capacity_per_s(*input.spec, id);
    if (!best || cost < best_cost) {
      best = id;
      best_cost = cost;
    }
  }
  return best;
}

// The estimate can be wrong for about as long as it remembers. A shortfall of e requests/s over
// that memory makes a line of e x memory requests; as long as the line is worked off within the
// slack the objective leaves, nobody misses it. Only uncertainty beyond that needs replicas.
double unbridged_uncertainty(const PlanInput& input, Duration slack) {
  const double deviations =
      input.mode == Mode::kCostOptimized ? kDeviationsCost : kDeviationsCapacity;
  const double bridged = input.demand->level_per_s() * std::max(0.0, to_seconds(slack)) /
                         to_seconds(input.demand->memory());
  return std::max(0.0, deviations * input.demand->level_deviation_per_s() - bridged);
}

double demand_to_plan_for(const PlanInput& input, const ServiceSpec& service,
                          const UnitSpec& reference) {
  const Duration horizon = boot_horizon(*input.spec, service) + input.spec->control.tick;
  const Duration slack = service.objective.latency - reference.profile.latency(reference.slots);
  double demand = input.demand->upper_per_s(horizon, 0.0) + unbridged_uncertainty(input, slack);
  // A line longer than the ready slots is work of the past, made up within one objective's time -
  // or as soon as new replicas can help at all.
  int ready_slots = 0;
  for (const UnitId id : service.units) {
    ready_slots += input.fleet->count(id).ready * input.spec->unit(id).slots;
  }
  const int backlog = std::max(0, input.held - ready_slots);
  demand += backlog / to_seconds(std::max(service.objective.latency, horizon));
  return demand;
}

}  // namespace

Duration boot_horizon(const FleetSpec& spec, const ServiceSpec& service) {
  Duration horizon{};
  for (const UnitId id : service.units) {
    if (spec.unit(id).managed) horizon = std::max(horizon, spec.unit(id).boot_time_max);
  }
  return horizon;
}

ServiceWish plan_service(const PlanInput& input) {
  const ServiceSpec& service = input.spec->service(input.service);
  ServiceWish wish;
  wish.targets.resize(service.units.size());
  wish.nominal.resize(service.units.size());
  const auto reference_id = reference_unit(input, service);
  if (!reference_id) return wish;
  const UnitSpec* reference = &input.spec->unit(*reference_id);
  const double reference_price = input.fleet->unit(*reference_id).price_usd_per_hour;

  Objective objective = service.objective;
  if (input.mode == Mode::kCapacityOptimized) {
    objective.quantile = 1.0 - (1.0 - objective.quantile) * kCapacityMissShare;
  }
  wish.demand_per_s = demand_to_plan_for(input, service, *reference);
  const double per_slot_s = to_seconds(reference->profile.latency(reference->slots));
  wish.required_per_s = required_capacity_per_s(wish.demand_per_s, from_seconds(per_slot_s),
                                                reference->profile.spread(), objective);
  const Duration idle_time = kIdleBootTimes * boot_horizon(*input.spec, service);
  const bool called_lately =
      input.demand->seen_any() && input.now - input.demand->last_arrival() <= idle_time;
  if (called_lately || input.held > 0) {
    wish.required_per_s = std::max(wish.required_per_s, 0.5 * reference->plateau_per_s());
  }

  std::vector<MixOption> momentary;
  std::vector<MixOption> nominal;
  for (const UnitId id : service.units) {
    const UnitSpec& unit = input.spec->unit(id);
    const int taken = input.taken[id.index()];
    const int present = std::max(0, input.fleet->count(id).active() - taken);
    MixOption option;
    option.capacity_per_s = input.fleet->capacity_per_s(*input.spec, id);
    option.price_usd_per_hour = input.fleet->unit(id).price_usd_per_hour;
    option.present = present;
    const bool useful = can_meet_objective(unit, service.objective);
    const int bound = unit.managed ? unit.max_replicas : static_cast<int>(unit.endpoints.size());
    const int limit = input.fleet->limit(*input.spec, id, input.now);
    // Fixed servers are there and paid for whatever a plan says.
    const auto bounded = [&](int most) {
      option.most = useful || !unit.managed ? std::max(0, most - taken) : 0;
      const int floor = unit.managed ? unit.min_replicas - taken : option.most;
      option.least = std::clamp(floor, 0, option.most);
      return option;
    };
    momentary.push_back(bounded(limit));
    wish.limits.push_back(limit);
    nominal.push_back(bounded(bound));
  }
  const double ratio =
      input.mode == Mode::kCostOptimized ? kMissPriceRatioCost : kMissPriceRatioCapacity;
  const double miss_price = ratio * reference_price / reference->plateau_per_s();
  const Mix mix = cheapest_mix(momentary, wish.required_per_s, {kSwitchingShare, miss_price});
  wish.targets = mix.replicas;
  wish.planned_per_s = mix.capacity_per_s;
  wish.shortfall_per_s = mix.shortfall_per_s;
  wish.cost_usd_per_hour = mix.cost_usd_per_hour;
  wish.lower_bound_usd_per_hour = mix.lower_bound_usd_per_hour;
  wish.nominal = cheapest_mix(nominal, wish.required_per_s, {0.0, miss_price}).replicas;
  return wish;
}

}  // namespace signalbox::core
