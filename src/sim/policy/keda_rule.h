// SPDX-License-Identifier: Apache-2.0
//
// The arithmetic of KEDA's throughput scaler with the Kubernetes HPA behind it, for one fleet of
// units that scale each by itself. Publication: KEDA's ScaledObject (a metric with an average value
// as target) and the HorizontalPodAutoscaler's documented algorithm:
//
//   desired = ceil(what the unit was sent per second, over the last minute / target per replica)
//   wanted  = the largest desired of the last 300 s (the default down-stabilisation window)
//
// What a unit was sent is its share of all that was forwarded, of all that came in: what waits in
// the router's queue is counted to units as a load balancer without one would have counted it.
// Left out: the HPA's tolerance of 10 %, which only delays what is wanted.
#pragma once

#include <cstddef>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "core/estimate/sliding_max.h"
#include "sim/policy/scaler.h"

namespace signalbox::sim {

inline constexpr Duration kHpaPeriod = 15s;
inline constexpr Duration kHpaStabilisation = 300s;
inline constexpr Duration kMetricWindow = 60s;

// Work per second that went to the unit, or would have had nothing waited. 0 before anything was
// forwarded.
double routed_per_s(const Observation& seen, UnitId unit);

class KedaRule {
 public:
  // Replicas wanted of one unit; never fewer than `least`. REQUIRES: target_per_s > 0.
  int wanted(const Observation& seen, UnitId unit, double target_per_s, int least);

 private:
  std::vector<core::SlidingMax> recent_;  // by unit
};

}  // namespace signalbox::sim
