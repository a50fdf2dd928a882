// SPDX-License-Identifier: Apache-2.0
//
// Ratio mean by EWMA (gain 1/n until it reaches its floor), ratio spread by sketch.
#include "core/estimate/service_time.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace signalbox::core {

namespace {

// An EWMA with this gain forgets half of the past in about 14 requests.
constexpr double kLowestGain = 0.05;

// Beyond this many deviations a normal variable is certain to the last bit of a double.
constexpr double kCertain = 9.0;

double standard_normal_cdf(double z) {
  if (z >= kCertain) return 1.0;
  if (z <= -kCertain) return 0.0;
  return 0.5 * std::erfc(z * -std::numbers::sqrt2 / 2.0);
}

double quotient(Duration a, Duration b) {
  return static_cast<double>(a.count()) / static_cast<double>(b.count());
}

}  // namespace

void ServiceTimeEstimate::observe(Duration observed, Duration expected) {
  const double ratio = quotient(observed, expected);
  ratios_.add(ratio);
  last_ = Answer{};
  observations_ += 1.0;
  const double gain = std::max(kLowestGain, 1.0 / (observations_ + 1.0));
  slowdown_ += gain * (ratio - slowdown_);
}

double ServiceTimeEstimate::answer(Duration available, Duration expected, double spread) const {
  if (available <= Duration::zero()) return 0.0;
  const double ratio = quotient(available, expected);
  const double prior =
      spread > 0.0 ? standard_normal_cdf((ratio - 1.0) / spread) : (ratio >= 1.0 ? 1.0 : 0.0);
  const double seen = ratios_.weight();
  return (prior * kPriorWeight + ratios_.probability_at_most(ratio) * seen) / (kPriorWeight + seen);
}

double ServiceTimeEstimate::confidence() const {
  return ratios_.weight() / (kPriorWeight + ratios_.weight());
}

}  // namespace signalbox::core
