// SPDX-License-Identifier: Apache-2.0
//
// The raised cosine, sampled; see weekly_rate.h.
#include "sim/workload/weekly_rate.h"

#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include "base/assert.h"

namespace signalbox::sim {

namespace {

constexpr int kPointsPerDay = 96;
constexpr int kWorkingDays = 5;
constexpr int kDays = 7;

}  // namespace

RateSeries weekly_rate(const WeeklyShape& shape) {
  SIGNALBOX_ASSERT(shape.mean_per_s >= 0.0 && shape.sharpness > 0.0 && shape.weekend >= 0.0);
  SIGNALBOX_ASSERT(shape.trough >= 0.0 && shape.trough <= 1.0);
  std::vector<RateSeries::Point> points;
  for (int i = 0; i < kDays * kPointsPerDay; ++i) {
    const double hour = 24.0 * (i % kPointsPerDay) / kPointsPerDay;
    const double turns = (hour - shape.peak_hour) / 24.0;
    const double raised = (1.0 + std::cos(2.0 * std::numbers::pi * turns)) / 2.0;
    const double day = shape.trough + (1.0 - shape.trough) * std::pow(raised, shape.sharpness);
    const bool working = i / kPointsPerDay < kWorkingDays;
    points.push_back({i * (Duration{24h} / kPointsPerDay), day * (working ? 1.0 : shape.weekend)});
  }
  const RateSeries week(std::move(points),
                        {RateSeries::Between::kLines, kDays * Duration{24h}, true});
  return week.scaled(shape.mean_per_s / week.mean_per_s());
}

}  // namespace signalbox::sim
