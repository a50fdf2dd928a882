// SPDX-License-Identifier: Apache-2.0
//
// Requests to a language model: prompt and answer lengths of the Azure 2023 trace, drawn as pairs
// with replacement, on the arrivals of many bursty clients that together follow a rate curve. The
// trace itself has an hour of arrivals; curve and clients give it days, as ServeGen found them.
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "base/time.h"
#include "sim/workload/arrivals.h"
#include "sim/workload/rate_series.h"
#include "sim/workload/renewal.h"
#include "sim/workload/token_marks.h"
#include "sim/workload/trace_directory.h"

namespace signalbox::sim {

struct LlmMixOptions {
  // The part of the curve to run; its begin becomes TimePoint{}.
  Duration from{};
  Duration to = 24h;
  int clients = 200;
  double client_skew = 1.0;  // Zipf: the first has a sixth of all requests
  GapLaw gaps = GapLaw::of_cv(GapLaw::Family::kGamma, 2.0);
  std::uint64_t seed = 1;
};

// Read once, run often. A request's work is cost.per_prompt_token * prompt + cost.per_output_token
// * output; see token_marks.h for its factor and what it declares.
Result<std::shared_ptr<const TokenMarks>> load_llm_marks(const TraceDirectory& traces,
                                                         TokenCost cost);

// Stands in for it: independent lognormal lengths with the means, spreads and bounds of the trace.
// Invented, no measurement.
std::shared_ptr<const TokenMarks> llm_marks_synthetic(TokenCost cost);

// REQUIRES: 0 <= from < to <= curve.length().
std::unique_ptr<ArrivalStream> llm_mix(const RateSeries& curve,
                                       const std::shared_ptr<const TokenMarks>& marks,
                                       const LlmMixOptions& options);

}  // namespace signalbox::sim
