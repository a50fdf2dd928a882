// SPDX-License-Identifier: Apache-2.0
//
// From pools, series and faults to slots; see bound.h.
#include "sim/scenario/bound.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include "base/assert.h"
#include "sim/run/fleet_run.h"

namespace signalbox::sim {

namespace {

constexpr double kBucketsPerOctave = 90.0;  // 2^(1/90): 0.8 % wide
constexpr double kSmallest = 1.0 / 1024.0;

std::size_t bucket_of(double factor) {
  const double position = std::log2(std::max(factor, kSmallest) / kSmallest) * kBucketsPerOctave;
  return static_cast<std::size_t>(position);
}

double upper_edge(std::size_t bucket) {
  return kSmallest * std::exp2(static_cast<double>(bucket + 1) / kBucketsPerOctave);
}

// What a unit's pool does to it over time, beyond its series: one entry for every change.
struct PoolState {
  TimePoint from;
  bool refuses = false;
  std::optional<int> cap = std::nullopt;
};

std::vector<PoolState> states_of(const Scenario& scenario, UnitId unit) {
  std::vector<PoolState> states = {{TimePoint{}}};
  for (const auto& scheduled : scenario.faults) {
    if (scheduled.unit != unit) continue;
    PoolState next = states.back();
    next.from = TimePoint{} + scheduled.at;
    if (scheduled.fault.heal) next = {next.from, false, std::nullopt};
    if (scheduled.fault.refuse_launches) next.refuses = *scheduled.fault.refuse_launches;
    if (scheduled.fault.cap) next.cap = *scheduled.fault.cap;
    states.push_back(next);
  }
  return states;
}

// True where some launch may be accepted at an instant of [from, until).
bool accepts_within(const std::vector<PoolState>& states, TimePoint from, TimePoint until) {
  for (std::size_t i = 0; i < states.size(); ++i) {
    const TimePoint ends = i + 1 < states.size() ? states[i + 1].from : TimePoint::max();
    const bool overlaps = states[i].from < until && ends > from;
    if (overlaps && !states[i].refuses && (!states[i].cap || *states[i].cap > 0)) return true;
  }
  return false;
}

template <class T, class Choose>
T extreme_within(const StepSeries<T>& series, TimePoint from, TimePoint until, T before,
                 Choose choose) {
  T value = series.at(from, before);
  for (const auto& step : series.steps()) {
    if (step.from > from && step.from < until) value = choose(value, step.value);
  }
  return value;
}

class UnitInSlots {
 public:
  UnitInSlots(const Scenario& scenario, std::size_t unit, Duration slot, std::size_t slots)
      : spec_(scenario.fleet.units[unit]),
        pool_(scenario.pools.empty() ? PoolSpec{} : scenario.pools[unit]),
        scenario_(scenario),
        id_(static_cast<std::uint32_t>(unit)),
        start_(TimePoint{} + scenario.report_from),
        slot_(slot),
        slots_(slots) {}

  solve::FleetUnit describe() const {
    solve::FleetUnit unit;
    unit.name = spec_.name;
    unit.work_per_s = scenario_.most_work_per_s.empty() ? spec_.plateau_per_s()
                                                        : scenario_.most_work_per_s[id_.index()];
    unit.cap = caps();
    if (pool_.tier == Tier::kOwned || !spec_.managed) return unit;  // paid for already: fixed cost
    std::vector<double> prices;
    for (std::size_t k = 0; k < slots_; ++k) {
      prices.push_back(extreme_within(pool_.price, begin(k), begin(k + 1), spec_.price_usd_per_hour,
                                      [](double a, double b) { return std::min(a, b); }));
    }
    unit.price_usd_per_hour = prices;
    const double slot_s = to_seconds(slot_);
    unit.launch_usd = solve::boot_charge(unit.price_usd_per_hour, slots_, slot_s,
                                         to_seconds(spec_.boot_time_min));
    const auto states = states_of(scenario_, id_);
    std::vector<char> accepted;
    for (std::size_t k = 0; k < slots_; ++k) {
      accepted.push_back(accepts_within(states, begin(k), begin(k + 1)) ? 1 : 0);
    }
    const bool before = accepts_within(states, start_ - spec_.boot_time_max, start_ + Duration{1});
    unit.may_grow = solve::growth_allowed(accepted, slot_s, to_seconds(spec_.boot_time_min),
                                          to_seconds(spec_.boot_time_max), before);
    unit.kept = kept();
    return unit;
  }

  double fixed_usd() const {
    if (pool_.tier != Tier::kOwned) return 0.0;
    const int owned = pool_.quota.value_or(pool_.initial);
    return owned * spec_.price_usd_per_hour * to_seconds(slot_) * static_cast<double>(slots_) /
           3600.0;
  }

