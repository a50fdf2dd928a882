// SPDX-License-Identifier: Apache-2.0
//
// A curve, scaled and cut, under a Poisson process; see servegen_shape.h.
#include "sim/workload/servegen_shape.h"

#include <fmt/format.h>

#include "sim/workload/poisson.h"
#include "sim/workload/trace_servegen.h"
#include "sim/workload/weekly_rate.h"

namespace signalbox::sim {

Result<RateSeries> load_servegen_curve(const TraceDirectory& traces, double peak_per_s,
                                       const std::string& category) {
  const auto path = traces.locate(traces::servegen());
  if (!path) return path.error();
  const auto categories = read_servegen(*path);
  if (!categories) return categories.error();
  const auto found = categories->find(category);
  if (found == categories->end()) {
    std::string there;
    for (const auto& [name, rates] : *categories) there += (there.empty() ? "" : ", ") + name;
    return Error{fmt::format("{}: no category {}; there are {}", *path, category, there)};
  }
  const RateSeries curve = found->second.series(RateSeries::Between::kLines);
  if (curve.peak_per_s() <= 0.0) {
    return Error{fmt::format("{}: {} has no requests; expected a rate above 0", *path, category)};
  }
  return curve.scaled_to_peak(peak_per_s);
}

RateSeries servegen_curve_synthetic(double peak_per_s) {
  const RateSeries week = weekly_rate(
      {.mean_per_s = 1.0, .peak_hour = 15.0, .trough = 0.16, .sharpness = 3.0, .weekend = 0.6});
  return week.scaled_to_peak(peak_per_s).window(Duration::zero(), week.length());
}

std::unique_ptr<ArrivalStream> servegen_shape(const RateSeries& curve,
                                              const ServegenShapeOptions& options) {
  return std::make_unique<PoissonWorkload<RateSeries>>(
      curve.window(options.from, options.to),
      PoissonWorkload<RateSeries>::Options{TimePoint{}, options.to - options.from,
                                           options.factor_spread, options.seed});
}

}  // namespace signalbox::sim
