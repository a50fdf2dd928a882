// SPDX-License-Identifier: Apache-2.0
//
// Melange (Griggs et al., "Melange: Cost Efficient Large Language Model Serving by Exploiting GPU
// Heterogeneity", arXiv 2404.14527), as AIBrix's GPU optimizer runs it: every 5 minutes an integer
// program gives slices of the request-size distribution to accelerators.
//
//   min  sum_j price_j y_j    sum_j x_ij = 1 for each slice i    sum_i x_ij r_i / T_ij <= y_j
//   x binary, y integer       T_ij = utilisation x plateau_j     y_j <= what can be had
//
// In this simulator a request's size stretches its service alike on every unit, so throughputs of
// all size buckets are proportional, and one bucket of all work cut into 240 slices says what
// dozens of buckets of eight slices would. The demand is the last five minutes' (which is what a
// deployment has), or for the oracle the busiest five minutes among those that come before launches
// decided at the next run of the program could be ready. The publication says nothing of refused
// launches: see Availability. It is known to take one unit away before another is ready;
// make_before_break mends that and is tuned like a parameter.
#pragma once

#include "sim/policy/scaler.h"
#include "sim/policy/supply.h"

namespace signalbox::sim {

class Melange final : public Scaler {
 public:
  enum class Demand { kBefore, kComing };

  // REQUIRES: 0 < utilisation.
  Melange(double utilisation, Demand demand) : utilisation_(utilisation), demand_(demand) {}

  Duration period() const override { return 300s; }
  // REQUIRES: seen.truth for the demand to come.
  void decide(const Observation& seen, Wish& wish) override;

 private:
  double demand_per_s(const Observation& seen) const;

  double utilisation_;
  Demand demand_;
  Availability available_;
};

}  // namespace signalbox::sim
