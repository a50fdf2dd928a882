// SPDX-License-Identifier: Apache-2.0
//
// A flash crowd: any curve, multiplied during a window. The factor rises along a straight line from
// one, holds, and falls back; with no ramp it jumps. Several crowds are one curve on another, and a
// factor below one is an outage upstream.
#pragma once

#include "sim/workload/rates.h"

namespace signalbox::sim {

class FlashCrowdRate {
 public:
  struct Crowd {
    Duration from;       // the rise begins
    Duration ramp_up{};  // to the full factor
    Duration hold;
    Duration ramp_down{};
    double factor = 5.0;
  };

  // REQUIRES: from >= 0, no negative duration, factor >= 0.
  FlashCrowdRate(AnyRate base, Crowd crowd);

  double rate_per_s(Duration t) const;
  // Exact where the factor holds; along ramps by Simpson's rule on 64 panels.
  double expected_count(Duration from, Duration to) const;
  RatePiece piece_at(Duration t) const;

 private:
  double multiplier(Duration t) const;
  double count_on_ramp(Duration from, Duration to) const;
  Duration full() const { return crowd_.from + crowd_.ramp_up; }
  Duration wanes() const { return full() + crowd_.hold; }
  Duration over() const { return wanes() + crowd_.ramp_down; }

  AnyRate base_;
  Crowd crowd_;
};

}  // namespace signalbox::sim
