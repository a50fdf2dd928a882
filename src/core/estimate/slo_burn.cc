// SPDX-License-Identifier: Apache-2.0
//
// Differences of cumulative counts over two windows; see slo_burn.h.
#include "core/estimate/slo_burn.h"

#include <algorithm>

#include "base/assert.h"

namespace signalbox::core {

namespace {

constexpr int kSamplesPerLongWindow = 240;

}  // namespace

void SloBurn::observe(std::uint64_t finished, std::uint64_t missed, TimePoint now) {
  if (!samples_.empty() &&
      (finished < samples_.back().finished || missed < samples_.back().missed)) {
    samples_.clear();
  }
  const Duration resolution = long_window_ / kSamplesPerLongWindow;
  // The newest sample is always kept up to date; it becomes history once it is old enough.
  if (samples_.size() >= 2 && now - samples_[samples_.size() - 2].at < resolution) {
    samples_.pop_back();
  }
  samples_.push_back({now, finished, missed});
  while (samples_.size() > 2 && samples_[1].at <= now - long_window_) samples_.pop_front();
}

const SloBurn::Sample& SloBurn::start_of(Duration window) const {
  SIGNALBOX_ASSERT(!samples_.empty());
  const TimePoint start = samples_.back().at - window;
  const auto later =
      std::upper_bound(samples_.begin(), samples_.end(), start,
                       [](TimePoint at, const Sample& sample) { return at < sample.at; });
  return later == samples_.begin() ? samples_.front() : *(later - 1);
}

double SloBurn::burn(Duration window, double allowed_share) const {
  if (samples_.empty()) return 0.0;
  const Sample& first = start_of(window);
  const auto finished = samples_.back().finished - first.finished;
  if (finished == 0) return 0.0;
  const auto missed = samples_.back().missed - first.missed;
  return static_cast<double>(missed) / static_cast<double>(finished) / allowed_share;
}

bool SloBurn::burning(double allowed_share, double limit, std::uint64_t min_missed) const {
  // Too few in all of the long window are too few in the short one.
  if (samples_.empty() || samples_.back().missed - samples_.front().missed < min_missed) {
    return false;
  }
  const auto missed = samples_.back().missed - start_of(short_window_).missed;
  return missed >= min_missed && short_burn(allowed_share) > limit &&
         long_burn(allowed_share) > limit;
}

}  // namespace signalbox::core
