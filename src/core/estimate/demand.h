// SPDX-License-Identifier: Apache-2.0
//
// How much work per second will come, over the time a new replica needs to boot. Work is counted in
// typical requests, so that where all are alike it is requests per second. Cumulative work is
// smoothed into level and trend by a critically damped alpha-beta filter (Brown's double
// exponential smoothing), which follows a ramp without lag; the noise that remains in the level is
// that of compound Poisson arrivals and known in closed form, so an upper quantile costs nothing.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace signalbox::core {

class DemandEstimate {
 public:
  // `memory` is the filter's time constant: shorter reacts sooner, longer wavers less.
  explicit DemandEstimate(Duration memory) : memory_(memory) {}

  // Both are cumulative: the work that arrived, and the sum of the squares of each request's. Work
  // below the last value is a counter reset and starts afresh from there, never a negative rate.
  // Calls with the same or an earlier `now` are ignored.
  void observe(double work, double work_squared, TimePoint now);
  // The same for requests of one unit of work each.
  void observe(std::uint64_t arrivals, TimePoint now);

  // Work per second now, >= 0.
  double level_per_s() const;
  // Standard deviation of the level: sqrt(1.25 x level x lumpiness / memory) for Poisson arrivals
  // (variance reduction of the filter, (1-t)(1+4t+5t^2)/(1+t)^3 with t = exp(-dt/memory), for small
  // dt).
  double level_deviation_per_s() const;
  // E[w^2] / E[w] over the work w of a request: how large the lumps are that demand comes in. 1
  // when all requests are typical ones.
  double lumpiness() const { return lumpiness_; }
  // The level `horizon` ahead plus `deviations` standard deviations; a falling trend is not
  // extrapolated, since scaling down early saves little and risks much.
  double upper_per_s(Duration horizon, double deviations) const;
  // The level minus `deviations` standard deviations, >= 0.
  double lower_per_s(double deviations) const;

  Duration memory() const { return memory_; }
  // When the last arrival was counted; the epoch if none ever was.
  TimePoint last_arrival() const { return last_arrival_; }
  bool seen_any() const { return seen_any_; }

 private:
  Duration memory_;
  bool started_ = false;
  bool seen_any_ = false;
  double work_ = 0.0;
  double work_squared_ = 0.0;
  double recent_work_ = 0.0;  // both forgotten slowly, for the lumpiness
  double recent_squared_ = 0.0;
  double lumpiness_ = 1.0;
  TimePoint at_{};
  TimePoint last_arrival_{};
  double level_ = 0.0;   // per second
  double trend_ = 0.0;   // per second, per second
  double weight_ = 0.0;  // share of the memory already filled, for an unbiased start
};

}  // namespace signalbox::core
