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

#include "core/scale/best_mix.h"
#include "core/scale/expected_misses.h"
#include "core/scale/miss_table.h"

namespace signalbox::core {

namespace {

// A launch helps by then in so many cases of all between the least and the longest boot time.
constexpr double kBootShare = 0.75;
// In capacity mode half of the misses the objective allows are planned for.
constexpr double kCapacityMissShare = 0.5;
// Demand that is so many deviations above the outlook is a burst nobody foresaw.
constexpr double kBurstDeviations = 4.0;
// Replicas that show so little of what they were planned at have become slower; less is noise.
constexpr double kSurelyLess = 0.95;
constexpr double kSamePrice = 0.002;  // prices that creep are no news at each step
// What is worth keeping is planned for demand so many deviations above what is expected.
constexpr double kKeepDeviations = 1.0;
// A request is worth so many times what serving it takes at the margin, at the least.
constexpr double kWorthServing = 2.0;
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
    const Duration ahead = static_cast<std::int64_t>(i) * (lead / 2);
    const Outlook outlook = input.forecast->at(ahead);
    const Echo echo = input.forecast->echo(ahead);
    all[i] = {outlook.mean_per_s, outlook.deviation_per_s, echo.rate_per_s, echo.probability};
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

// Expected misses by capacity, at one USD/hour for each request/s, for the worst of the beliefs:
// fine where it bends, which is around what demand may be, and straight between.
std::vector<MissTable::Point> tabulate_misses(const Beliefs& beliefs, const QueueShape& queue,
                                              double replica_per_s) {
  std::vector<double> capacities = {0.0};
  const auto add_around = [&](double rate, double deviation, int points) {
    // The length over which the overflow of a line falls by e: sigma^2 / 2B.
    const double capacity = rate + deviation + replica_per_s;
    const double wait = std::max(to_seconds(queue.may_wait), 0.1 * to_seconds(queue.service_time));
    const double bend =
        (rate * queue.lumpiness + capacity * queue.spread * queue.spread) / (2.0 * capacity * wait);
    const double low = std::max(0.0, rate - 3.0 * (bend + deviation));
    const double high = std::max(rate + 4.0 * deviation + 12.0 * bend, low + replica_per_s);
    for (int i = 0; i <= points; ++i) capacities.push_back(low + (high - low) * i / points);
  };
  for (const DemandBelief& belief : beliefs) {
    add_around(belief.mean_per_s, belief.deviation_per_s, 16);
    if (belief.peak_probability > 0.0) add_around(belief.peak_per_s, 0.0, 4);
  }
  std::sort(capacities.begin(), capacities.end());
  std::vector<MissTable::Point> points;
  for (const double capacity : capacities) {
    const double least_step = 1e-3 * replica_per_s;
    if (!points.empty() && capacity - points.back().capacity_per_s < least_step) continue;
    double most = 0.0;
    for (const DemandBelief& belief : beliefs) {
      most = std::max(most, expected_misses_per_s(capacity, belief, queue));
    }
    points.push_back({capacity, most});
  }
  return points;
}

MissTable priced(std::vector<MissTable::Point> misses, double usd_per_hour) {
  for (MissTable::Point& point : misses) point.usd_per_hour *= usd_per_hour;
  return MissTable(std::move(misses));
}

// Replicas the unit may have at most for this service at this moment.
int limit_of(const PlanInput& input, UnitId id) {
  return std::max(0, input.fleet->limit(*input.spec, id, input.now) - input.taken[id.index()]);
}

// What is lost together, by the place of the first of it.
std::vector<int> loss_groups(const FleetSpec& spec, const ServiceSpec& service) {
  std::vector<int> groups;
  for (std::size_t u = 0; u < service.units.size(); ++u) {
    std::size_t first = 0;
    while (first < u && !lost_together(spec.unit(service.units[first]), spec.unit(service.units[u]),
                                       service.resilience)) {
      ++first;
    }
    groups.push_back(static_cast<int>(first));
  }
  return groups;
}

bool called_lately(const PlanInput& input, const ServiceSpec& service) {
  const Duration idle_time = kIdleBootTimes * boot_horizon(*input.spec, service);
  return input.held > 0 ||
         (input.demand->seen_any() && input.now - input.demand->last_arrival() <= idle_time);
}

}  // namespace

bool lost_together(const UnitSpec& a, const UnitSpec& b, Resilience kind) {
  if (kind == Resilience::kZone) return a.zone == b.zone;
  const bool is_named = !a.model.empty() || !a.hardware.empty() || !a.framework.empty();
  return is_named && a.model == b.model && a.hardware == b.hardware && a.framework == b.framework;
}

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
  double planned_per_s = 0.0;  // by what replicas show now
  for (std::size_t u = 0; u < service.units.size(); ++u) {
    const UnitId id = service.units[u];
    if (wish.limits[u] != limit_of(input, id)) return false;
    const double planned_by = wish.prices_usd_per_hour[u];
    const double price = input.fleet->unit(id).price_usd_per_hour;
    if (std::abs(price - planned_by) > kSamePrice * planned_by) return false;
    if (!input.fleet->can_meet(id, service.objective)) continue;
    planned_per_s += wish.targets[u] * input.fleet->capacity_per_s(id);
  }
  if (planned_per_s < kSurelyLess * wish.planned_per_s) return false;
  const double surely_needed = input.demand->lower_per_s(kBurstDeviations) +
                               backlog_per_s(input, service, planning_lead(*input.spec, service));
  return wish.shortfall_per_s > 0.0 || surely_needed <= planned_per_s;
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

