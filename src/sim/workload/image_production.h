// SPDX-License-Identifier: Apache-2.0
//
// The workload of an image service in production: days of the GenTD26 trace, multiplied. Each
// request comes a hundred times, moved by up to five minutes, which keeps the trace's days, its
// bursts longer than that, and its sizes from 1 to 800 image-steps. Sizes are known beforehand:
// images and steps stand in the request.
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "base/time.h"
#include "sim/workload/arrivals.h"
#include "sim/workload/listed_arrivals.h"
#include "sim/workload/trace_directory.h"

namespace signalbox::sim {

struct ImageProductionOptions {
  // The part to run, since midnight of the trace's first day; its begin becomes TimePoint{}. The
  // first four days of GenTD26 have some 80 requests each, the busy ones 400 to 1600.
  Duration from{};
  Duration to = 11 * Duration{24h};
  double copies = 100.0;
  Duration jitter = 300s;
  std::uint64_t seed = 1;
};

// Work of factor 1: ten steps for one image.
inline constexpr double kReferenceImageSteps = 10.0;

// Read once, run often.
Result<ArrivalList> load_image_production(const TraceDirectory& traces);
std::unique_ptr<ArrivalStream> image_production(const ArrivalList& requests,
                                                const ImageProductionOptions& options);

// Stands in for it: Poisson arrivals on a day that peaks late in the evening, sizes lognormal with
// the mean that the whole published trace has (84.7 image-steps) and the spread of its logarithm.
// `copies` scales the rate as it would scale the trace's; jitter does nothing. Invented, no
// measurement: results on it say nothing about the trace.
std::unique_ptr<ArrivalStream> image_production_synthetic(const ImageProductionOptions& options);

}  // namespace signalbox::sim
