// SPDX-License-Identifier: Apache-2.0
//
// The recursions of holt_winters.h. The constants are customary ones for minutes of traffic: a
// level that forgets in three steps, a trend that forgets in twenty.
#include "sim/policy/holt_winters.h"

#include <algorithm>
#include <numeric>

namespace signalbox::sim {

namespace {

constexpr double kLevel = 0.3;
constexpr double kTrend = 0.05;
constexpr double kSeason = 0.3;
constexpr double kDamping = 0.98;

}  // namespace

void HoltWinters::observe(double value) {
  const bool seasonal = seasonal_known();
  const std::size_t place = season() > 0 ? seen_ % season() : 0;
  if (seen_ == 0) {
    level_ = value;
  } else {
    const double without_season = value - (seasonal ? seasonal_[place] : 0.0);
    const double before = level_;
    level_ = kLevel * without_season + (1.0 - kLevel) * (level_ + kDamping * trend_);
    trend_ = kTrend * (level_ - before) + (1.0 - kTrend) * kDamping * trend_;
  }
  if (seasonal) {
    seasonal_[place] = kSeason * (value - level_) + (1.0 - kSeason) * seasonal_[place];
  } else if (season() > 0) {
    seasonal_[place] = value;
  }
  ++seen_;
  if (season() > 0 && seen_ == season()) {
    const double mean =
        std::accumulate(seasonal_.begin(), seasonal_.end(), 0.0) / static_cast<double>(season());
    for (double& each : seasonal_) each -= mean;
    // What the season explains is neither level nor trend.
    level_ = mean;
    trend_ = 0.0;
  }
}

double HoltWinters::forecast(std::size_t steps) const {
  if (seen_ == 0) return 0.0;
  double trend = 0.0;
  double damping = 1.0;
  for (std::size_t h = 0; h < steps; ++h) trend += (damping *= kDamping) * trend_;
  double value = level_ + trend;
  if (seasonal_known()) value += seasonal_[(seen_ - 1 + steps) % season()];
  return std::max(0.0, value);
}

}  // namespace signalbox::sim