 private:
  TimePoint begin(std::size_t k) const { return start_ + slot_ * static_cast<std::int64_t>(k); }

  std::vector<double> caps() const {
    double most = spec_.managed ? spec_.max_replicas : static_cast<double>(spec_.endpoints.size());
    if (pool_.quota) most = std::min(most, static_cast<double>(*pool_.quota));
    std::vector<double> caps(slots_, most);
    if (pool_.capacity.empty()) return caps;
    for (std::size_t k = 0; k < slots_; ++k) {
      // What is taken back serves until its notice ends; on demand, what runs stays.
      const Duration lag = pool_.tier == Tier::kSpot ? pool_.notice : begin(k) - TimePoint{};
      const int available =
          extreme_within(pool_.capacity, begin(k) - lag, begin(k + 1), spec_.max_replicas,
                         [](int a, int b) { return std::max(a, b); });
      caps[k] = std::min(caps[k], static_cast<double>(available));
    }
    return caps;
  }

  std::vector<double> kept() const {
    std::vector<double> kept(slots_, 1.0);
    for (const auto& scheduled : scenario_.faults) {
      const double lost = std::max(scheduled.fault.lose, scheduled.fault.crash);
      const TimePoint at = TimePoint{} + scheduled.at;
      if (scheduled.unit != id_ || lost <= 0.0 || at < start_) continue;
      // Its mean falls by the whole share only in the slot after the one the loss falls in.
      const auto slot = static_cast<std::size_t>((at - start_ + slot_ - Duration{1}) / slot_);
      if (slot < slots_) kept[slot] *= 1.0 - lost;
    }
    return kept;
  }

  const core::UnitSpec& spec_;
  PoolSpec pool_;
  const Scenario& scenario_;
  UnitId id_;
  TimePoint start_;
  Duration slot_;
  std::size_t slots_;
};

}  // namespace

RealisedDemand::RealisedDemand(const Scenario& scenario, std::uint64_t seed, Duration from) {
  work_.resize(static_cast<std::size_t>((scenario.length - from + kCell - Duration{1}) / kCell));
  const TimePoint start = TimePoint{} + from;
  const TimePoint end = TimePoint{} + scenario.length;
  for (std::size_t i = 0; i < scenario.traffic.size(); ++i) {
    const auto stream = scenario.traffic[i].arrivals(traffic_seed(seed, i));
    while (const auto arrival = stream->next()) {
      if (arrival->at >= end) break;
      if (arrival->at < start) continue;
      work_[static_cast<std::size_t>((arrival->at - start) / kCell)] += arrival->factor;
      add(arrival->factor);
    }
  }
}

void RealisedDemand::add(double factor) {
  const std::size_t bucket = bucket_of(factor);
  SIGNALBOX_ASSERT(bucket < kBuckets);
  ++sizes_[bucket];
  ++requests_;
  largest_ = std::max(largest_, factor);
}

double RealisedDemand::droppable_work(double share) const {
  auto left = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(requests_) - 1e-9));
  double work = 0.0;
  for (std::size_t i = kBuckets; i-- > 0 && left > 0;) {
    const std::uint64_t taken = std::min(left, sizes_[i]);
    work += static_cast<double>(taken) * std::min(upper_edge(i), largest_);
    left -= taken;
  }
  return work;
}

solve::FleetProblem fleet_problem(const Scenario& scenario, const RealisedDemand& demand,
                                  Duration slot) {
  SIGNALBOX_ASSERT(slot % RealisedDemand::kCell == Duration{});
  const auto per_slot = static_cast<std::size_t>(slot / RealisedDemand::kCell);
  Duration latency{};
  for (const auto& service : scenario.fleet.services) {
    const double most_work = service.objective.per_work ? demand.largest() : 1.0;
    latency = std::max(latency, scale(service.objective.latency, most_work));
  }
  solve::FleetProblem problem;
  problem.slot_s = to_seconds(slot);
  const auto cumulative = solve::make_demand(
      demand.work_by_cell(), to_seconds(RealisedDemand::kCell), per_slot, to_seconds(latency));
  problem.arrived = cumulative.arrived;
  problem.due = cumulative.due;
  const std::size_t slots = problem.arrived.size() - 1;
  for (std::size_t u = 0; u < scenario.fleet.units.size(); ++u) {
    const UnitInSlots unit(scenario, u, slot, slots);
    problem.units.push_back(unit.describe());
    problem.fixed_usd += unit.fixed_usd();
  }
  return problem;
}

}  // namespace signalbox::sim
