// SPDX-License-Identifier: Apache-2.0
//
// S3, mixed tiers: a production week on spot capacity that comes and goes in two zones, a small
// on-demand quota of the cheap kind, dear kinds without limit, and four cards of one's own.
#pragma once

#include "base/result.h"
#include "sim/run/scenario.h"
#include "sim/workload/trace_directory.h"

namespace signalbox::sim {

// Reports on the second half. Errors and stand-ins as in s2_image_production.h.
Result<Scenario> s3_spot_tiers(const TraceDirectory& traces);

}  // namespace signalbox::sim
