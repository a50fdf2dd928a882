// SPDX-License-Identifier: Apache-2.0
//
// The largest of what several sets of prices prove; see bound_family.h.
#include "solve/bound_family.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "solve/certificate.h"

namespace signalbox::solve {

Result<BoundFamily> BoundFamily::build(FleetProblem problem, std::vector<double> droppable_work,
                                       const ClairvoyantLimits& limits) {
  // From few misses to many: the first optimum is the hard one, the others are a few steps apart.
  std::sort(droppable_work.begin(), droppable_work.end());
  BoundFamily family(std::move(problem));
  auto optima = solve_clairvoyant(family.problem_, droppable_work, limits);
  for (std::size_t i = 0; i < optima.size(); ++i) {
    if (!optima[i]) {
      family.passed_over_.push_back(
          fmt::format("{:.6g} of work missed: {}", droppable_work[i], optima[i].error().message));
      continue;
    }
    if (family.optima_.empty()) family.strictest_droppable_work_ = droppable_work[i];
    family.optima_.push_back(std::move(optima[i].value()));
  }
  if (family.optima_.empty()) {
    return Error{family.passed_over_.empty() ? "no amount of droppable work was asked for"
                                             : family.passed_over_.back()};
  }
  family.rate_ = solve::cost_rate_usd_per_hour(family.problem_, family.optima_.front());
  return family;
}

double BoundFamily::bound_usd(double droppable_work) const {
  FleetProblem problem = problem_;
  problem.droppable_work = droppable_work;
  return bound_usd(problem);
}

double BoundFamily::bound_usd(const FleetProblem& other) const {
  SIGNALBOX_ASSERT(other.slots() == problem_.slots() &&
                   other.units.size() == problem_.units.size());
  double best = 0.0;
  for (const Clairvoyant& optimum : optima_) {
    best = std::max(best, certified_bound_usd(other, optimum.prices));
  }
  return best;
}

}  // namespace signalbox::solve
