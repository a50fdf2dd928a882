// SPDX-License-Identifier: Apache-2.0
//
// Ratio mean by EWMA (gain 1/n until it reaches its floor), ratio spread by sketch.
#include "core/estimate/service_time.h"

#include <algorithm>
#include <cmath>

namespace signalbox::core {

namespace {

// An EWMA with this gain forgets half of the past in about 14 requests.
constexpr double kLowestGain = 0.05;

double standard_normal_cdf(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

}  // namespace

void ServiceTimeEstimate::observe(Duration observed, Duration expected) {
  const double ratio = to_seconds(observed) / to_seconds(expected);
  ratios_.add(ratio);
  observations_ += 1.0;
  const double gain = std::max(kLowestGain, 1.0 / (observations_ + 1.0));
  slowdown_ += gain * (ratio - slowdown_);
}

double ServiceTimeEstimate::probability_within(Duration available, Duration expected,
                                               double spread) const {
  if (available <= Duration::zero()) return 0.0;
  const double ratio = to_seconds(available) / to_seconds(expected);
  const double prior =
      spread > 0.0 ? standard_normal_cdf((ratio - 1.0) / spread) : (ratio >= 1.0 ? 1.0 : 0.0);
  const double seen = ratios_.weight();
  return (prior * kPriorWeight + ratios_.probability_at_most(ratio) * seen) / (kPriorWeight + seen);
}

double ServiceTimeEstimate::confidence() const {
  return ratios_.weight() / (kPriorWeight + ratios_.weight());
}

}  // namespace signalbox::core
