// SPDX-License-Identifier: Apache-2.0
//
// A line through the recent past, newer steps counting more: Brown's double exponential smoothing
// (R. G. Brown, Smoothing, Forecasting and Prediction, 1963, ch. 9), which is the discounted least
// squares line. While little has been seen the discounted sums themselves are used, so the line is
// unbiased from the second step on instead of waiting for the memory to fill.
#pragma once

namespace signalbox::core {

class TrendFilter {
 public:
  // `keep` is the weight of the step before against the newest, in (0, 1): exp(-1 / memory) for a
  // memory in steps.
  explicit TrendFilter(double keep) : keep_(keep) {}

  // The next step's value. Steps are equally long.
  void observe(double value) {
    // Ages grow by one: sums of age and its square shift accordingly.
    s2_ = keep_ * (s2_ + 2.0 * s1_ + s0_);
    s1_ = keep_ * (s1_ + s0_);
    s0_ = keep_ * s0_ + 1.0;
    y1_ = keep_ * (y1_ + y0_);
    y0_ = keep_ * y0_ + value;
  }

  // The line `steps` after the newest one; the mean while there is no line.
  double at(double steps) const {
    if (s0_ <= 0.0) return 0.0;
    const double spread = s2_ * s0_ - s1_ * s1_;
    if (spread <= 1e-9 * s0_ * s0_) return level();
    const double slope = (s1_ * y0_ - s0_ * y1_) / spread;
    return (y0_ + slope * s1_) / s0_ + slope * steps;
  }
  // The discounted mean, without a trend.
  double level() const { return s0_ > 0.0 ? y0_ / s0_ : 0.0; }

 private:
  double keep_;
  // Discounted sums over past steps: of 1, age, age^2, value, value x age.
  double s0_ = 0.0, s1_ = 0.0, s2_ = 0.0;
  double y0_ = 0.0, y1_ = 0.0;
};

}  // namespace signalbox::core
