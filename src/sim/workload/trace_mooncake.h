// SPDX-License-Identifier: Apache-2.0
//
// Mooncake (Qin et al., FAST 2025): an hour of requests to the chat service Kimi, one JSON object a
// line. The hashes of prompt blocks, which tell shared prefixes, are not read: no engine here
// caches prefixes. docs/traces.md says how to get it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "sim/workload/arrivals.h"

namespace signalbox::sim {

// By time, since the trace's own zero; factors are 1, tokens are set. The members timestamp
// (milliseconds), input_length and output_length are read. Times come in steps of about 3 s, as
// published: spread them with a ScaledStream's jitter where that matters.
Result<std::vector<Arrival>> read_mooncake(const std::string& path);

}  // namespace signalbox::sim
