// SPDX-License-Identifier: Apache-2.0
//
// S2, images as they are really asked for: eleven days of GenTD26, a hundred jittered copies, sizes
// from one image-step to eight hundred, on the paper's units and four cards of one's own.
#pragma once

#include "base/result.h"
#include "sim/run/scenario.h"
#include "sim/workload/trace_directory.h"

namespace signalbox::sim {

// A request of ten image-steps is the reference; each may take 2 s per ten. inf2 has a quota of 40;
// the four A10G are already paid for and serve as the paper's g5 with Triton does. Reports on the
// second half. An error only for a trace that is there and cannot be read; where there is none, a
// synthetic stand-in serves and `about` says so.
Result<Scenario> s2_image_production(const TraceDirectory& traces);

}  // namespace signalbox::sim
