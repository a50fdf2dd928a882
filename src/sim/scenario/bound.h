// SPDX-License-Identifier: Apache-2.0
//
// A scenario as the clairvoyant sees it: what really arrived, what each pool really had, in slots,
// for the bound that nobody can beat. Whatever the fleet problem cannot say is left out on the
// relaxed side - slow nodes, failed boots, errors, silent signals all cost a policy money and cost
// the bound nothing - so the bound holds for every run of the scenario.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/time.h"
#include "sim/run/scenario.h"
#include "sim/workload/arrivals.h"
#include "solve/fleet_problem.h"

namespace signalbox::sim {

// The realised demand of one seed from `from` on: work by cell of a second, and how the sizes of
// its requests are spread.
class RealisedDemand {
 public:
  static constexpr Duration kCell = 1s;

  // Draws the scenario's clients with the seed a FleetRun would use.
  RealisedDemand(const Scenario& scenario, std::uint64_t seed, Duration from);

  const std::vector<double>& work_by_cell() const { return work_; }
  std::uint64_t requests() const { return requests_; }
  double largest() const { return largest_; }
  // At least the work that the largest `share` of all requests make up: sizes count as the upper
  // edge of their bucket, 0.8 % wide.
  double droppable_work(double share) const;

 private:
  void add(double factor);
  static constexpr std::size_t kBuckets = 4096;

  std::vector<double> work_;
  std::array<std::uint64_t, kBuckets> sizes_{};
  std::uint64_t requests_ = 0;
  double largest_ = 0.0;
};

// The problem over [scenario.report_from, scenario.length) in slots of `slot`: prices, caps,
// refused launches and forced losses as they really are, entered with any fleet the limits allow,
// free of charge. droppable_work is 0.
solve::FleetProblem fleet_problem(const Scenario& scenario, const RealisedDemand& demand,
                                  Duration slot = 60s);

}  // namespace signalbox::sim
