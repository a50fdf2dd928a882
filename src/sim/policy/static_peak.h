// SPDX-License-Identifier: Apache-2.0
//
// No autoscaling: a fleet bought for the peak and left alone, which is what most capacity plans
// still come to.
//
//   capacity = fraction x the busiest minute of the first half of the run, the cheapest unit first
//
// It is told the busiest minute of the half on which policies are tuned, and the fraction is tuned
// on it like everyone's parameter. Spot is not bought, since a fleet that nobody watches does not
// last on it. What dies is replaced.
#pragma once

#include <optional>

#include "sim/policy/scaler.h"
#include "sim/policy/supply.h"

namespace signalbox::sim {

class StaticPeak final : public Scaler {
 public:
  // REQUIRES: fraction > 0.
  explicit StaticPeak(double fraction) : fraction_(fraction) {}

  Duration period() const override { return 60s; }
  // REQUIRES: seen.truth, of which the first half is looked at.
  void decide(const Observation& seen, Wish& wish) override;

 private:
  double fraction_;
  std::optional<double> peak_per_s_;
  Availability available_;
};

}  // namespace signalbox::sim
