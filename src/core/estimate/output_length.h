// SPDX-License-Identifier: Apache-2.0
//
// How long a service's answers are, in tokens: what a request may write at most says little of what
// it will. A running mean, quick at first and steady later.
#pragma once

#include <algorithm>

namespace signalbox::core {

class OutputLength {
 public:
  void observe(int tokens) {
    seen_ += 1.0;
    // 1/n is the plain mean; the floor forgets half of the past in about 34 answers.
    const double gain = std::max(kLowestGain, 1.0 / seen_);
    mean_ += gain * (tokens - mean_);
  }
  // Expected of a request that may write at most `limit`; 0 = unknown, here and there.
  int expected(int limit) const {
    if (seen_ == 0.0) return limit;
    const int mean = std::max(1, static_cast<int>(mean_ + 0.5));
    return limit > 0 ? std::min(limit, mean) : mean;
  }

 private:
  static constexpr double kLowestGain = 0.02;
  double seen_ = 0.0;
  double mean_ = 0.0;
};

}  // namespace signalbox::core
