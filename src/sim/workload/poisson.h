// SPDX-License-Identifier: Apache-2.0
//
// Requests to come, by seed: a rate curve made into arrivals by thinning (Lewis & Shedler, 1979).
// Open loop, because clients do not wait for each other. A request's size factor is drawn here and
// travels with it, so that two fleets given the same seed are given the same work.
#pragma once

#include <cstdint>
#include <optional>

#include "base/assert.h"
#include "base/distributions.h"
#include "base/prng.h"
#include "base/time.h"
#include "sim/workload/arrivals.h"

namespace signalbox::sim {

// The same rate all the time.
struct ConstantRate {
  double peak_per_s = 1.0;

  double rate_per_s(Duration) const { return peak_per_s; }
  double expected_count(Duration from, Duration to) const {
    return peak_per_s * to_seconds(to - from);
  }
};

// The paper's waves: lambda(t) = peak * (1 - cos(2 pi t / period)) / 2, from a trough at t = 0.
struct CosineRate {
  double peak_per_s = 1.0;
  Duration period = 900min;

  double rate_per_s(Duration since_start) const;
  // The integral of the rate: expected arrivals in [from, to).
  double expected_count(Duration from, Duration to) const;
};

// Poisson arrivals at a curve's rate over [start, start + length), each with a size factor uniform
// in [1 - spread, 1 + spread). `Rate` has rate_per_s(Duration) <= peak_per_s.
template <class Rate>
class PoissonWorkload final : public ArrivalStream {
 public:
  struct Options {
    TimePoint start;
    Duration length;
    double factor_spread = 0.05;
    std::uint64_t seed = 1;
  };

  // REQUIRES: rate.peak_per_s > 0, 0 <= factor_spread < 1.
  PoissonWorkload(Rate rate, Options options)
      : rate_(rate),
        options_(options),
        gaps_(Prng(options.seed).fork(1)),
        factors_(Prng(options.seed).fork(2)) {
    SIGNALBOX_ASSERT(rate.peak_per_s > 0.0);
    SIGNALBOX_ASSERT(options.factor_spread >= 0.0 && options.factor_spread < 1.0);
  }

  // The next arrival, times never decreasing; nullopt when the workload is over, and from then on.
  std::optional<Arrival> next() override {
    while (true) {
      clock_ += from_seconds(draw_exponential(gaps_, 1.0 / rate_.peak_per_s));
      if (clock_ >= options_.length) {
        clock_ = options_.length;
        return std::nullopt;
      }
      if (gaps_.uniform() * rate_.peak_per_s >= rate_.rate_per_s(clock_)) continue;
      return Arrival{options_.start + clock_, draw_uniform(factors_, 1.0 - options_.factor_spread,
                                                           1.0 + options_.factor_spread)};
    }
  }

  double expected_rate_per_s(TimePoint t) const { return rate_.rate_per_s(t - options_.start); }

 private:
  Rate rate_;
  Options options_;
  Prng gaps_;
  Prng factors_;
  Duration clock_{0};  // since the start
};

using CosineWorkload = PoissonWorkload<CosineRate>;
using ConstantWorkload = PoissonWorkload<ConstantRate>;

}  // namespace signalbox::sim
