// SPDX-License-Identifier: Apache-2.0
//
// A value that changes at known instants and stands in between: a spot price, the number of
// instances a pool has left. One form for what traces and scenarios say.
#pragma once

#include <algorithm>
#include <vector>

#include "base/time.h"

namespace signalbox::sim {

template <class T>
class StepSeries {
 public:
  struct Step {
    TimePoint from;
    T value;
  };

  StepSeries() = default;
  // REQUIRES: `steps` ordered by time.
  explicit StepSeries(std::vector<Step> steps) : steps_(std::move(steps)) {}

  bool empty() const { return steps_.empty(); }
  const std::vector<Step>& steps() const { return steps_; }

  // The value in force at `t`; `before` ahead of the first step.
  T at(TimePoint t, T before) const {
    const auto after =
        std::upper_bound(steps_.begin(), steps_.end(), t,
                         [](TimePoint when, const Step& s) { return when < s.from; });
    return after == steps_.begin() ? before : std::prev(after)->value;
  }

 private:
  std::vector<Step> steps_;
};

}  // namespace signalbox::sim
