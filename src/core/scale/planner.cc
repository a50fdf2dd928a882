// SPDX-License-Identifier: Apache-2.0
//
// Beliefs about demand -> the price of a miss -> the mix of least cost; see planner.h.
#include "core/scale/planner.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>

#include "core/scale/expected_misses.h"
#include "core/scale/mix.h"

namespace signalbox::core {

namespace {

// A launch helps by then in so many cases of all between the least and the longest boot time.
constexpr double kBootShare = 0.75;
// In capacity mode half of the misses the objective allows are planned for.
constexpr double kCapacityMissShare = 0.5;
// A new replica must be this much cheaper than a present one to replace it, and must spare misses
// worth this much more than its price: a boot is paid for before it serves.
constexpr double kSwitchingShare = 0.1;
// Demand that is so many deviations above the outlook is a burst nobody foresaw.
constexpr double kBurstDeviations = 4.0;
// What is worth keeping is planned for demand so many deviations above what is expected.
constexpr double kKeepDeviations = 1.0;
// Where capacity costs nothing misses still do, so that it is used.
constexpr double kLeastMissPrice = 1e-3;
// A service keeps one replica until nobody has called for this many boot times.
constexpr int kIdleBootTimes = 10;

// Demand now, halfway to the time a launch helps, and then.
using Beliefs = std::array<DemandBelief, 3>;

// The unit whose replicas the queue is reckoned in: the cheapest per request that meets the
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

// Work per second that waits beyond what the ready slots are about to take: work of the past, made
// up within one objective's time - or as soon as new replicas can help at all.
double backlog_per_s(const PlanInput& input, const ServiceSpec& service, Duration lead) {
  int ready_slots = 0;
  for (const UnitId id : service.units) {
    ready_slots += input.fleet->count(id).ready * input.spec->unit(id).slots;
  }
  const int backlog = std::max(0, input.held - ready_slots);
  return backlog * input.work_per_request / to_seconds(std::max(service.objective.latency, lead));
}

Beliefs beliefs(const PlanInput& input, const ServiceSpec& service) {
  const Duration lead = planning_lead(*input.spec, service);
  const double backlog = backlog_per_s(input, service, lead);
  const double surely_now = input.demand->lower_per_s(kBurstDeviations);
  Beliefs all;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Outlook outlook = input.forecast->at(static_cast<std::int64_t>(i) * (lead / 2));
    all[i] = {outlook.mean_per_s, outlook.deviation_per_s};
  }
  // A burst is taken as it stands: how long it lasts nobody knows, and its slope is no trend.
  const bool burst = surely_now > all[0].mean_per_s + kBurstDeviations * all[0].deviation_per_s;
  for (DemandBelief& belief : all) {
    if (burst) belief.mean_per_s = std::max(belief.mean_per_s, input.demand->level_per_s());
    belief.mean_per_s += backlog;
  }
  return all;
}

QueueShape queue_of(const PlanInput& input, const ServiceSpec& service, UnitId reference) {
  const UnitSpec& unit = input.spec->unit(reference);
  QueueShape queue;
  queue.service_time = unit.profile.latency(unit.slots);
  queue.spread = unit.profile.spread();
  queue.lumpiness = input.demand->lumpiness();
  // Two standard deviations of the service time are set aside before waiting may use the rest.
  queue.may_wait =
      std::max(Duration::zero(),
               service.objective.latency - scale(queue.service_time, 1.0 + 2.0 * queue.spread));
  return queue;
}

double most_misses_per_s(double capacity_per_s, const Beliefs& beliefs, const QueueShape& queue) {
  double most = 0.0;
  for (const DemandBelief& belief : beliefs) {
    most = std::max(most, expected_misses_per_s(capacity_per_s, belief, queue));
  }
  return most;
}

DemandBelief largest(const Beliefs& beliefs) {
  return *std::max_element(beliefs.begin(), beliefs.end(), [](const auto& a, const auto& b) {
    return a.mean_per_s + a.deviation_per_s < b.mean_per_s + b.deviation_per_s;
  });
}

Beliefs raised(Beliefs beliefs, double deviations) {
  for (DemandBelief& belief : beliefs) belief.mean_per_s += deviations * belief.deviation_per_s;
  return beliefs;
}

// USD/hour for each missed request/s, such that whoever pays it serves the usual demand with
// `share` of misses: there one more unit of capacity spares misses worth exactly its price.
double miss_price(double share, double usd_per_hour_per_capacity, const DemandBelief& usual,
                  const QueueShape& queue) {
  if (usual.mean_per_s <= 0.0) return kLeastMissPrice;
  const double capacity = capacity_for_miss_share(share, usual, queue);
  const double step = 0.01 * capacity;
  const double spared = expected_misses_per_s(capacity - step, usual, queue) -
                        expected_misses_per_s(capacity + step, usual, queue);
  if (spared <= 0.0) return kLeastMissPrice;
  return std::max(kLeastMissPrice, usd_per_hour_per_capacity * 2.0 * step / spared);
}

// What a mix is chosen by.
struct Aim {
  const Beliefs* beliefs;
  const QueueShape* queue;
  double miss_price_usd_per_hour;
  double least_per_s;     // capacity to have whatever it spares
  double required_per_s;  // capacity that meets the objective: the scale on which to look
};

double value_of(const std::vector<MixOption>& options, const Mix& mix, double switching_share,
                const Aim& aim) {
  double usd_per_hour = 0.0;
  for (std::size_t i = 0; i < options.size(); ++i) {
    const int fresh = std::max(0, mix.replicas[i] - options[i].present);
    usd_per_hour += options[i].price_usd_per_hour * (mix.replicas[i] + switching_share * fresh);
  }
  return usd_per_hour + aim.miss_price_usd_per_hour *
                            most_misses_per_s(mix.capacity_per_s, *aim.beliefs, *aim.queue);
}

// The mix of least price + switching + misses: the cheapest cover of each of several capacities,
// around what the objective requires and then more closely around the best.
Mix best_mix(const std::vector<MixOption>& options, const Aim& aim, double switching_share) {
  constexpr int kLevels = 10;
  constexpr double kAround = 0.3;
  Mix best;
  double best_value = std::numeric_limits<double>::infinity();
  double best_level = 0.0;
  const auto offer = [&](double level) {
    level = std::max(level, aim.least_per_s);
    Mix mix = cheapest_mix(options, level, {.switching_share = switching_share});
    const double value = value_of(options, mix, switching_share, aim);
    if (value >= best_value) return;
    best = std::move(mix);
    best_value = value;
    best_level = level;
  };
  offer(0.0);
  double width = kAround * aim.required_per_s;
  double centre = aim.required_per_s * (1.0 - kAround / 3.0);
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i <= kLevels; ++i) offer(centre + width * (2.0 * i / kLevels - 1.0));
    centre = best_level;
    width = 2.0 * width / kLevels;
  }
  return best;
}

