// SPDX-License-Identifier: Apache-2.0
//
// What a unit has shown lately, as a correction of its profile. Observed service times are divided
// by what the profile predicts at that load; the ratio's mean is the unit's slowdown and its spread
// gives the probability of meeting a deadline. Until enough has been seen, the profile speaks: its
// prior counts as kPriorWeight observations.
#pragma once

#include "base/quantile_sketch.h"
#include "base/time.h"
#include "core/model/profile.h"

namespace signalbox::core {

class ServiceTimeEstimate {
 public:
  static constexpr double kPriorWeight = 20.0;

  // `expected` is the profile's latency at the load under which `observed` was served.
  void observe(Duration observed, Duration expected);

  // Mean time in service for a request the profile expects to take `expected`.
  Duration mean(Duration expected) const { return scale(expected, slowdown_); }

  // P(time in service <= available), mixing the observed ratios with the profile's spread:
  // normal with mean 1 and standard deviation `spread`, weighted by kPriorWeight.
  double probability_within(Duration available, Duration expected, double spread) const {
    const bool is_known =
        available == last_.available && expected == last_.expected && spread == last_.spread;
    if (!is_known) last_ = {available, expected, spread, answer(available, expected, spread)};
    return last_.probability;
  }

  // Observed / expected, smoothed; 1 when nothing was seen.
  double slowdown() const { return slowdown_; }
  // Share of the estimate that rests on observation, 0..1.
  double confidence() const;

 private:
  // The last question and its answer. Requests of one size ask all units the same thing again and
  // again, and only those that were observed meanwhile have another answer.
  struct Answer {
    Duration available{};
    Duration expected{};
    double spread = -1.0;  // no question has this one
    double probability = 0.0;
  };

  double answer(Duration available, Duration expected, double spread) const;

  double slowdown_ = 1.0;
  double observations_ = 0.0;
  mutable Answer last_;
  QuantileSketch ratios_{256.0};  // forgets within a few hundred requests, to follow a drift
};

}  // namespace signalbox::core
