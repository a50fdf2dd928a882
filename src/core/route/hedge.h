// SPDX-License-Identifier: Apache-2.0
//
// Hedging: a request that takes unusually long is sent to a second endpoint, and the first answer
// wins. Dean and Barroso, "The Tail at Scale" (CACM 56(2), 2013): what is waited for is a high
// percentile of the time that is usual, so that few requests cost twice. Two brakes keep it from
// feeding an overload: a budget in copies per request, and that a copy only ever takes a slot that
// nobody who waits would have.
#pragma once

#include <algorithm>
#include <optional>

#include "base/time.h"
#include "core/estimate/service_time.h"
#include "core/model/fleet_spec.h"
#include "core/route/assess.h"

namespace signalbox::core {

// A token bucket filled by requests: over any time there are at most budget x requests + kMost
// copies. The few at hand from the start let a service of little traffic hedge at all.
class HedgeBudget {
 public:
  static constexpr double kFirst = 3.0;  // Envoy's least number of concurrent retries
  static constexpr double kMost = 10.0;

  void on_request(double budget) { tokens_ = std::min(kMost, tokens_ + budget); }
  bool allows_one() const { return tokens_ >= 1.0; }
  void spend_one() { tokens_ -= 1.0; }

 private:
  double tokens_ = kFirst;
};

// Time in service over what the profile expects that a request exceeds with probability 1 -
// `quantile`, by the estimate: its inverse, found by bisection to a thousandth.
double ratio_at(const ServiceTimeEstimate& estimate, double quantile, double spread);

// Where a copy of a request that `first` has had for too long does most good: in time if any can
// be, then in another zone, in another unit, soonest. Marks that candidate as chosen and those it
// was preferred to as slower. nullopt when nothing can start it.
std::optional<std::size_t> pick_hedge(const FleetSpec& spec, UnitId first, double quantile,
                                      Candidates& candidates);

}  // namespace signalbox::core
