// SPDX-License-Identifier: Apache-2.0
//
// What one replica costs between two instants while its price changes. The integral up to each
// step is kept, so that a bill over any window is the difference of two look-ups and a run may ask
// for its costs as often as it likes.
#pragma once

#include <cstddef>
#include <vector>

#include "base/time.h"
#include "sim/workload/step_series.h"

namespace signalbox::sim {

class PriceCurve {
 public:
  // `base` holds ahead of the first step, and for ever when there is none.
  PriceCurve(double base_usd_per_hour, StepSeries<double> steps);

  double usd_per_hour(TimePoint at) const { return steps_.at(at, base_); }

  // The price integrated over [from, to). REQUIRES: from <= to
  double usd_between(TimePoint from, TimePoint to) const;

 private:
  std::size_t steps_until(TimePoint at) const;
  double usd_until(TimePoint at, std::size_t steps) const;

  double base_;
  StepSeries<double> steps_;
  std::vector<double> usd_until_step_;  // from the first step on, at which it is 0
};

}  // namespace signalbox::sim
