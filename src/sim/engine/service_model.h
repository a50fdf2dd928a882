// SPDX-License-Identifier: Apache-2.0
//
// How replicas of one unit serve, in the form the engine steps through: work is counted in
// nanoseconds of an otherwise empty replica, and load only stretches the clock that work is done
// by. Three ways to group work:
//
//   side by side   up to `slots` jobs at once; the profile's curve is the stretch, so a replica can
//                  never be faster or slower than the profile the router predicts from
//   batches        up to max_batch jobs begin and end together, stretched by the same curve
//   language       continuous batching with prompts first, as vLLM did before it split prompts into
//                  chunks (Kwon et al., SOSP 2023): a step of the replica reads one waiting prompt,
//                  if there is one, and else decodes one token of every job in the batch, which
//                  takes a + b n for n jobs (weights are read once, caches per job). So prompts are
//                  read one after the other at a fixed rate, and nobody decodes meanwhile. Not in
//                  it: memory of the caches (slots bound the batch), preemption, chunked prompts.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.h"
#include "core/model/unit.h"

namespace signalbox::sim {

// What a profile does not say: how a unit groups its work. All zero = requests side by side.
struct ServiceShape {
  int max_batch = 0;              // > 0: serves batches of at most this many, one batch at a time
  Duration first_token{0};        // unloaded time to the first token of a stream
  double token_rate_per_s = 0.0;  // unloaded rate of one stream after that; 0 = spread evenly over
                                  // the profile's latency, first token included

  // > 0: a language model, which serves as many jobs at once as the unit has slots.
  double prefill_tokens_per_s = 0.0;  // prompts read by a replica, alone or not
  Duration decode_base{0};            // a: a step's time whatever the batch
  Duration decode_per_job{0};         // b: and per job in it

  bool language() const { return prefill_tokens_per_s > 0.0; }
  // A step that decodes one token for each of n jobs.
  Duration decode_step(int n) const { return decode_base + n * decode_per_job; }
};

class ServiceModel {
 public:
  enum class Grouping : std::uint8_t { kSideBySide, kBatches, kLanguage };

  // REQUIRES: slots >= 1, nothing in `shape` negative, at most one of max_batch and language(),
  // and for language models a step that takes some time.
  ServiceModel(const core::Profile& profile, int slots, ServiceShape shape = {});

  // The model of `unit`'s replicas.
  static ServiceModel of(const core::UnitSpec& unit, ServiceShape shape = {});

  // Nanoseconds that a job of factor 1 takes on an otherwise empty replica; of language models what
  // the profile says, which no job is served by.
  double reference_work() const { return reference_work_; }

  // How many times longer work takes with `in_service` jobs at once; of language models, decoding.
  // REQUIRES: 1 <= in_service <= most_in_service().
  double stretch(int in_service) const { return stretch_[static_cast<std::size_t>(in_service)]; }

  // Of a language model: nanoseconds to read a prompt, and to decode one token alone.
  double prefill_work(int prompt_tokens) const {
    return prompt_tokens * 1e9 / shape_.prefill_tokens_per_s;
  }
  double decode_work() const { return static_cast<double>(shape_.decode_step(1).count()); }

  int most_in_service() const { return most_in_service_; }
  Grouping grouping() const { return grouping_; }
  bool batches() const { return grouping_ == Grouping::kBatches; }
  const ServiceShape& shape() const { return shape_; }

 private:
  Grouping grouping_;
  int most_in_service_;
  ServiceShape shape_;
  double reference_work_;
  std::vector<double> stretch_;  // indexed by jobs in service; [0] unused
};

}  // namespace signalbox::sim
