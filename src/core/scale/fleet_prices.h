// SPDX-License-Identifier: Apache-2.0
//
// Prices that make services agree without talking to each other. Shared limits, the budget and
// every row of a service beyond its total are priced (Lagrangian relaxation; Geoffrion, 1974); at
// given prices each service's relaxed problem is a walk along its supplies in the order of price
// per capacity. The sum of what they then pay, less what limits and budget are worth, is the dual
// function: concave, and by weak duality below every plan, whatever the prices. It is climbed by
// deflected subgradients with Polyak's step towards a level (Camerini, Fratta & Maffioli, 1975).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/scale/cover_search.h"
#include "core/scale/fleet_plan.h"
#include "core/scale/fleet_rows.h"
#include "core/scale/miss_curve.h"

namespace signalbox::core {

// What a request/s that a hard requirement lacks is charged with, per service: far above what any
// replica could save, so that it is lacking only where there is no other way, and finite, so that
// the dual function is.
double penalty_usd_per_hour(const FleetPlanProblem& problem, const ServiceRows& rows);

// Misses, with the penalty on what is hard laid over them.
MissCurve penalised_misses(const FleetService& service, const ServiceRows& rows, double penalty);

struct FleetPrices {
  std::vector<double> pool;  // of a replica on top of its own price; below 0 where a floor pays
  double budget = 0.0;       // share by which every replica counts more than its price
  std::vector<double> row;   // of a request/s, for every row but the first of every service in turn
};

class FleetDual {
 public:
  FleetDual(const FleetPlanProblem& problem, const std::vector<ServiceRows>& rows);

  // Climbs for so many steps from where prices() stand.
  void climb(int steps);

  // The best prices met, and the bound that they prove.
  const FleetPrices& prices() const { return best_; }
  double bound_usd_per_hour() const { return best_bound_; }

  // The bound at prices() with whole replicas in each service's own problem: at least as high, for
  // one search per service.
  double whole_bound_usd_per_hour(CoverSearch& search, const CoverTerms& terms) const;

  // A replica's price to a service that competes for it.
  double pool_price(const FleetPrices& prices, std::size_t p) const;

  const MissCurve& misses(std::size_t service) const { return misses_[service]; }
  double penalty(std::size_t service) const { return penalty_[service]; }

 private:
  // Replicas of one pool for one service that cost the same.
  struct Entry {
    std::uint32_t pool;   // in the problem
    std::uint32_t local;  // in the service's rows
    double capacity, switching;
    int room;
  };
  struct Span {
    std::size_t begin, end;
  };

  double evaluate(const FleetPrices& at);
  double service_value(const FleetPrices& at, std::size_t s);
  bool walk(std::size_t s, double dearest, double& value);
  double row_discount(const FleetPrices& at, std::size_t s, std::uint32_t local) const;
  double limits_value(const FleetPrices& at, double& magnitude) const;
  void step_along(double length);
  void project(FleetPrices& prices) const;

  const FleetPlanProblem& problem_;
  const std::vector<ServiceRows>& rows_;
  std::vector<double> penalty_;
  std::vector<MissCurve> misses_;
  std::vector<Entry> entries_;
  // What every step reads of every entry, apart and dense, since memory is what a step waits for.
  std::vector<std::uint32_t> pool_of_;
  std::vector<double> per_capacity_, switching_ratio_,
      whole_;                         // 1 / capacity, ..., of all its room
  std::vector<Span> entries_of_;      // by service
  std::vector<std::size_t> row_of_;   // by service: place of its second row in FleetPrices::row
  std::vector<double> rent_;          // by pool: a replica's price at the prices looked at
  std::vector<double> ratio_;         // by entry: price per capacity
  std::vector<double> reached_;       // by service: the dearest ratio that was of use last time
  std::vector<std::uint32_t> order_;  // entries of the service at hand, cheapest first
  std::vector<double> pool_scale_, row_scale_;

  FleetPrices now_, best_;
  double best_bound_ = 0.0;
  FleetPrices gradient_, direction_;  // by the same coordinates
  double magnitude_ = 0.0;            // sum of what was added up, for the rounding error
};

}  // namespace signalbox::core
