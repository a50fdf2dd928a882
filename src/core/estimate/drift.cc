// SPDX-License-Identifier: Apache-2.0
//
// Two one-sided sums; see drift.h.
#include "core/estimate/drift.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace signalbox::core {

namespace {

// A level that a change was noticed by is refined by what follows, as far as this many requests.
constexpr double kMemory = 200.0;
constexpr double kPriorRequests = 20.0;
constexpr double kHeadStart = 5.0;
constexpr double kNegligible = 0.02;  // a faded level is none

// Within what nobody would look for.
bool is_itself(double level) { return std::abs(level - 1.0) < 0.5 * Drift::kShift; }

}  // namespace

bool Drift::observe(std::uint64_t ratios, double sum, TimePoint now) {
  if (ratios < ratios_) {
    ratios_ = 0;
    sum_ = 0.0;
  }
  const std::uint64_t count = ratios - std::exchange(ratios_, ratios);
  const double new_sum = sum - std::exchange(sum_, sum);
  const double before = level_;
  if (count == 0) {
    fade(now);
    return level_ != before;
  }
  at_ = news_at_ = now;
  if (since_ == TimePoint::min()) since_ = now;

  const auto n = static_cast<double>(count);
  const double mean = new_sum / n;
  learn_scatter(mean / level_, n);
  const double scale = std::max(std::sqrt(variance_), kLeastDeviation);
  const double allowance = 0.5 * kShift / scale;
  const double deviations =
      std::clamp((mean / level_ - 1.0) / scale, -kMostDeviations, kMostDeviations);
  slower_.add(2.0 * allowance * n * (deviations - allowance), count, new_sum, now);
  faster_.add(2.0 * allowance * n * (-deviations - allowance), count, new_sum, now);
  if (slower_.alarms()) {
    settle_on(slower_);
  } else if (faster_.alarms()) {
    settle_on(faster_);
  } else if (level_ != 1.0) {
    const bool is_calm = slower_.count == 0 && faster_.count == 0;
    seen_ += count;
    if (averaged_ <= kSettling || is_calm) {
      averaged_ = std::min(kMemory, averaged_ + n);
      level_ += (mean - level_) * std::min(1.0, n / averaged_);
    }
    if (averaged_ > kSettling && is_itself(level_)) level_ = 1.0;
  }
  return level_ != before;
}

// From one call to the next, since a change of level is in one such difference only.
void Drift::learn_scatter(double mean, double n) {
  if (last_n_ > 0.0) {
    const double difference = mean - last_mean_;
    const double variance = difference * difference / (1.0 / n + 1.0 / last_n_);
    scatter_weight_ = std::min(kMemory, scatter_weight_ + n);
    variance_ += std::min(0.5, n / (kPriorRequests + scatter_weight_)) * (variance - variance_);
  }
  last_mean_ = mean;
  last_n_ = n;
}

void Drift::Sum::add(double more, std::uint64_t n, double ratios_sum, TimePoint at) {
  if (count == 0) from = at;
  evidence += more;
  count += n;
  ratios += ratios_sum;
  if (evidence <= 0.0) *this = Sum{};
}

void Drift::settle_on(const Sum& sum) {
  level_ = sum.ratios / static_cast<double>(sum.count);
  if (is_itself(level_)) level_ = 1.0;
  since_ = sum.from;
  seen_ = sum.count;
  // The sum may have begun a little before the change; what follows surely is of the new level.
  averaged_ = std::min(kHeadStart, static_cast<double>(sum.count));
  last_n_ = 0.0;
  slower_ = faster_ = Sum{};
}

// What nobody has looked at for long may have changed; who still believes it would never look.
void Drift::fade(TimePoint now) {
  if (at_ == TimePoint::min() || news_at_ == TimePoint::min()) return;
  const TimePoint from = std::max(at_, news_at_ + kFresh);
  if (now <= from) return;
  level_ = 1.0 + (level_ - 1.0) * std::exp2(-to_seconds(now - from) / to_seconds(kHalfLife));
  if (std::abs(level_ - 1.0) < kNegligible) level_ = 1.0;
  at_ = now;
}

}  // namespace signalbox::core
