// SPDX-License-Identifier: Apache-2.0
//
// BurstGPT (Wang et al., arXiv 2401.17644): four months of requests to ChatGPT and GPT-4 in an
// Azure region, with token counts. The files have millions of rows, so a window is cut while
// reading and only its rows are kept. docs/traces.md says how to get it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "sim/workload/arrivals.h"

namespace signalbox::sim {

struct BurstGptOptions {
  Duration from{};                // since midnight of the first day
  Duration to = Duration::max();  // exclusive
  std::string model{};            // "ChatGPT" or "GPT-4"; empty: both
  std::string log_type{};         // "Conversation log" or "API log"; empty: both
  bool failures = false;          // keep rows without an answer, which the trace calls failures
};

// By time, since options.from; factors are 1, tokens are set. The columns Timestamp (seconds),
// Model, Request tokens, Response tokens and Log Type are read.
Result<std::vector<Arrival>> read_burstgpt(const std::string& path, const BurstGptOptions& options);

}  // namespace signalbox::sim
