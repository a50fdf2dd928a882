// SPDX-License-Identifier: Apache-2.0
//
// A week of a large production model, as ServeGen publishes its rates, scaled to a peak: Poisson
// arrivals on the curve, sizes within 5 % of the reference request, unknown beforehand.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "sim/workload/arrivals.h"
#include "sim/workload/rate_series.h"
#include "sim/workload/trace_directory.h"

namespace signalbox::sim {

struct ServegenShapeOptions {
  // The part to run, since the curve's begin; its begin becomes TimePoint{}.
  Duration from{};
  Duration to = 7 * Duration{24h};
  double factor_spread = 0.05;
  std::uint64_t seed = 1;
};

// The rate curve of a category, its whole length, lines through the windows' middles, scaled so
// that its highest point is `peak_per_s`.
Result<RateSeries> load_servegen_curve(const TraceDirectory& traces, double peak_per_s,
                                       const std::string& category = "language/m-large");

// Stands in for it: a week with that peak, working days with a trough at a sixth of it, quieter
// weekends, and a mean of 0.37 (language/m-large: 0.36). Invented, no measurement.
RateSeries servegen_curve_synthetic(double peak_per_s);

// REQUIRES: 0 <= from < to <= curve.length().
std::unique_ptr<ArrivalStream> servegen_shape(const RateSeries& curve,
                                              const ServegenShapeOptions& options);

}  // namespace signalbox::sim
