// SPDX-License-Identifier: Apache-2.0
//
// Replicas of language models: the profile that follows from how fast prompts are read and tokens
// are decoded. A profile is of one reference request, so everything a router or planner believes
// of such a unit is exactly what its replicas do when all requests are that one; requests of other
// lengths are their true sizes away from it. The figures of the two built-in accelerators are of
// the right order for a 7-billion-parameter model in 16 bits and are SIMULATED: nothing here was
// measured on the hardware they are named after.
#pragma once

#include <string>

#include "core/model/language_profile.h"
#include "core/model/profile.h"
#include "sim/engine/service_model.h"

namespace signalbox::sim {

// The request of factor 1.
struct LlmReference {
  int prompt_tokens = 1024;  // >= 1
  int output_tokens = 256;   // >= 1
  double spread = 0.8;       // coefficient of variation of the requests' sizes about it
};

// Everything a unit of language-model replicas is made of.
struct LlmReplica {
  std::string name;
  double relative_cost = 1.0;  // price of one against an A100's
  int slots = 1;               // most requests at once
  ServiceShape shape;
  core::Profile profile = core::Profile::single_server(1.0, 0.0);
};

// How long a replica with a full batch is occupied by one request: its prompt, which stops all
// decoding, and its share of the steps that decode it. The rate at saturation is 1 over the mean.
// REQUIRES: shape.language(), slots >= 1, output_tokens >= 1
double llm_occupancy_s(const ServiceShape& shape, int slots, int prompt_tokens, int output_tokens);

// A request's size against the reference, by occupancy.
double llm_factor(const ServiceShape& shape, int slots, const LlmReference& reference,
                  int prompt_tokens, int output_tokens);

// Latency of the reference request by the number in service: n prompts are read while it is there,
// its own among them, and its other tokens take a step of n each.
LlmReplica llm_replica(std::string name, double relative_cost, int slots, const ServiceShape& shape,
                       const LlmReference& reference);

// What is known of its tokens beforehand, from the same figures: the first comes when the step
// under way has ended (at its longest) and the prompt has been read, each further one after a step
// of all that are in flight and their share of the prompts read meanwhile. How it varies is the
// traffic's doing; a tenth stands for it until it has been seen.
core::LanguageProfile llm_language(const LlmReplica& replica, const LlmReference& reference);

// 80 GB of memory, a request alone gets 94 tokens/s; simulated.
LlmReplica llm_a100(const LlmReference& reference = {});
// A third of the price and of the memory bandwidth, so slow alone and as good in a full batch;
// simulated.
LlmReplica llm_a40(const LlmReference& reference = {});

}  // namespace signalbox::sim
