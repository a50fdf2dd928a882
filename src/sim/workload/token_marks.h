// SPDX-License-Identifier: Apache-2.0
//
// Prompts and answers of language models: pairs of lengths, drawn whole so that what goes together
// in a trace stays together, put on the times of another stream. A request's factor is its work
// against that of the mean request,
//
//   (cost_p * prompt + cost_o * output) / (cost_p * mean prompt + cost_o * mean output),
//
// and what it declares is the same with the mean output, since nobody knows an answer's length
// before it ends.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/prng.h"
#include "sim/workload/arrivals.h"

namespace signalbox::sim {

struct TokenPair {
  int prompt = 1;
  int output = 1;
};

// Work per token in any unit; only their ratio matters.
struct TokenCost {
  double per_prompt_token = 1.0;
  double per_output_token = 10.0;
};

class TokenMarks {
 public:
  // REQUIRES: some pair; costs >= 0 that give the mean pair some work.
  TokenMarks(std::vector<TokenPair> pairs, TokenCost cost);

  // Marks `arrival` with a pair drawn.
  void mark(Arrival& arrival, Prng& prng) const;

  double mean_prompt() const { return mean_prompt_; }
  double mean_output() const { return mean_output_; }

 private:
  std::vector<TokenPair> pairs_;
  TokenCost cost_;
  double mean_prompt_ = 0.0;
  double mean_output_ = 0.0;
  double mean_work_ = 0.0;
};

// `times` with marks; the marks are shared between runs.
class TokenStream final : public ArrivalStream {
 public:
  TokenStream(std::unique_ptr<ArrivalStream> times, std::shared_ptr<const TokenMarks> marks,
              std::uint64_t seed);

  std::optional<Arrival> next() override;

 private:
  std::unique_ptr<ArrivalStream> times_;
  std::shared_ptr<const TokenMarks> marks_;
  Prng draws_;
};

// Lengths that are lognormal and independent, rounded, at least 1 and at most a maximum: what
// stands in when there is no trace. `sigma` is the deviation of the logarithm.
struct LognormalTokens {
  struct Length {
    double mean;  // before rounding and clipping
    double sigma;
    int most;
  };
  Length prompt;
  Length output;
};
std::vector<TokenPair> draw_token_pairs(const LognormalTokens& law, std::size_t count,
                                        std::uint64_t seed);

}  // namespace signalbox::sim
