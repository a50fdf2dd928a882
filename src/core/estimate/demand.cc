// SPDX-License-Identifier: Apache-2.0
//
// The alpha-beta filter; see demand.h for its source.
#include "core/estimate/demand.h"

#include <algorithm>
#include <cmath>

namespace signalbox::core {

void DemandEstimate::observe(std::uint64_t arrivals, TimePoint now) {
  if (!started_ || arrivals < count_) {
    started_ = true;
    count_ = arrivals;
    at_ = now;
    return;
  }
  if (now <= at_) return;
  const double dt = to_seconds(now - at_);
  const double rate = static_cast<double>(arrivals - count_) / dt;
  if (arrivals > count_) {
    last_arrival_ = now;
    seen_any_ = true;
  }
  count_ = arrivals;
  at_ = now;

  const double theta = std::exp(-dt / to_seconds(memory_));
  weight_ += (1.0 - theta) * (1.0 - weight_);
  // While little has been seen the plain mean (gain = dt / elapsed) beats the filter, and no trend
  // can be told from noise.
  const double alpha = std::max(1.0 - theta * theta, (1.0 - theta) / weight_);
  const double beta = weight_ > 0.5 ? (1.0 - theta) * (1.0 - theta) : 0.0;
  const double surprise = rate - (level_ + trend_ * dt);
  level_ += trend_ * dt + std::min(alpha, 1.0) * surprise;
  trend_ += beta * surprise / dt;
  if (level_ < 0.0) {
    level_ = 0.0;
    trend_ = std::max(trend_, 0.0);
  }
}

double DemandEstimate::level_per_s() const { return level_; }

double DemandEstimate::level_deviation_per_s() const {
  return std::sqrt(1.25 * level_ / to_seconds(memory_));
}

double DemandEstimate::upper_per_s(Duration horizon, double deviations) const {
  return level_ + std::max(trend_, 0.0) * to_seconds(horizon) +
         deviations * level_deviation_per_s();
}

double DemandEstimate::lower_per_s(double deviations) const {
  return std::max(0.0, level_ - deviations * level_deviation_per_s());
}

}  // namespace signalbox::core
