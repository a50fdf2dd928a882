// SPDX-License-Identifier: Apache-2.0
//
// Lazy capacity provisioning (Lin, Wierman, Andrew and Thereska, "Dynamic right-sizing for
// power-proportional data centers", INFOCOM 2011), the online version without a prediction window:
// 3-competitive against the best schedule in hindsight.
//
//   x_t = x_{t-1}, moved no further than into [lower_t, upper_t]
//   lower_t, upper_t  the last entries of the cheapest schedules for what was seen so far, when
//                     switching beta is paid for going up, or for going down
//
// With a price e per replica and hour and a demand that must be carried, both have closed forms:
// lower_t is the replicas needed now, and upper_t the most that were needed within the last beta /
// e, because a replica idle for longer than that would have been cheaper to switch off. So x_t is
// the largest need of the last beta / e. beta is what a launch costs: its boot at the replica's
// price, times a factor; hence beta / e is that factor times the mean boot.
//
// The model is homogeneous. Replicas are counted in those of the cheapest unit, and what that unit
// cannot have is filled up from the next. Its demand needs no staffing margin; ours is divided by a
// target utilisation. Launches take no time in the model; the margin has to cover that as well.
// What moves from one unit to another is made before it is broken.
#pragma once

#include "core/estimate/sliding_max.h"
#include "sim/policy/scaler.h"
#include "sim/policy/supply.h"

namespace signalbox::sim {

class Lcp final : public Scaler {
 public:
  // REQUIRES: 0 < utilisation, beta_factor >= 0.
  Lcp(double utilisation, double beta_factor)
      : utilisation_(utilisation), beta_factor_(beta_factor) {}

  Duration period() const override { return 60s; }
  void decide(const Observation& seen, Wish& wish) override;

 private:
  double utilisation_;
  double beta_factor_;
  core::SlidingMax needed_;
  Availability available_;
};

}  // namespace signalbox::sim
