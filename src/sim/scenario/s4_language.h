// SPDX-License-Identifier: Apache-2.0
//
// S4, a language model under gray faults: bursty clients on a production day's curve, prompts and
// answers as Azure saw them, on dear fast and cheap slow accelerators in two zones, while a fifth
// of a pool is slow, boots fail, the metrics go dark, a zone is lost and a crowd comes.
#pragma once

#include "base/result.h"
#include "sim/run/scenario.h"
#include "sim/workload/trace_directory.h"

namespace signalbox::sim {

// Reports on the second half; each fault strikes once in either half. Errors and stand-ins as in
// s2_image_production.h.
Result<Scenario> s4_language(const TraceDirectory& traces);

// The same, but owed in tokens: 99 % of all answers begin within two seconds and then write a token
// each 60 ms. Latency, by which is planned, is what that comes to for the mean request.
Result<Scenario> s4_tokens(const TraceDirectory& traces);

}  // namespace signalbox::sim
