// SPDX-License-Identifier: Apache-2.0
//
// Demand -> required capacity -> cheapest mix; see planner.h.
#include "core/scale/planner.h"

#include <algorithm>
#include <cstddef>
#include <limits>
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
// Uncovered capacity counts this many times the price at the margin: of the unit that has to carry
// the last of the requirement, however cheap those before it are. In cost mode one of its replicas
// is bought when at least half of it is needed, since the hold queue bridges less than that; in
// capacity mode when a quarter of it is.
constexpr double kMissPriceRatioCost = 2.0;
constexpr double kMissPriceRatioCapacity = 4.0;
// Where capacity costs nothing misses still do, so that it is used.
constexpr double kLeastMissPrice = 1e-3;
// A service keeps one replica until nobody has called for this many boot times.
constexpr int kIdleBootTimes = 10;

// The unit whose replicas the requirement is counted in: the cheapest per request that meets the
// objective.
std::optional<UnitId> reference_unit(const PlanInput& input, const ServiceSpec& service) {
  std::optional<UnitId> best;
  double best_cost = 0.0;
  for (const UnitId id : service.units) {
    const UnitSpec& unit = input.spec->unit(id);
    const bool usable = unit.managed ? unit.max_replicas > 0 : !unit.endpoints.empty();
    if (!usable || !input.fleet->can_meet(id, service.objective)) continue;
    const double cost = input.fleet->unit(id).price_usd_per_hour / input.fleet->capacity_per_s(id);
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
  demand +=
      backlog * input.work_per_request / to_seconds(std::max(service.objective.latency, horizon));
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

namespace {

// Replicas the unit may have at most for this service at this moment.
int limit_of(const PlanInput& input, UnitId id) {
  return std::max(0, input.fleet->limit(*input.spec, id, input.now) - input.taken[id.index()]);
}

Requirement requirement_in(const PlanInput& input, const ServiceSpec& service,
                           const UnitSpec& reference) {
  Objective objective = service.objective;
  if (input.mode == Mode::kCapacityOptimized) {
    objective.quantile = 1.0 - (1.0 - objective.quantile) * kCapacityMissShare;
  }
  Requirement need;
  need.demand_per_s = demand_to_plan_for(input, service, reference);
  need.required_per_s =
      required_capacity_per_s(need.demand_per_s, reference.profile.latency(reference.slots),
                              reference.profile.spread(), objective);
  const Duration idle_time = kIdleBootTimes * boot_horizon(*input.spec, service);
  const bool called_lately =
      input.demand->seen_any() && input.now - input.demand->last_arrival() <= idle_time;
  if (called_lately || input.held > 0) {
    need.required_per_s = std::max(need.required_per_s, 0.5 * reference.plateau_per_s());
  }
  return need;
}

// See ServiceWish::accepted_per_s.
double accepted_shortfall(const std::vector<MixOption>& options, const Mix& mix,
                          const MixTerms& terms) {
  double accepted = std::numeric_limits<double>::infinity();
  bool has_any = false;
  for (std::size_t i = 0; i < options.size(); ++i) has_any = has_any || mix.replicas[i] > 0;
  for (std::size_t i = 0; i < options.size(); ++i) {
    const MixOption& option = options[i];
    if (mix.replicas[i] >= option.most) continue;
    if (!has_any) return 0.0;
    const bool is_new = mix.replicas[i] >= option.present;
    const double price = option.price_usd_per_hour * (is_new ? 1.0 + terms.switching_share : 1.0);
    const double worth = price / terms.miss_price_usd_per_hour;
    if (worth < option.capacity_per_s) accepted = std::min(accepted, worth);
  }
  return accepted;
}

}  // namespace

Requirement requirement_of(const PlanInput& input) {
  const ServiceSpec& service = input.spec->service(input.service);
  const auto reference = reference_unit(input, service);
  return reference ? requirement_in(input, service, input.spec->unit(*reference)) : Requirement{};
}

bool still_stands(const ServiceWish& wish, const PlanInput& input) {
  const ServiceSpec& service = input.spec->service(input.service);
  double planned_per_s = 0.0;  // by what replicas show now
  for (std::size_t u = 0; u < service.units.size(); ++u) {
    const UnitId id = service.units[u];
    if (wish.limits[u] != limit_of(input, id)) return false;
    if (wish.prices_usd_per_hour[u] != input.fleet->unit(id).price_usd_per_hour) return false;
    if (!input.fleet->can_meet(id, service.objective)) continue;
    planned_per_s += wish.targets[u] * input.fleet->capacity_per_s(id);
  }
  constexpr double kRounding = 1.0 + 1e-9;  // the plan's sum was added up in another order
  return requirement_of(input).required_per_s <= (planned_per_s + wish.accepted_per_s) * kRounding;
}

ServiceWish plan_service(const PlanInput& input) {
  const ServiceSpec& service = input.spec->service(input.service);
  ServiceWish wish;
  wish.targets.resize(service.units.size());
  wish.nominal.resize(service.units.size());
  for (const UnitId id : service.units) {
    wish.limits.push_back(limit_of(input, id));
    wish.prices_usd_per_hour.push_back(input.fleet->unit(id).price_usd_per_hour);
  }
  const auto reference_id = reference_unit(input, service);
  if (!reference_id) return wish;
  const UnitSpec& reference = input.spec->unit(*reference_id);
  const Requirement need = requirement_in(input, service, reference);
  wish.demand_per_s = need.demand_per_s;
  wish.required_per_s = need.required_per_s;

  std::vector<MixOption> momentary;
  std::vector<MixOption> nominal;
  for (std::size_t u = 0; u < service.units.size(); ++u) {
    const UnitId id = service.units[u];
    const UnitSpec& unit = input.spec->unit(id);
    const int taken = input.taken[id.index()];
    MixOption option;
    option.capacity_per_s = input.fleet->capacity_per_s(id);
    option.price_usd_per_hour = wish.prices_usd_per_hour[u];
    option.present = std::max(0, input.fleet->count(id).active() - taken);
    const bool useful = input.fleet->can_meet(id, service.objective);
    const int bound = unit.managed ? unit.max_replicas : static_cast<int>(unit.endpoints.size());
    // Fixed servers are there and paid for whatever a plan says.
    const auto bounded = [&](int most) {
      option.most = useful ? most : 0;
      const int floor = unit.managed ? unit.min_replicas - taken : option.most;
      option.least = std::clamp(floor, 0, option.most);
      return option;
    };
    momentary.push_back(bounded(wish.limits[u]));
    nominal.push_back(bounded(std::max(0, bound - taken)));
  }
  const double ratio =
      input.mode == Mode::kCostOptimized ? kMissPriceRatioCost : kMissPriceRatioCapacity;
  const auto miss_price = [&](const std::vector<MixOption>& options) {
    return std::max(kLeastMissPrice, ratio * marginal_price(options, wish.required_per_s));
  };
  const MixTerms terms{kSwitchingShare, miss_price(momentary)};
  const Mix mix = cheapest_mix(momentary, wish.required_per_s, terms);
  wish.targets = mix.replicas;
  wish.planned_per_s = mix.capacity_per_s;
  wish.accepted_per_s = accepted_shortfall(momentary, mix, terms);
  wish.shortfall_per_s = mix.shortfall_per_s;
  wish.cost_usd_per_hour = mix.cost_usd_per_hour;
  wish.lower_bound_usd_per_hour = mix.lower_bound_usd_per_hour;
  wish.nominal = cheapest_mix(nominal, wish.required_per_s, {0.0, miss_price(nominal)}).replicas;
  // Fixed servers too slow for the objective carry nothing, and are there and paid for all the
  // same.
  for (std::size_t u = 0; u < service.units.size(); ++u) {
    const UnitId id = service.units[u];
    if (input.spec->unit(id).managed || input.fleet->can_meet(id, service.objective)) continue;
    wish.targets[u] = wish.limits[u];
    const double usd_per_hour = wish.targets[u] * wish.prices_usd_per_hour[u];
    wish.cost_usd_per_hour += usd_per_hour;
    wish.lower_bound_usd_per_hour += usd_per_hour;
  }
  return wish;
}

}  // namespace signalbox::core
