// SPDX-License-Identifier: Apache-2.0
//
// Which replicas carry a load for the least money, exactly. Two forms that published policies use:
// plain covering of a required capacity, and Melange's (Griggs et al., 2024), where requests fall
// into buckets by size, every unit has its own throughput for each, and slices of buckets are given
// to units. Both are small integer programs, solved within a limit of nodes; an answer says whether
// it is proven to be the best. Nothing is remembered between calls.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"

namespace signalbox::solve {

struct CoverLimits {
  int nodes = 2'000;
};

struct CoverOption {
  double capacity;  // of one replica, > 0
  double price;     // of one replica, >= 0
  int least;        // at least so many
  int most;         // at most so many, >= least
};

struct Cover {
  std::vector<int> replicas;  // parallel to the options
  double price = 0.0;
  double capacity = 0.0;
  bool covers = false;  // false: all that is allowed is used, and is too little
  bool proven = false;  // false: the limit was hit, and this is the best cover found
};

// The cheapest whole replicas whose capacities add up to `required`, to within one part in 10^9.
Cover cheapest_cover(const std::vector<CoverOption>& options, double required,
                     const CoverLimits& limits = {});

struct MelangeUnit {
  double price;  // of one replica, >= 0
  int most;      // at most so many
};

struct MelangeBucket {
  double rate_per_s;                     // requests of this size
  int slices;                            // equal parts that are assigned whole, >= 1
  std::vector<double> throughput_per_s;  // of one replica of each unit; 0 = it cannot serve these
};

struct MelangePlan {
  std::vector<int> replicas;                // by unit
  std::vector<std::vector<double>> shares;  // of each bucket by unit; each bucket's add up to 1
  double price = 0.0;
  bool proven = false;  // false: the limit was hit, and this is the best plan found
};

// The cheapest replicas y and assignment such that each unit's load, the sum over what it was given
// of rate / throughput, is at most y. Equal slices are counted, not told apart, which spares the
// search their permutations and changes nothing else. An error when the limits allow no plan, or
// none was found within the nodes.
Result<MelangePlan> melange_plan(const std::vector<MelangeUnit>& units,
                                 const std::vector<MelangeBucket>& buckets,
                                 const CoverLimits& limits = {});

}  // namespace signalbox::solve
