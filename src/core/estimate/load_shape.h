// SPDX-License-Identifier: Apache-2.0
//
// How a unit's time in service really grows with its load, learned from live outcomes: observed
// over the profile's by requests in flight, a straight line that begins as 1 everywhere. How slow
// the unit is at the load it usually has is learned elsewhere (service_time.h, drift.h); this says
// how other loads differ from that, so a profile measured wrong at full load is set right by
// traffic that never filled it, as far as a line goes.
#pragma once

#include <algorithm>

#include "core/estimate/performance_curve.h"

namespace signalbox::core {

class LoadShape {
 public:
  // About so many of the latest outcomes speak.
  static constexpr double kMemory = 512.0;
  // However it extrapolates, a load is so much slower or quicker than the profile says at most.
  static constexpr double kLeast = 0.5;
  static constexpr double kMost = 3.0;

  LoadShape() = default;
  // REQUIRES: slots >= 1
  explicit LoadShape(int slots)
      : slots_(slots),
        fit_(Line{.intercept = 1.0,
                  .slope = 0.0,
                  .var_intercept = kDoubt * kDoubt,
                  .var_slope = kDoubt * kDoubt / (static_cast<double>(slots) * slots),
                  .covariance = 0.0,
                  .noise = kNoise}) {}

  // Whether there is more than one load to tell apart.
  bool matters() const { return slots_ > 1; }
  int slots() const { return slots_; }

  // An outcome took `ratio` times what the profile says with so many in flight. REQUIRES: ratio > 0
  void observe(int in_flight, double ratio) {
    fit_.forget(1.0 - 1.0 / kMemory);
    fit_.add(in_flight, ratio);
    const double share = std::max(1.0 / kMemory, 1.0 / (seen_ += 1.0));
    usual_ += share * (in_flight - usual_);
    const Line line = fit_.line();
    intercept_ = line.intercept;
    slope_ = line.slope;
  }

  // Times as slow as the profile says with so many in flight, against the same at the usual load.
  double at(double in_flight) const {
    const double usual = intercept_ + slope_ * usual_;
    if (usual <= 0.0) return 1.0;
    return std::clamp((intercept_ + slope_ * in_flight) / usual, kLeast, kMost);
  }

 private:
  // Of the prior: how far a profile may be off at a load, and how far single outcomes scatter.
  static constexpr double kDoubt = 0.5;
  static constexpr double kNoise = 0.5;

  int slots_ = 1;
  LineFit fit_;
  double seen_ = 0.0;
  double usual_ = 0.0;  // mean load that outcomes were seen at
  double intercept_ = 1.0;
  double slope_ = 0.0;
};

}  // namespace signalbox::core
