// SPDX-License-Identifier: Apache-2.0
//
// Averaging fixed horizon control (Lin, Liu, Wierman and Andrew, "Online algorithms for
// geographical load balancing", IGCC 2012): with the demand of the next w slots known, w + 1
// planners each plan w + 1 slots ahead, one after the other, each from where its own last plan
// ended; what is done is their average. (1 + O(1/w))-competitive.
//
//   planner k replans at slots t = k mod (w + 1):
//     min  sum over [t, t+w] of  price x_s + beta (x_s - x_{s-1})+   with x_s >= need_s
//   x_s = mean over k of planner k's x_s, rounded up
//
// The problem falls apart into one per replica: a replica that is idle for a while within a plan
// stays on exactly when that costs no more than beta, and none stays on after its last need in the
// plan. beta is a boot at the replica's price, times a factor. Slots are minutes.
//
// The publication assumes that predictions over the window are exact, so it is given the truth over
// its window: it is a prediction-window policy and reported as one. Launches take no time there;
// here each plan is for slots that lie the longest boot ahead, and a replica is launched a boot
// before its slot and stopped when its slot has come. Homogeneous like Lcp: counted in replicas of
// the cheapest unit, spilling to the next;
// what moves from one unit to another is made before it is broken.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/policy/scaler.h"
#include "sim/policy/supply.h"

namespace signalbox::sim {

// One planner's schedule for the slots of `need`, from `before` replicas: see above. `worth_slots`
// is beta over the price of a slot.
std::vector<int> fixed_horizon_plan(const std::vector<int>& need, int before, double worth_slots);

class Afhc final : public Scaler {
 public:
  // REQUIRES: 0 < utilisation, window >= 0 slots, beta_factor >= 0.
  Afhc(double utilisation, int window, double beta_factor)
      : utilisation_(utilisation), window_(window), beta_factor_(beta_factor) {}

  Duration period() const override { return 60s; }
  // REQUIRES: seen.truth.
  void decide(const Observation& seen, Wish& wish) override;

 private:
  int needed(const Observation& seen, std::int64_t slot, double capacity_per_s) const;
  int averaged(const Observation& seen, std::int64_t slot, const core::UnitSpec& reference);

  struct Planner {
    std::int64_t from = 0;  // the slot its plan begins with
    std::vector<int> plan;
  };

  double utilisation_;
  int window_;
  double beta_factor_;
  std::vector<Planner> planners_;
  std::vector<int> averages_;  // from slot 0 on
  Availability available_;
};

}  // namespace signalbox::sim
