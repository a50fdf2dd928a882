// SPDX-License-Identifier: Apache-2.0
//
// Occupancy and latency of language-model replicas; see llm_profile.h.
#include "sim/engine/llm_profile.h"

#include <utility>
#include <vector>

#include "base/assert.h"

namespace signalbox::sim {

namespace {

constexpr int kSlots =
    48;  // caches of 48 requests of a thousand tokens and more fit beside a model

}  // namespace

double llm_occupancy_s(const ServiceShape& shape, int slots, int prompt_tokens, int output_tokens) {
  SIGNALBOX_ASSERT(shape.language() && slots >= 1 && output_tokens >= 1);
  const double prompt = prompt_tokens / shape.prefill_tokens_per_s;
  return prompt + (output_tokens - 1) * to_seconds(shape.decode_step(slots)) / slots;
}

double llm_factor(const ServiceShape& shape, int slots, const LlmReference& reference,
                  int prompt_tokens, int output_tokens) {
  return llm_occupancy_s(shape, slots, prompt_tokens, output_tokens) /
         llm_occupancy_s(shape, slots, reference.prompt_tokens, reference.output_tokens);
}

LlmReplica llm_replica(std::string name, double relative_cost, int slots, const ServiceShape& shape,
                       const LlmReference& reference) {
  const auto latency = [&](int n) {
    return from_seconds(
        n * llm_occupancy_s(shape, n, reference.prompt_tokens, reference.output_tokens));
  };
  // The curve is a straight line, since prompts and steps both grow by the same for each request.
  std::vector<core::Profile::Point> line{{1, latency(1)}};
  if (slots > 1) line.push_back({slots, latency(slots)});
  return {std::move(name), relative_cost, slots, shape,
          core::Profile::measured(std::move(line), reference.spread)};
}

core::LanguageProfile llm_language(const LlmReplica& replica, const LlmReference& reference) {
  constexpr double kSpread = 0.1;
  const Duration prompt =
      from_seconds(reference.prompt_tokens / replica.shape.prefill_tokens_per_s);
  const int further = std::max(1, reference.output_tokens - 1);
  const auto pace = [&](int n) {
    return replica.shape.decode_step(n) + (n - 1) * prompt / further;
  };
  std::vector<core::Profile::Point> line{{1, pace(1)}};
  if (replica.slots > 1) line.push_back({replica.slots, pace(replica.slots)});
  core::LanguageProfile language;
  language.first_token_base = replica.shape.decode_step(replica.slots);
  language.per_prompt_token = from_seconds(1.0 / replica.shape.prefill_tokens_per_s);
  language.per_output_token = core::Profile::measured(std::move(line), kSpread);
  language.prompt_tokens = reference.prompt_tokens;
  language.output_tokens = reference.output_tokens;
  return language;
}

LlmReplica llm_a100(const LlmReference& reference) {
  return llm_replica(
      "a100", 1.0, kSlots,
      {.prefill_tokens_per_s = 10'000.0, .decode_base = 10ms, .decode_per_job = 600us}, reference);
}

LlmReplica llm_a40(const LlmReference& reference) {
  return llm_replica(
      "a40", 0.3, kSlots,
      {.prefill_tokens_per_s = 6'500.0, .decode_base = 25ms, .decode_per_job = 150us}, reference);
}

}  // namespace signalbox::sim
