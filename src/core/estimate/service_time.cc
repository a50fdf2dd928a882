// SPDX-License-Identifier: Apache-2.0
//
// Ratio mean by EWMA (gain 1/n until it reaches its floor), ratio spread by sketch.
#include "core/estimate/service_time.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

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
  forget();
  has_news_ = true;
  const double ratio = quotient(observed, expected);
  ratios_.add(ratio);
  last_ = Answer{};
  observations_ += 1.0;
  const double gain = std::max(kLowestGain, 1.0 / (observations_ + 1.0));
  slowdown_ += gain * (ratio - slowdown_);
}

// What has faded does not come back when there is news.
void ServiceTimeEstimate::forget() {
  if (!is_doubtful()) return;
  ratios_.fade(remembered_);
  observations_ *= remembered_;
  slowdown_ = 1.0 + remembered_ * (slowdown_ - 1.0);
  remembered_ = 1.0;
}

void ServiceTimeEstimate::age(TimePoint now) {
  if (std::exchange(has_news_, false)) news_at_ = now;
  const Duration old = now - news_at_ - kFresh;
  const bool fades = old > Duration::zero() && ratios_.weight() > 0.0;
  remembered_ = fades ? std::exp2(-quotient(old, kHalfLife)) : 1.0;
}

double ServiceTimeEstimate::probability_in_doubt(Duration available, Duration expected,
                                                 double spread) const {
  return std::max(probability_within(available, expected, spread),
                  answer(available, expected, spread, remembered_));
}

double ServiceTimeEstimate::answer(Duration available, Duration expected, double spread,
                                   double remembered) const {
  if (available <= Duration::zero()) return 0.0;
  const double ratio = quotient(available, expected);
  const double prior =
      spread > 0.0 ? standard_normal_cdf((ratio - 1.0) / spread) : (ratio >= 1.0 ? 1.0 : 0.0);
  const double seen = remembered * ratios_.weight();
  return (prior * prior_weight_ + ratios_.probability_at_most(ratio) * seen) /
         (prior_weight_ + seen);
}

double ServiceTimeEstimate::confidence() const {
  const double seen = remembered_ * ratios_.weight();
  return seen / (prior_weight_ + seen);
}

}  // namespace signalbox::core
