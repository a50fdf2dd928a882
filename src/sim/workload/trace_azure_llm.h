// SPDX-License-Identifier: Apache-2.0
//
// Azure LLM inference trace 2023 (Patel et al., ISCA 2024): an hour of requests to production
// language models, with prompt and answer lengths. docs/traces.md says how to get it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "sim/workload/arrivals.h"

namespace signalbox::sim {

// By time, since the first request; factors are 1, tokens are set. The columns TIMESTAMP,
// ContextTokens and GeneratedTokens are read.
Result<std::vector<Arrival>> read_azure_llm(const std::string& path);

}  // namespace signalbox::sim
