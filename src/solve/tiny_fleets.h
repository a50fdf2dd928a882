// SPDX-License-Identifier: Apache-2.0
//
// For tests of this room: small random fleet problems with every feature a large one has, and their
// best whole-numbered schedule found by looking at all of them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "base/distributions.h"
#include "base/prng.h"
#include "solve/fleet_problem.h"

namespace signalbox::solve {

struct TinySize {
  std::size_t slots = 4;
  std::size_t units = 2;
  int most = 2;  // replicas of a unit
};

// One of `size`, of whatever difficulty the generator comes to: caps that move, growth refused,
// forced losses, fleets given or free, work that may be dropped. May be impossible to serve.
inline FleetProblem draw_tiny_fleet(Prng& prng, const TinySize& size) {
  const auto flip = [&](double share) { return prng.uniform() < share; };
  FleetProblem problem;
  problem.slot_s = 60.0;
  std::vector<double> work;
  double total = 0.0;
  const double scale = 60.0 * static_cast<double>(size.units) * size.most;
  for (std::size_t k = 0; k < size.slots; ++k) {
    work.push_back(flip(0.2) ? 0.0 : draw_uniform(prng, 0.0, scale));
    total += work.back();
  }
  const Demand demand = make_demand(work, 60.0, 1, flip(0.5) ? 2.0 : 0.0);
  problem.arrived = demand.arrived;
  problem.due = demand.due;
  problem.droppable_work = flip(0.5) ? 0.0 : draw_uniform(prng, 0.0, 0.4 * total);
  problem.fixed_usd = flip(0.5) ? 0.0 : prng.uniform();
  for (std::size_t i = 0; i < size.units; ++i) {
    FleetUnit unit;
    unit.name = "u" + std::to_string(i);
    unit.work_per_s = draw_uniform(prng, 0.5, 2.5);
    std::vector<double> price, launch, cap, kept;
    std::vector<char> may_grow;
    const bool owned = flip(0.15), capped = owned || flip(0.5);
    const bool refuses = flip(0.4), loses = flip(0.3);
    for (std::size_t k = 0; k < size.slots; ++k) {
      price.push_back(owned ? 0.0 : draw_uniform(prng, 0.2, 2.0));
      launch.push_back(owned || flip(0.2) ? 0.0 : draw_uniform(prng, 0.0, 0.1));
      cap.push_back(capped
                        ? static_cast<double>(prng.below(static_cast<std::uint64_t>(size.most) + 1))
                        : kUnlimited);
      may_grow.push_back(refuses && flip(0.5) ? char{0} : char{1});
      kept.push_back(loses && flip(0.4) ? (flip(0.5) ? 0.5 : 0.0) : 1.0);
    }
    unit.price_usd_per_hour = price;
    unit.launch_usd = launch;
    unit.cap = cap;
    unit.may_grow = may_grow;
    unit.kept = kept;
    if (flip(0.5)) unit.initial = static_cast<double>(prng.below(3));
    problem.units.push_back(unit);
  }
  return problem;
}

// The least cost of whole replicas, at most `most` of each unit; infinite when none will do. Work
// is done first come, first served, and dropped only when it would be late: no order drops less.
class EverySchedule {
 public:
  EverySchedule(const FleetProblem& problem, int most) : problem_(problem), most_(most) {}

  double cheapest_usd() {
    std::vector<int> none(problem_.units.size(), 0);
    next_slot(0, none, 0.0, 0.0, problem_.fixed_usd);
    return best_;
  }

 private:
  void next_slot(std::size_t k, const std::vector<int>& before, double backlog, double dropped,
                 double cost) {
    if (dropped > problem_.droppable_work + 1e-9 || cost >= best_) return;
    if (k == problem_.slots()) {
      best_ = cost;
      return;
    }
    std::vector<int> now(before.size(), 0);
    choose(k, 0, before, now, backlog, dropped, cost, 0.0);
  }

  void choose(std::size_t k, std::size_t i, const std::vector<int>& before, std::vector<int>& now,
              double backlog, double dropped, double cost, double capacity) {
    if (i == now.size()) {
      double left =
          std::max(0.0, backlog + problem_.arrived[k + 1] - problem_.arrived[k] - capacity);
      const double late = std::max(0.0, left - (problem_.arrived[k + 1] - problem_.due[k + 1]));
      next_slot(k + 1, now, left - late, dropped + late, cost);
      return;
    }
    const FleetUnit& unit = problem_.units[i];
    const double cap = std::min(unit.cap.at(k), static_cast<double>(most_));
    for (int n = 0; n <= static_cast<int>(cap); ++n) {
      double launched = 0.0;
      if (k > 0 || unit.initial) {
        const double were = k > 0 ? before[i] : *unit.initial;
        launched = std::max(0.0, n - std::ceil(unit.kept.at(k) * were));
      }
      if (launched > 0.0 && unit.may_grow.at(k) == 0) continue;
      now[i] = n;
      choose(k, i + 1, before, now, backlog, dropped,
             cost + n * problem_.slot_price_usd(unit, k) + launched * unit.launch_usd.at(k),
             capacity + n * unit.work_per_s * problem_.slot_s);
    }
    now[i] = 0;
  }

  const FleetProblem& problem_;
  int most_;
  double best_ = kUnlimited;
};

}  // namespace signalbox::solve
