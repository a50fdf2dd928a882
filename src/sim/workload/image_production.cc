// SPDX-License-Identifier: Apache-2.0
//
// Cut, copied, cut again; see image_production.h.
#include "sim/workload/image_production.h"

#include <utility>

#include "base/assert.h"
#include "sim/workload/factors.h"
#include "sim/workload/poisson.h"
#include "sim/workload/scaling.h"
#include "sim/workload/time_window.h"
#include "sim/workload/trace_gentd26.h"
#include "sim/workload/weekly_rate.h"

namespace signalbox::sim {

namespace {

// Busy weekdays of the trace have about 1300 requests a day, in the evening.
constexpr WeeklyShape kSyntheticWeek{.mean_per_s = 1000.0 / 86'400.0,
                                     .peak_hour = 22.5,
                                     .trough = 0.03,
                                     .sharpness = 4.0,
                                     .weekend = 0.5};
constexpr double kSyntheticMean = 8.47;
constexpr double kSyntheticSigma = 0.82;

}  // namespace

Result<ArrivalList> load_image_production(const TraceDirectory& traces) {
  const auto path = traces.locate(traces::gentd26());
  if (!path) return path.error();
  const auto requests = read_gentd26(*path);
  if (!requests) return requests.error();
  return std::make_shared<const std::vector<Arrival>>(
      image_arrivals(*requests, kReferenceImageSteps));
}

std::unique_ptr<ArrivalStream> image_production(const ArrivalList& requests,
                                                const ImageProductionOptions& options) {
  SIGNALBOX_ASSERT(Duration::zero() <= options.from && options.from <= options.to);
  // What lies within a jitter of the window may be moved into it.
  const TimePoint from{options.from}, to{options.to};
  auto source = std::make_unique<TimeWindow>(
      std::make_unique<ListedArrivals>(requests),
      TimeWindow::Options{from - options.jitter, to + options.jitter, from - options.jitter});
  auto copies = std::make_unique<ScaledStream>(
      std::move(source), ScaledStream::Options{options.copies, options.jitter, options.seed});
  return std::make_unique<TimeWindow>(std::move(copies), TimeWindow::Options{from, to});
}

std::unique_ptr<ArrivalStream> image_production_synthetic(const ImageProductionOptions& options) {
  SIGNALBOX_ASSERT(Duration::zero() <= options.from && options.from <= options.to);
  auto times = std::make_unique<PoissonWorkload<RateSeries>>(
      weekly_rate(kSyntheticWeek).scaled(options.copies),
      PoissonWorkload<RateSeries>::Options{TimePoint{}, options.to, 0.0, options.seed});
  auto sized = std::make_unique<FactoredStream>(
      std::move(times),
      FactoredStream::Options{FactorDistribution::lognormal(kSyntheticMean, kSyntheticSigma),
                              /*declared=*/true, options.seed});
  return std::make_unique<TimeWindow>(
      std::move(sized), TimeWindow::Options{TimePoint{options.from}, TimePoint{options.to}});
}

}  // namespace signalbox::sim
