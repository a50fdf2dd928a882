// SPDX-License-Identifier: Apache-2.0
//
// Putting a policy before a scenario; see experiment.h.
#include "sim/scenario/experiment.h"

#include <utility>

#include "sim/workload/time_window.h"

namespace signalbox::sim {

namespace {

// Shares of misses for which optima are computed; between them the bound is their prices' best.
constexpr double kMissedShares[] = {0.0, 0.0005, 0.002, 0.01, 0.05, 0.2};

// All clients of a run as one stream is more than the series needs: slots add up.
DemandSeries gather_all(const Scenario& scenario, std::uint64_t seed) {
  DemandSeries all;
  for (std::size_t i = 0; i < scenario.traffic.size(); ++i) {
    // A run takes what arrives within its length, however long the clients would go on.
    TimeWindow within(scenario.traffic[i].arrivals(traffic_seed(seed, i)),
                      {.from = TimePoint{}, .to = TimePoint{} + scenario.length});
    const DemandSeries one = gather(within, 60s, scenario.length);
    if (i == 0) {
      all = one;
      continue;
    }
    for (std::size_t slot = 0; slot < one.work.size(); ++slot) {
      all.work[slot] += one.work[slot];
      all.requests[slot] += one.requests[slot];
    }
  }
  return all;
}

}  // namespace

Hindsight::Hindsight(const Scenario& scenario, std::uint64_t seed)
    : scenario_(scenario), seed_(seed), truth_(gather_all(scenario, seed)) {}

const Result<solve::BoundFamily>& Hindsight::family() {
  if (!family_) {
    demand_.emplace(scenario_, seed_, scenario_.report_from);
    std::vector<double> droppable;
    for (const double share : kMissedShares) droppable.push_back(demand_->droppable_work(share));
    family_ = solve::BoundFamily::build(fleet_problem(scenario_, *demand_), std::move(droppable));
  }
  return *family_;
}

Result<double> Hindsight::bound_usd(double missed_share) {
  const auto& bounds = family();
  if (!bounds.ok()) return bounds.error();
  return bounds->bound_usd(demand_->droppable_work(missed_share));
}

std::vector<double> Hindsight::bound_rate_usd_per_hour() {
  const auto& bounds = family();
  return bounds.ok() ? bounds->cost_rate_usd_per_hour() : std::vector<double>{};
}

RunResult run(const Experiment& experiment, const Hindsight& hindsight) {
  PolicyInput input;
  input.fleet = experiment.scenario->fleet;
  if (experiment.router == RouterChoice::kNative) {
    route_natively(*experiment.policy, input.fleet);
  } else {
    input.fleet.services.at(0).routing = core::RoutingPolicy::kSignalbox;
  }
  input.pools = experiment.scenario->pools;
  if (input.pools.empty()) input.pools.resize(input.fleet.units.size());
  input.truth = &hindsight.truth();
  input.season = experiment.scenario->season;
  FleetRun fleet(*experiment.scenario,
                 make_control(*experiment.policy, experiment.parameters, input),
                 experiment.options);
  RunResult result = fleet.run();
  result.policy = experiment.policy->name;
  return result;
}

}  // namespace signalbox::sim
