// SPDX-License-Identifier: Apache-2.0
//
// The joint plan: how many replicas of which pool (unit x tier x zone) serve which service, when
// services share pools, their limits and one budget. Limits and budget get prices (the dual of the
// linear relaxation, climbed in fleet_prices.h); at those prices every service chooses for itself
// by branch and bound (cover_search.h); what they want too much of is settled in whole replicas and
// improved. The prices give, by weak duality, a bound that no plan can beat, added up here from
// plain numbers.
//
// Pure: values in, values out, equal inputs give equal plans.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/service.h"
#include "core/scale/miss_curve.h"

namespace signalbox::core {

// Replicas that are alike in every way: one unit, had and paid for in one way, in one zone.
struct FleetPool {
  std::string_view name;                // for words only
  double price_usd_per_hour = 0.0;      // of one more replica; 0 when it is paid for anyway
  double switching_usd_per_hour = 0.0;  // added for every replica that a service has not yet
  int least = 0;                        // run whatever is planned, and are paid for
  int most = 0;  // of all services together: quota, or what can be launched; >= least
  // What may be lost at once: indices into unit_names and zone_names, or any numbers.
  std::uint32_t unit = 0;
  std::uint32_t zone = 0;
};

// Part of a service's demand that only some pools may carry: residency, trust and the like. Rules,
// not wishes: no price buys a way around them.
struct DemandClass {
  std::string_view name;  // for words; empty = the service's only one
  double required_per_s = 0.0;
  std::vector<std::uint8_t> may_use;  // parallel to the pools, 1 = yes; empty = all
};

inline constexpr std::size_t kMostDemandClasses = 4;

struct FleetService {
  std::string_view name;
  std::vector<double> capacity_per_s;  // of one replica of each pool; 0 = cannot serve this
  std::vector<int> present;            // running or booting for it, by pool; empty = none
  // To be covered in full, and after any one loss that `resilience` names. At most
  // kMostDemandClasses.
  std::vector<DemandClass> classes;
  Resilience resilience = Resilience::kNone;
  // Cost of expected misses by total capacity, beyond what is required above.
  MissCurve misses;
};

struct FleetPlanProblem {
  std::vector<FleetPool> pools;
  std::vector<FleetService> services;
  double budget_usd_per_hour = std::numeric_limits<double>::infinity();  // of prices, no switching
  std::vector<std::string_view> unit_names, zone_names;                  // for words only
};

// A plan's worth, taken apart. What is compared is the sum.
struct FleetCost {
  double replicas_usd_per_hour = 0.0;  // price, spare ones included
  double switching_usd_per_hour = 0.0;
  double misses_usd_per_hour = 0.0;
  double total() const {
    return replicas_usd_per_hour + switching_usd_per_hour + misses_usd_per_hour;
  }
};

enum class FleetPlanEnd {
  kPlanned,       // every constraint holds
  kImpossible,    // no plan meets them, proven; the replicas are the nearest found
  kNothingFound,  // none was found that meets them all; the replicas are the nearest found
};

struct FleetPlan {
  FleetPlanEnd end = FleetPlanEnd::kPlanned;
  std::size_t pools = 0;
  std::vector<int> replicas;  // by service, then pool
  std::vector<int> spare;     // by pool: run because of `least` and serve nobody
  FleetCost cost;
  // Of the total of any plan that meets every constraint. Meaningless when impossible.
  double lower_bound_usd_per_hour = 0.0;
  std::vector<double> shortfall_per_s;  // by service: most that any one of its requirements lacks
  std::string binding;                  // when not planned: what stands in the way, in words
  // Of one more replica under the pool's limit, and of one more dollar under the budget: what a
  // raised limit would save, USD/hour.
  std::vector<double> pool_price_usd_per_hour;
  double budget_price = 0.0;

  int at(std::size_t service, std::size_t pool) const { return replicas[service * pools + pool]; }
  // How far the plan may be from the best one, as a share of its cost; 0 when both are 0.
  double gap() const {
    const double total = cost.total();
    return total > 0.0 ? (total - lower_bound_usd_per_hour) / total : 0.0;
  }
};

// How hard to try. The standard is meant for the live tick.
struct FleetPlanEffort {
  int price_steps = 100;   // of the ascent on prices
  int rounds = 2;          // of improvement over all services
  int partial_mixes = 12;  // of a service's search; see cover_search.h
};

// The plan of least price + switching + misses that the method finds. REQUIRES: sizes agree,
// numbers are finite and not negative (the budget may be infinite), least <= most, curves are
// convex.
FleetPlan plan_fleet(const FleetPlanProblem& problem, const FleetPlanEffort& effort = {});

// What `replicas` (by service, then pool) cost, in plain sums.
FleetCost cost_of(const FleetPlanProblem& problem, const std::vector<int>& replicas);

// The constraint that `replicas` break, in words; empty when they keep them all. Written apart from
// the planner, as its check.
std::string broken_constraint(const FleetPlanProblem& problem, const std::vector<int>& replicas);

}  // namespace signalbox::core