// Replicas the unit may have at most for this service at this moment.
int limit_of(const PlanInput& input, UnitId id) {
  return std::max(0, input.fleet->limit(*input.spec, id, input.now) - input.taken[id.index()]);
}

bool called_lately(const PlanInput& input, const ServiceSpec& service) {
  const Duration idle_time = kIdleBootTimes * boot_horizon(*input.spec, service);
  return input.held > 0 ||
         (input.demand->seen_any() && input.now - input.demand->last_arrival() <= idle_time);
}

}  // namespace

Duration boot_horizon(const FleetSpec& spec, const ServiceSpec& service) {
  Duration horizon{};
  for (const UnitId id : service.units) {
    if (spec.unit(id).managed) horizon = std::max(horizon, spec.unit(id).boot_time_max);
  }
  return horizon;
}

Duration planning_lead(const FleetSpec& spec, const ServiceSpec& service) {
  Duration lead{};
  for (const UnitId id : service.units) {
    const UnitSpec& unit = spec.unit(id);
    if (!unit.managed) continue;
    lead = std::max(
        lead, unit.boot_time_min + scale(unit.boot_time_max - unit.boot_time_min, kBootShare));
  }
  return lead + spec.control.tick;
}

bool still_stands(const ServiceWish& wish, const PlanInput& input) {
  const ServiceSpec& service = input.spec->service(input.service);
  for (std::size_t u = 0; u < service.units.size(); ++u) {
    const UnitId id = service.units[u];
    if (wish.limits[u] != limit_of(input, id)) return false;
    if (wish.prices_usd_per_hour[u] != input.fleet->unit(id).price_usd_per_hour) return false;
  }
  return wish.shortfall_per_s > 0.0 ||
         input.demand->lower_per_s(kBurstDeviations) <= wish.planned_per_s;
}

