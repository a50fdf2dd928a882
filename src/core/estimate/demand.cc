// SPDX-License-Identifier: Apache-2.0
//
// The alpha-beta filter; see demand.h for its source.
#include "core/estimate/demand.h"

#include <algorithm>
#include <cmath>

namespace signalbox::core {

namespace {

// Sizes of requests vary less from hour to hour than their number, and their squares are noisy.
constexpr double kLumpinessMemories = 10.0;

}  // namespace

void DemandEstimate::observe(std::uint64_t arrivals, TimePoint now) {
  observe(static_cast<double>(arrivals), static_cast<double>(arrivals), now);
}

void DemandEstimate::observe(double work, double work_squared, TimePoint now) {
  if (!started_ || work < work_) {
    started_ = true;
    work_ = work;
    work_squared_ = work_squared;
    at_ = now;
    return;
  }
  if (now <= at_) return;
  const double dt = to_seconds(now - at_);
  const double rate = (work - work_) / dt;
  const double theta = std::exp(-dt / to_seconds(memory_));
  if (work > work_) {
    last_arrival_ = now;
    seen_any_ = true;
    // Forgotten by what arrives, not by the hour: a quiet night says nothing of the sizes.
    const double keep = 1.0 - (1.0 - theta) / kLumpinessMemories;
    recent_work_ = keep * recent_work_ + (work - work_);
    recent_squared_ = keep * recent_squared_ + std::max(0.0, work_squared - work_squared_);
    lumpiness_ = recent_squared_ / recent_work_;
  }
  work_ = work;
  work_squared_ = work_squared;
  at_ = now;

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
  return std::sqrt(1.25 * level_ * lumpiness_ / to_seconds(memory_));
}

double DemandEstimate::upper_per_s(Duration horizon, double deviations) const {
  return level_ + std::max(trend_, 0.0) * to_seconds(horizon) +
         deviations * level_deviation_per_s();
}

double DemandEstimate::lower_per_s(double deviations) const {
  return std::max(0.0, level_ - deviations * level_deviation_per_s());
}

}  // namespace signalbox::core
