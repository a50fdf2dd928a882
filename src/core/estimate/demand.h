// SPDX-License-Identifier: Apache-2.0
//
// How many requests per second will come, over the time a new replica needs to boot. Counts are
// smoothed into level and trend by a critically damped alpha-beta filter (Brown's double
// exponential smoothing), which follows a ramp without lag; the Poisson noise that remains in the
// level is known in closed form, so an upper quantile costs nothing.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace signalbox::core {

class DemandEstimate {
 public:
  // `memory` is the filter's time constant: shorter reacts sooner, longer wavers less.
  explicit DemandEstimate(Duration memory) : memory_(memory) {}

  // `arrivals` is cumulative; a value below the last one is a counter reset and starts afresh from
  // there, never a negative rate. Calls with the same or an earlier `now` are ignored.
  void observe(std::uint64_t arrivals, TimePoint now);

  // Requests per second now, >= 0.
  double level_per_s() const;
  // Standard deviation of the level: sqrt(1.25 x level / memory) for Poisson arrivals (variance
  // reduction of the filter, (1-t)(1+4t+5t^2)/(1+t)^3 with t = exp(-dt/memory), for small dt).
  double level_deviation_per_s() const;
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
  std::uint64_t count_ = 0;
  TimePoint at_{};
  TimePoint last_arrival_{};
  double level_ = 0.0;   // per second
  double trend_ = 0.0;   // per second, per second
  double weight_ = 0.0;  // share of the memory already filled, for an unbiased start
};

}  // namespace signalbox::core