ServiceWish plan_service(const PlanInput& input) {
  const ServiceSpec& service = input.spec->service(input.service);
  ServiceWish wish;
  wish.targets.resize(service.units.size());
  wish.nominal.resize(service.units.size());
  wish.worth_keeping.resize(service.units.size());
  for (const UnitId id : service.units) {
    wish.limits.push_back(limit_of(input, id));
    wish.prices_usd_per_hour.push_back(input.fleet->unit(id).price_usd_per_hour);
  }
  const auto reference = reference_unit(input, service);
  if (!reference) return wish;

  std::vector<MixOption> momentary;
  std::vector<MixOption> nominal;
  for (std::size_t u = 0; u < service.units.size(); ++u) {
    const UnitId id = service.units[u];
    const UnitSpec& unit = input.spec->unit(id);
    const int taken = input.taken[id.index()];
    MixOption option;
    option.capacity_per_s = input.fleet->capacity_per_s(id);
    option.price_usd_per_hour = is_prepaid(unit.tier) ? 0.0 : wish.prices_usd_per_hour[u];
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

  const Beliefs expected = beliefs(input, service);
  const QueueShape queue = queue_of(input, service, *reference);
  const DemandBelief peak = largest(expected);
  double share = 1.0 - service.objective.quantile;
  if (input.mode == Mode::kCapacityOptimized) share *= kCapacityMissShare;
  wish.demand_per_s = peak.mean_per_s;
  wish.required_per_s = capacity_for_miss_share(share, peak, queue);

  const double usual_per_s = std::max(input.forecast->usual_per_s(), 0.1 * peak.mean_per_s);
  const auto aim_at = [&](const std::vector<MixOption>& options, const Beliefs& aims) {
    // In cost mode misses are worth what the cheapest unit could spare them for; in capacity mode
    // what it takes to spare them at the margin.
    const double per_capacity = input.mode == Mode::kCostOptimized
                                    ? input.fleet->unit(*reference).price_usd_per_hour /
                                          input.fleet->capacity_per_s(*reference)
                                    : marginal_price(options, wish.required_per_s);
    const DemandBelief usual{usual_per_s, peak.deviation_per_s};
    const double least =
        called_lately(input, service) ? 0.5 * input.fleet->capacity_per_s(*reference) : 0.0;
    return Aim{&aims, &queue, miss_price(share, per_capacity, usual, queue), least,
               wish.required_per_s};
  };
  const Mix mix = best_mix(momentary, aim_at(momentary, expected), kSwitchingShare);
  wish.targets = mix.replicas;
  wish.planned_per_s = mix.capacity_per_s;
  wish.cost_usd_per_hour = mix.cost_usd_per_hour;
  wish.lower_bound_usd_per_hour = mix.lower_bound_usd_per_hour;
  double reachable_per_s = 0.0;
  for (const MixOption& option : momentary) reachable_per_s += option.most * option.capacity_per_s;
  wish.shortfall_per_s = std::max(0.0, wish.required_per_s - reachable_per_s);
  wish.nominal = best_mix(nominal, aim_at(nominal, expected), 0.0).replicas;
  const Beliefs careful = raised(expected, kKeepDeviations);
  wish.worth_keeping = best_mix(momentary, aim_at(momentary, careful), kSwitchingShare).replicas;
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
