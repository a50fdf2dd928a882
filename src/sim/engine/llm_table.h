// SPDX-License-Identifier: Apache-2.0
//
// Replicas of language models from a table of throughput by length of answer and of prompt, the
// form in which autoscalers such as AIBrix keep what they benchmarked. A table says how many
// requests a second a replica sustains; how fast prompts are read and tokens decoded follows by
// least squares: a request occupies a full replica for  prompt / rate + (output - 1) x share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "sim/engine/llm_profile.h"

namespace signalbox::sim {

struct LlmTable {
  std::string name;
  double relative_cost = 1.0;
  std::vector<int> output_tokens{};                   // of each row, rising
  std::vector<int> prompt_tokens{};                   // of each column, rising
  std::vector<std::vector<double>> requests_per_s{};  // [row][column]; 0 = not sustained at all
};

// Reads {"gpu": NAME, "cost": C, "indexes": [[outputs...], [prompts...]], "tputs": [[...], ...]};
// other keys are passed over. The error says what is wrong with which key.
Result<LlmTable> read_llm_table(std::string_view json);

// What no table of throughput tells: how large a batch gets, and how long a step takes for a
// request alone, which is the time to read the weights once.
struct LlmBatch {
  int slots = 48;             // >= 2
  Duration lone_step = 10ms;  // > 0
};

// The shape that fits the table best, each positive entry counted by its relative error. An error
// when the table does not fit such a replica at all, or not with a batch like that.
Result<ServiceShape> fit_llm_shape(const LlmTable& table, const LlmBatch& batch);

// Both steps, and the profile.
Result<LlmReplica> read_llm_replica(std::string_view json, const LlmBatch& batch,
                                    const LlmReference& reference = {});

}  // namespace signalbox::sim
