// SPDX-License-Identifier: Apache-2.0
//
// A scenario of the operator's own, from a YAML file: a configuration for its fleet, the traffic
// that comes, the truth about the pools, and what befalls them. The same strictness and the same
// messages as for configurations; docs/scenarios.md lists the keys.
#pragma once

#include <string>

#include "base/result.h"
#include "sim/run/scenario.h"
#include "sim/workload/trace_directory.h"

namespace signalbox::sim {

// The scenario, or everything that is wrong with it: lines with place and advice, ready to print.
// A public trace that a kind of traffic needs and that is not here is replaced by its synthetic
// stand-in, and `about` says so. Never throws.
Result<Scenario> load_scenario(const std::string& path, const TraceDirectory& traces);

}  // namespace signalbox::sim
