// SPDX-License-Identifier: Apache-2.0
//
// Fleets to plan for: many services over pools that they share. Pools are ten kinds of
// accelerators, each on demand or spot, in two or three zones, some with quotas that bind; a
// service can run on about two thirds of them, each kind suiting its model more or less. Drawn from
// a seed.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/distributions.h"
#include "base/prng.h"
#include "core/scale/fleet_plan.h"

namespace signalbox::bench {

struct FleetSize {
  std::size_t services = 100;
  std::size_t pools = 50;
  double replicas_per_service = 30.0;  // about
  // Share of services that must outlive the loss of a zone, and as many with a class of demand that
  // half of the pools may carry.
  double demanding = 0.0;
  std::uint64_t seed = 1;
};

// Owns the names that the problem points to.
struct DrawnFleet {
  std::vector<std::string> names;
  core::FleetPlanProblem problem;
};

inline DrawnFleet draw_fleet(const FleetSize& size) {
  constexpr std::size_t kKinds = 10;
  Prng prng(size.seed);
  DrawnFleet fleet;
  for (std::size_t i = 0; i < size.pools + size.services; ++i) {
    fleet.names.push_back((i < size.pools ? "pool-" : "service-") + std::to_string(i));
  }
  std::vector<double> speed, price;
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    speed.push_back(draw_uniform(prng, 0.5, 4.0));
    price.push_back(0.6 * std::pow(speed.back(), 0.9) * draw_uniform(prng, 0.8, 1.3));
  }
  const double all = static_cast<double>(size.services) * size.replicas_per_service;
  for (std::size_t p = 0; p < size.pools; ++p) {
    const std::size_t kind = p % kKinds;
    const bool spot = (p / kKinds) % 2 == 1;
    core::FleetPool pool;
    pool.name = fleet.names[p];
    pool.unit = static_cast<std::uint32_t>(kind);
    pool.zone = static_cast<std::uint32_t>(p / kKinds % 3);
    pool.price_usd_per_hour =
        price[kind] * (spot ? draw_uniform(prng, 0.4, 0.7) : 1.0) * draw_uniform(prng, 0.97, 1.03);
    pool.switching_usd_per_hour = 0.05 * pool.price_usd_per_hour;
    // Twice what all need together; what is cheap is scarce.
    const double share = draw_uniform(prng, 0.5, 1.5) * (spot ? 0.5 : 1.5);
    pool.most = 1 + static_cast<int>(2.0 * all * share / static_cast<double>(size.pools));
    fleet.problem.pools.push_back(pool);
  }
  for (std::size_t s = 0; s < size.services; ++s) {
    core::FleetService service;
    service.name = fleet.names[size.pools + s];
    std::vector<double> suits;
    for (std::size_t kind = 0; kind < kKinds; ++kind) {
      suits.push_back(prng.uniform() < 0.65 ? draw_uniform(prng, 0.75, 1.35) : 0.0);
    }
    if (s % kKinds < suits.size()) suits[s % kKinds] = 1.0;  // every service runs somewhere
    for (std::size_t p = 0; p < size.pools; ++p) {
      const std::size_t kind = p % kKinds;
      service.capacity_per_s.push_back(speed[kind] * suits[kind]);
    }
    const double required =
        2.0 * size.replicas_per_service * std::exp(draw_uniform(prng, -0.7, 0.7));
    core::DemandClass any{"", required, {}};
    const bool demanding = prng.uniform() < size.demanding;
    if (demanding) {
      service.resilience = core::Resilience::kZone;
      core::DemandClass bound{"bound", 0.2 * required, {}};
      any.name = "any";
      any.required_per_s *= 0.8;
      for (std::size_t p = 0; p < size.pools; ++p) bound.may_use.push_back(p % 2 == 0 ? 1 : 0);
      service.classes = {any, bound};
    } else {
      service.classes = {any};
    }
    fleet.problem.services.push_back(std::move(service));
  }
  return fleet;
}

// The same, already running what was planned for a little less demand.
inline DrawnFleet draw_running_fleet(const FleetSize& size) {
  DrawnFleet fleet = draw_fleet(size);
  core::FleetPlanProblem before = fleet.problem;
  for (auto& service : before.services) {
    for (auto& part : service.classes) part.required_per_s *= 0.9;
  }
  const core::FleetPlan plan = core::plan_fleet(before);
  for (std::size_t s = 0; s < size.services; ++s) {
    for (std::size_t p = 0; p < size.pools; ++p) {
      fleet.problem.services[s].present.push_back(plan.at(s, p));
    }
  }
  return fleet;
}

}  // namespace signalbox::bench
