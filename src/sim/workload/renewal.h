// SPDX-License-Identifier: Apache-2.0
//
// Many clients, each a renewal process of its own rate and burstiness, merged: how ServeGen found
// production traffic to be made (Xiang et al., NSDI 2026: Gamma and Weibull gaps, a few clients
// with most of the requests). Clients live in operational time, in which one request of all of them
// together is expected per unit; a rate series maps it to the clock, so that all follow one daily
// curve while each keeps its own rhythm.
#pragma once

#include <cstdint>
#include <vector>

#include "base/prng.h"
#include "base/time.h"
#include "sim/workload/arrivals.h"
#include "sim/workload/rate_series.h"

namespace signalbox::sim {

// The law of the gaps between a client's requests, its mean apart. `cv` below is deviation over
// mean: 1 is Poisson, more is burstier, less is more regular.
class GapLaw {
 public:
  enum class Family { kGamma, kWeibull };

  // REQUIRES: shape > 0. Shape 1 of either family is exponential.
  GapLaw(Family family, double shape);
  static GapLaw exponential() { return GapLaw(Family::kGamma, 1.0); }
  // The member of the family with this cv. REQUIRES: 0.05 <= cv <= 20.
  static GapLaw of_cv(Family family, double cv);

  double cv() const;

  // A gap with mean 1.
  double draw(Prng& prng) const;
  // The time from a random instant to the next request, by the law of a gap found by chance: its
  // length counts double, once for being long and once for being hit.
  double draw_residual(Prng& prng) const;

 private:
  Family family_;
  double shape_;
  double scale_;  // that makes the mean 1
};

struct RenewalClient {
  double weight = 1.0;  // its share of all requests, against the others' weights
  GapLaw gaps = GapLaw::exponential();
};

// `count` clients whose weights fall as rank^-skew (Zipf) with gaps of the same law. ServeGen's
// large pools are near skew 1. REQUIRES: count > 0, skew >= 0.
std::vector<RenewalClient> skewed_clients(int count, double skew, GapLaw gaps);

// Each client stationary from the start, over [start, start + rate.length()); the series must not
// repeat. Factors are uniform in [1 - spread, 1 + spread).
class RenewalWorkload final : public ArrivalStream {
 public:
  struct Options {
    TimePoint start;
    double factor_spread = 0.05;
    std::uint64_t seed = 1;
  };

  // `rate` is that of all clients together. REQUIRES: some client, all weights above zero.
  RenewalWorkload(RateSeries rate, const std::vector<RenewalClient>& clients, Options options);

  std::optional<Arrival> next() override;

 private:
  struct Client {
    double mean_gap;  // in operational time
    GapLaw gaps;
    Prng prng;  // of its own, so that a client more or less leaves the others as they were
  };
  struct Due {
    double at;  // operational time
    std::size_t client;
  };
  static bool later(const Due& a, const Due& b) {
    return a.at != b.at ? a.at > b.at : a.client > b.client;
  }

  RateSeries rate_;
  Options options_;
  Prng factors_;
  std::vector<Client> clients_;
  std::vector<Due> due_;  // a heap, the earliest first
};

}  // namespace signalbox::sim