  const Duration outage = planning_lead(*input.spec, service);
  const std::vector<int> groups = loss_groups(*input.spec, service);
  std::vector<MixOption> momentary;
  std::vector<MixOption> nominal;
  for (std::size_t u = 0; u < service.units.size(); ++u) {
    const UnitId id = service.units[u];
    const UnitSpec& unit = input.spec->unit(id);
    const int taken = input.taken[id.index()];
    MixOption option;
    option.capacity_per_s = input.fleet->capacity_per_s(id);
    option.price_usd_per_hour = input.fleet->marginal_usd_per_hour(id, unit.tier);
    option.present = std::max(0, input.fleet->count(id).active() - taken);
    option.loss_group = groups[u];
    // While what was lost is launched anew, the others must carry all.
    option.outage_share = std::min(
        1.0, input.fleet->unit(id).hazard.per_hour(unit.tier) * to_seconds(outage) / 3600.0);
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
    momentary.back().doubt = input.fleet->unit(id).price_doubt;
    nominal.push_back(bounded(std::max(0, bound - taken)));
  }

  const Beliefs expected = beliefs(input, service);
  const QueueShape queue = queue_of(input, service, *reference);
  DemandBelief peak = largest(expected);
  peak.peak_probability = 0.0;  // what the objective asks for is stated without the rare
  double share = 1.0 - service.objective.quantile;
  if (input.mode == Mode::kCapacityOptimized) share *= kCapacityMissShare;
  wish.demand_per_s = peak.mean_per_s;
  wish.required_per_s = capacity_for_miss_share(share, peak, queue);

  const DemandBelief usual{std::max(input.forecast->usual_per_s(), 0.1 * peak.mean_per_s),
                           peak.deviation_per_s};
  const double reference_per_s = input.fleet->capacity_per_s(*reference);
  const double usual_margin = marginal_price(nominal, usual.mean_per_s);
  // Averaging out is for the minutes: a standing demand is carried but for the share that may miss,
  // however awkwardly whole replicas fit it. What waits and what bursts stands for nothing yet.
  const double standing_per_s =
      std::min(input.forecast->at(Duration::zero()).mean_per_s,
               input.forecast->at(planning_lead(*input.spec, service)).mean_per_s);
  const double least_per_s = std::max(called_lately(input, service) ? 0.5 * reference_per_s : 0.0,
                                      (1.0 - share) * standing_per_s);
  const auto price_of_a_miss = [&](const std::vector<MixOption>& options) {
    // In cost mode misses are worth what sparing them usually takes, and surely enough to serve
    // what comes by whatever must carry it now; in capacity mode what sparing them takes now.
    const double margin = marginal_price(options, wish.required_per_s);
    const double spared_at =
        input.mode == Mode::kCostOptimized ? usual_margin : std::max(usual_margin, margin);
    const double price = miss_price(share, spared_at, usual, queue) * input.miss_price_factor;
    return std::max(price, kWorthServing * margin);
  };
  const auto misses = tabulate_misses(expected, queue, reference_per_s);
  const double resilient_per_s =
      service.resilience == Resilience::kNone ? 0.0 : wish.required_per_s;
  const auto aim = [&](const std::vector<MissTable::Point>& of,
                       const std::vector<MixOption>& options, double switching_share) {
    return MixAim{priced(of, price_of_a_miss(options)), least_per_s, switching_share,
                  resilient_per_s};
  };
  const MixAim momentary_aim = aim(misses, momentary, kSwitchingShare);
  const Mix mix = best_mix(momentary, momentary_aim);
  wish.misses = momentary_aim.misses.curve();
  wish.targets = mix.replicas;
  wish.planned_per_s = mix.capacity_per_s;
  wish.cost_usd_per_hour = mix.cost_usd_per_hour;
  wish.lower_bound_usd_per_hour = mix.lower_bound_usd_per_hour;
  double reachable_per_s = 0.0;
  for (const MixOption& option : momentary) reachable_per_s += option.most * option.capacity_per_s;
  wish.shortfall_per_s = std::max(0.0, wish.required_per_s - reachable_per_s);
  wish.nominal = best_mix(nominal, aim(misses, nominal, 0.0)).replicas;
  // Asked only where more is present than is wanted, which is not often.
  wish.worth_keeping = wish.targets;
  bool any_surplus = false;
  for (std::size_t u = 0; u < momentary.size(); ++u) {
    any_surplus = any_surplus || momentary[u].present > wish.targets[u];
  }
  if (any_surplus) {
    const auto careful = tabulate_misses(raised(expected, kKeepDeviations), queue, reference_per_s);
    wish.worth_keeping = best_mix(momentary, aim(careful, momentary, kSwitchingShare)).replicas;
  }
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
