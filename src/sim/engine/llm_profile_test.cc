// SPDX-License-Identifier: Apache-2.0
//
// What is believed of a language-model replica against what its engine does.
#include "sim/engine/llm_profile.h"

#include <gtest/gtest.h>

#include <vector>

#include "sim/engine/replica_engine.h"

namespace signalbox::sim {
namespace {

// Rate at which a full replica finishes `jobs` requests that all wait from the start.
double saturated_rate_per_s(const LlmReplica& replica, int jobs, int prompt, int output) {
  const ServiceModel model(replica.profile, replica.slots, replica.shape);
  ReplicaEngine engine(model);
  std::vector<JobEvent> events;
  for (int i = 0; i < jobs; ++i) {
    const JobId id{static_cast<std::uint64_t>(i)};
    engine.arrive({.id = id, .output_tokens = output, .prompt_tokens = prompt}, {}, events);
  }
  TimePoint now{};
  while (const auto next = engine.next_event()) engine.advance(now = *next, events);
  return jobs / to_seconds(now.time_since_epoch());
}

TEST(LlmProfile, plateau_is_the_rate_at_which_a_full_replica_finishes_reference_requests) {
  const LlmReference reference{.prompt_tokens = 700, .output_tokens = 120};
  for (const LlmReplica& replica : {llm_a100(reference), llm_a40(reference)}) {
    const double rate = saturated_rate_per_s(replica, 20 * replica.slots, 700, 120);
    EXPECT_NEAR(replica.profile.plateau_per_s(replica.slots), rate, 1e-3 * rate) << replica.name;
  }
}

TEST(LlmProfile, latency_alone_is_that_of_a_reference_request_on_an_empty_replica) {
  const LlmReference reference{.prompt_tokens = 1000, .output_tokens = 101};
  const LlmReplica replica = llm_a100(reference);
  EXPECT_EQ(replica.profile.latency(1), 100ms + 100 * 10600us);
  EXPECT_NEAR(1.0 / saturated_rate_per_s(replica, 1, 1000, 101),
              to_seconds(replica.profile.latency(1)), 1e-6);
}

TEST(LlmProfile, a_request_twice_as_occupying_has_factor_two_and_halves_the_rate) {
  const LlmReference reference;
  const LlmReplica replica = llm_a100(reference);
  EXPECT_DOUBLE_EQ(llm_factor(replica.shape, replica.slots, reference, reference.prompt_tokens,
                              reference.output_tokens),
                   1.0);
  const int prompt = 2 * reference.prompt_tokens;
  const int output = 2 * (reference.output_tokens - 1) + 1;
  EXPECT_DOUBLE_EQ(llm_factor(replica.shape, replica.slots, reference, prompt, output), 2.0);
  const double rate = saturated_rate_per_s(replica, 10 * replica.slots, prompt, output);
  EXPECT_NEAR(rate, replica.profile.plateau_per_s(replica.slots) / 2.0, 1e-3 * rate);
}

TEST(LlmProfile, its_tokens_take_what_the_reference_request_takes_and_the_step_under_way) {
  const LlmReference reference{.prompt_tokens = 1000, .output_tokens = 101};
  for (const LlmReplica& replica : {llm_a100(reference), llm_a40(reference)}) {
    const core::LanguageProfile language = llm_language(replica, reference);
    for (const int n : {1, 2, replica.slots}) {
      const Duration whole =
          language.first_token(1000) + 100 * language.per_output_token.latency(n);
      EXPECT_NEAR(to_seconds(whole - language.first_token_base),
                  to_seconds(replica.profile.latency(n)), 1e-3)
          << n;
    }
  }
}

TEST(LlmProfile, the_cheaper_accelerator_is_slow_alone_and_cheaper_per_request_when_full) {
  const LlmReplica a100 = llm_a100(), a40 = llm_a40();
  EXPECT_GT(a40.profile.latency(1), 2 * a100.profile.latency(1));
  EXPECT_LT(a40.relative_cost / a40.profile.plateau_per_s(a40.slots),
            a100.relative_cost / a100.profile.plateau_per_s(a100.slots));
}

}  // namespace
}  // namespace signalbox::sim
