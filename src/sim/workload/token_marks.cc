// SPDX-License-Identifier: Apache-2.0
//
// Pairs drawn with replacement; see token_marks.h.
#include "sim/workload/token_marks.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/assert.h"
#include "base/distributions.h"

namespace signalbox::sim {

TokenMarks::TokenMarks(std::vector<TokenPair> pairs, TokenCost cost)
    : pairs_(std::move(pairs)), cost_(cost) {
  SIGNALBOX_ASSERT(!pairs_.empty());
  SIGNALBOX_ASSERT(cost.per_prompt_token >= 0.0 && cost.per_output_token >= 0.0);
  for (const auto& pair : pairs_) {
    mean_prompt_ += pair.prompt;
    mean_output_ += pair.output;
  }
  mean_prompt_ /= static_cast<double>(pairs_.size());
  mean_output_ /= static_cast<double>(pairs_.size());
  mean_work_ = cost.per_prompt_token * mean_prompt_ + cost.per_output_token * mean_output_;
  SIGNALBOX_ASSERT(mean_work_ > 0.0);
}

void TokenMarks::mark(Arrival& arrival, Prng& prng) const {
  const TokenPair& pair = pairs_[prng.below(pairs_.size())];
  const double prompt_work = cost_.per_prompt_token * pair.prompt;
  arrival.prompt_tokens = pair.prompt;
  arrival.output_tokens = pair.output;
  arrival.factor = (prompt_work + cost_.per_output_token * pair.output) / mean_work_;
  arrival.declared = (prompt_work + cost_.per_output_token * mean_output_) / mean_work_;
}

TokenStream::TokenStream(std::unique_ptr<ArrivalStream> times,
                         std::shared_ptr<const TokenMarks> marks, std::uint64_t seed)
    : times_(std::move(times)), marks_(std::move(marks)), draws_(Prng(seed).fork(6)) {}

std::optional<Arrival> TokenStream::next() {
  auto arrival = times_->next();
  if (arrival) marks_->mark(*arrival, draws_);
  return arrival;
}

std::vector<TokenPair> draw_token_pairs(const LognormalTokens& law, std::size_t count,
                                        std::uint64_t seed) {
  const auto draw = [](Prng& prng, const LognormalTokens::Length& length) {
    const double mu = std::log(length.mean) - length.sigma * length.sigma / 2.0;
    const double drawn = std::round(draw_lognormal(prng, mu, length.sigma));
    return static_cast<int>(std::clamp(drawn, 1.0, static_cast<double>(length.most)));
  };
  Prng prompts = Prng(seed).fork(1), outputs = Prng(seed).fork(2);
  std::vector<TokenPair> pairs;
  pairs.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    pairs.push_back({draw(prompts, law.prompt), draw(outputs, law.output)});
  }
  return pairs;
}

}  // namespace signalbox::sim
