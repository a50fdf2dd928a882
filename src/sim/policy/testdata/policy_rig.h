// SPDX-License-Identifier: Apache-2.0
//
// A small fleet and hand-made observations of it, for tests of scaling policies: what a policy sees
// is written down, what it wants is read off.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "sim/policy/scaler.h"

namespace signalbox::sim {

inline TimePoint at(Duration since_start) { return TimePoint{} + since_start; }

// A unit that serves one request at a time; boots take 5 to 15 minutes.
inline core::UnitSpec rig_unit(std::string name, double usd_per_hour, double plateau_per_s,
                               int most = 100) {
  core::UnitSpec unit;
  unit.name = std::move(name);
  unit.price_usd_per_hour = usd_per_hour;
  unit.profile = core::Profile::single_server(plateau_per_s, 0.0);
  unit.managed = true;
  unit.max_replicas = most;
  return unit;
}

inline core::FleetSpec rig_fleet(std::vector<core::UnitSpec> units) {
  core::FleetSpec fleet;
  fleet.units = std::move(units);
  core::ServiceSpec service;
  service.name = "images";
  service.paths = {"/genimage"};
  for (std::uint32_t i = 0; i < fleet.units.size(); ++i) service.units.emplace_back(i);
  fleet.services = {service};
  return fleet;
}

// One policy before one fleet, whose replicas are set by hand between decisions.
class PolicyRig {
 public:
  PolicyRig(core::FleetSpec fleet, Scaler& scaler)
      : fleet_(std::move(fleet)), scaler_(scaler), tiers_(fleet_.units.size(), Tier::kOnDemand) {
    units.resize(fleet_.units.size());
    for (std::size_t i = 0; i < units.size(); ++i) {
      units[i].price_usd_per_hour = fleet_.units[i].price_usd_per_hour;
    }
    wish.replicas.resize(units.size(), 0);
  }

  PolicyRig& tier(std::size_t unit, Tier tier) {
    tiers_[unit] = tier;
    return *this;
  }
  PolicyRig& truth(const DemandSeries& series) {
    truth_ = &series;
    return *this;
  }

  // Decides with this much coming in, and returns what is wanted of each unit.
  std::vector<int> decide(Duration since_start, double arrived_per_s, int held = 0) {
    scaler_.decide({.now = at(since_start),
                    .start = TimePoint{},
                    .spec = &fleet_,
                    .tiers = tiers_,
                    .units = units,
                    .arrived_per_s = arrived_per_s,
                    .held = held,
                    .truth = truth_},
                   wish);
    return wish.replicas;
  }
  // As decide(), and everything wanted is ready at once.
  std::vector<int> decide_and_get(Duration since_start, double arrived_per_s) {
    decide(since_start, arrived_per_s);
    for (std::size_t i = 0; i < units.size(); ++i) units[i].ready = wish.replicas[i];
    return wish.replicas;
  }

  std::vector<UnitObservation> units;
  Wish wish;

 private:
  core::FleetSpec fleet_;
  Scaler& scaler_;
  std::vector<Tier> tiers_;
  const DemandSeries* truth_ = nullptr;
};

}  // namespace signalbox::sim
