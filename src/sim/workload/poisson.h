// SPDX-License-Identifier: Apache-2.0
//
// Requests to come, by seed: a rate curve made into Poisson arrivals by thinning (Lewis & Shedler,
// 1979), piece by piece. Open loop, because clients do not wait for each other. A request's size
// factor is drawn here and travels with it, so that two fleets given the same seed are given the
// same work.
//
// Within a piece candidates come at its upper bound. One unit exponential is drawn per candidate
// and spent at that bound, carried over the border when the piece ends first, so that no piece
// costs a draw. A candidate below the piece's lower bound is taken without asking the curve.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "base/assert.h"
#include "base/distributions.h"
#include "base/prng.h"
#include "base/time.h"
#include "sim/workload/arrivals.h"
#include "sim/workload/rates.h"

namespace signalbox::sim {

// Poisson arrivals at a curve's rate over [start, start + length), each with a size factor uniform
// in [1 - spread, 1 + spread) that nobody knows beforehand: `declared` stays 1.
template <Rate R>
class PoissonWorkload final : public ArrivalStream {
 public:
  struct Options {
    TimePoint start;
    Duration length;
    double factor_spread = 0.05;
    std::uint64_t seed = 1;
  };

  // REQUIRES: 0 <= factor_spread < 1.
  PoissonWorkload(R rate, Options options)
      : rate_(std::move(rate)),
        options_(options),
        gaps_(Prng(options.seed).fork(1)),
        factors_(Prng(options.seed).fork(2)) {
    SIGNALBOX_ASSERT(options.factor_spread >= 0.0 && options.factor_spread < 1.0);
    if (options.length > Duration::zero()) enter_piece();
  }

  std::optional<Arrival> next() override {
    while (clock_ < options_.length) {
      double to_spend = draw_exponential(gaps_, 1.0);
      while (to_spend >= left_in_piece_) {
        to_spend -= left_in_piece_;
        clock_ = piece_.until;
        if (clock_ >= options_.length) return std::nullopt;
        enter_piece();
      }
      clock_ += Duration{static_cast<std::int64_t>(to_spend * ns_per_candidate_ + 0.5)};
      if (clock_ >= options_.length) break;
      left_in_piece_ -= to_spend;
      if (piece_.low_per_s < piece_.high_per_s) {
        const double level = gaps_.uniform() * piece_.high_per_s;
        if (level >= piece_.low_per_s && level >= rate_.rate_per_s(clock_)) continue;
      }
      const double factor =
          draw_uniform(factors_, 1.0 - options_.factor_spread, 1.0 + options_.factor_spread);
      return Arrival{options_.start + clock_, factor};
    }
    return std::nullopt;
  }

  double expected_rate_per_s(TimePoint t) const { return rate_.rate_per_s(t - options_.start); }

 private:
  // Begins the piece that holds at clock_.
  void enter_piece() {
    piece_ = rate_.piece_at(clock_);
    ns_per_candidate_ = 1e9 / piece_.high_per_s;
    left_in_piece_ = to_seconds(piece_.until - clock_) * piece_.high_per_s;
  }

  R rate_;
  Options options_;
  Prng gaps_;
  Prng factors_;
  Duration clock_{0};  // since the start
  RatePiece piece_{};
  double ns_per_candidate_ = 0.0;
  double left_in_piece_ = 0.0;  // candidates still expected before the piece ends
};

using CosineWorkload = PoissonWorkload<CosineRate>;
using ConstantWorkload = PoissonWorkload<ConstantRate>;

}  // namespace signalbox::sim
