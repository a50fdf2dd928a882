// SPDX-License-Identifier: Apache-2.0
//
// Markov-modulated Poisson arrivals: a hidden chain of states, exponential stays, and Poisson
// arrivals at the rate of the state. Bursts that last, correlated in time: what a Poisson process
// with the same mean cannot show a scaler (Fischer & Meier-Hellstern, "The MMPP cookbook", 1993).
#pragma once

#include <cstdint>
#include <vector>

#include "base/prng.h"
#include "base/time.h"
#include "sim/workload/arrivals.h"

namespace signalbox::sim {

struct Mmpp {
  struct State {
    double rate_per_s = 1.0;  // >= 0
    Duration mean_stay = 60s;
    // Chance of each state to come next, indexed by state, summing to 1 with none for itself;
    // empty: all the others alike.
    std::vector<double> next;
  };
  std::vector<State> states;  // at least one; every state can be reached from every other

  // Share of time spent in each state in the long run.
  std::vector<double> stationary() const;
  double mean_rate_per_s() const;
};

// Begins in a state drawn from the long run's shares, so there is no warming up. Factors are
// uniform in [1 - spread, 1 + spread).
class MmppWorkload final : public ArrivalStream {
 public:
  struct Options {
    TimePoint start;
    Duration length;
    double factor_spread = 0.05;
    std::uint64_t seed = 1;
  };

  MmppWorkload(Mmpp model, Options options);

  std::optional<Arrival> next() override;

 private:
  void enter(std::size_t state);
  std::size_t draw_state(const std::vector<double>& chances);

  Mmpp model_;
  Options options_;
  Prng gaps_;
  Prng stays_;
  Prng factors_;
  Duration clock_{0};  // since the start
  std::size_t state_ = 0;
  Duration leaves_at_{0};
};

}  // namespace signalbox::sim
