// SPDX-License-Identifier: Apache-2.0
//
// The bound for every share of misses at once. Policies miss different shares of their requests,
// and each is held against what a clairvoyant with as many misses would have paid. As a function of
// the work that may be missed the bound is convex and falls in straight pieces, one for each set of
// dual prices; so a few optima give a bound for any miss share: the best that their prices prove.
// It is exact where an optimum was computed, and true everywhere.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "solve/clairvoyant.h"
#include "solve/fleet_problem.h"

namespace signalbox::solve {

class BoundFamily {
 public:
  // One optimum for each amount of work that may be missed. Amounts too small for the caps are
  // passed over; an error when none is left.
  static Result<BoundFamily> build(FleetProblem problem, std::vector<double> droppable_work,
                                   const ClairvoyantLimits& limits = {});

  // No schedule that misses at most so much work costs less. Never negative.
  double bound_usd(double droppable_work) const;
  // The same prices held against another problem with as many units and slots, its own
  // droppable_work included: weaker than a family of its own, and as true.
  double bound_usd(const FleetProblem& other) const;

  // Cost rate by slot of the optimum with the fewest misses: what a plot sets a policy against.
  const std::vector<double>& cost_rate_usd_per_hour() const { return rate_; }
  // That optimum: where a whole-numbered schedule starts from.
  const Clairvoyant& strictest() const { return optima_.front(); }
  double strictest_droppable_work() const { return strictest_droppable_work_; }
  // Amounts of droppable work no optimum was found for, and why.
  const std::vector<std::string>& passed_over() const { return passed_over_; }
  const FleetProblem& problem() const { return problem_; }

 private:
  explicit BoundFamily(FleetProblem problem) : problem_(std::move(problem)) {}

  FleetProblem problem_;
  std::vector<Clairvoyant> optima_;  // by rising droppable work
  std::vector<double> rate_;
  std::vector<std::string> passed_over_;
  double strictest_droppable_work_ = 0.0;
};

}  // namespace signalbox::solve
