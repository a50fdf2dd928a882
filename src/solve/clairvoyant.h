// SPDX-License-Identifier: Apache-2.0
//
// The least that a fractional fleet which knows the future pays for a run: the fleet problem solved
// as a sparse linear program. Its state is the backlog (arrived, neither done nor missed), so a row
// touches two slots and no more. Units that another is better than in every way are left out and
// priced afterwards. What comes back is the schedule, for plots and for rounding, and the prices
// that prove it; whoever needs a bound asks certified_bound_usd(), which trusts neither the solver
// nor this file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/result.h"
#include "solve/certificate.h"
#include "solve/fleet_problem.h"

namespace signalbox::solve {

struct Clairvoyant {
  double cost_usd = 0.0;                      // the optimum as the solver states it
  std::vector<std::vector<double>> replicas;  // mean ready, by unit and slot
  std::vector<std::vector<double>> launches;  // paid, by unit and slot
  std::vector<double> dropped;                // work missed, by slot
  DualPrices prices;
  std::int64_t iterations = 0;  // of the solver
};

// What the fractional fleet pays in each slot, as a rate.
std::vector<double> cost_rate_usd_per_hour(const FleetProblem& problem, const Clairvoyant& optimum);

// Units no optimum needs, because an unlimited one gives the same work for no more money in every
// slot, launches included.
std::vector<char> dominated_units(const FleetProblem& problem);

struct ClairvoyantLimits {
  int iterations = 5'000'000;  // of the solver, per optimum
};

// One optimum for each amount of droppable work (problem.droppable_work is not read), solved in the
// order given, each from the last. An error says that the caps cannot carry the demand with so few
// misses, or that the limit was hit.
std::vector<Result<Clairvoyant>> solve_clairvoyant(const FleetProblem& problem,
                                                   const std::vector<double>& droppable_work,
                                                   const ClairvoyantLimits& limits = {});

// The optimum for the problem as it stands.
Result<Clairvoyant> solve_clairvoyant(const FleetProblem& problem,
                                      const ClairvoyantLimits& limits = {});

}  // namespace signalbox::solve
