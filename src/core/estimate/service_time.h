// SPDX-License-Identifier: Apache-2.0
//
// What a unit has shown lately, as a correction of its profile. Observed service times are divided
// by what the profile predicts at that load; the ratio's mean is the unit's slowdown and its spread
// gives the probability of meeting a deadline. Until enough has been seen, the profile speaks: it
// counts as so many observations, twenty for one that was measured, fewer for one that was carried
// over from another instance size.
//
// Evidence ages. While a unit is used, the newest observations speak for it; one that is not used
// any more was perhaps only slow for an hour. So what it showed loses half its weight with every
// kHalfLife without news - but only for whoever gives it the benefit of the doubt, a request sent
// to look (live.h says how many may). Everybody else believes the old evidence until there is new.
#pragma once

#include "base/quantile_sketch.h"
#include "base/time.h"
#include "core/model/profile.h"

namespace signalbox::core {

class ServiceTimeEstimate {
 public:
  static constexpr Duration kFresh = 60s;     // younger evidence is not doubted
  static constexpr Duration kHalfLife = 60s;  // of older evidence

  // `prior_weight`: observations that the profile counts as, > 0.
  explicit ServiceTimeEstimate(double prior_weight = 20.0) : prior_weight_(prior_weight) {}

  double prior_weight() const { return prior_weight_; }

  // `expected` is the profile's latency at the load under which `observed` was served.
  void observe(Duration observed, Duration expected);

  // Mean time in service for a request the profile expects to take `expected`.
  Duration mean(Duration expected) const { return scale(expected, slowdown_); }

  // P(time in service <= available), mixing the observed ratios with the profile's spread:
  // normal with mean 1 and standard deviation `spread`, weighted by prior_weight.
  double probability_within(Duration available, Duration expected, double spread) const {
    const bool is_known =
        available == last_.available && expected == last_.expected && spread == last_.spread;
    if (!is_known) last_ = {available, expected, spread, answer(available, expected, spread, 1.0)};
    return last_.probability;
  }

  // Lets evidence age. To be called now and then, more often than kFresh.
  void age(TimePoint now);
  // Without news for so long that it may be wrong by now.
  bool is_doubtful() const { return remembered_ < 1.0; }
  // mean() and probability_within() for whoever gives the unit the benefit of the doubt: with the
  // evidence at its present weight, where that speaks for the unit.
  Duration mean_in_doubt(Duration expected) const {
    return scale(expected, 1.0 + (slowdown_ > 1.0 ? remembered_ : 1.0) * (slowdown_ - 1.0));
  }
  double probability_in_doubt(Duration available, Duration expected, double spread) const;

  // Observed / expected, smoothed; 1 when nothing was seen.
  double slowdown() const { return slowdown_; }
  // Share of the estimate that rests on observation, 0..1; falls as evidence ages.
  double confidence() const;

 private:
  // The last question and its answer. Requests of one size ask all units the same thing again and
  // again, and only those that were observed meanwhile have another answer.
  struct Answer {
    Duration available{};
    Duration expected{};
    double spread = -1.0;  // no question has this one
    double probability = 0.0;
  };

  double answer(Duration available, Duration expected, double spread, double remembered) const;
  void forget();

  double prior_weight_;
  double slowdown_ = 1.0;
  double observations_ = 0.0;
  double remembered_ = 1.0;  // share of the evidence that has not faded
  bool has_news_ = false;    // since the last age()
  TimePoint news_at_{};      // as far as age() knows
  mutable Answer last_;
  QuantileSketch ratios_{256.0};  // forgets within a few hundred requests, to follow a drift
};

}  // namespace signalbox::core
