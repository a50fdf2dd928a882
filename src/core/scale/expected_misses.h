// SPDX-License-Identifier: Apache-2.0
//
// How many requests a second miss the objective, given the capacity and what is known of demand:
// the curve a planner trades against price. It is convex and falls with capacity, and it needs no
// fixed utilisation: a large pool earns its high utilisation, a small one its headroom.
#pragma once

#include "base/time.h"

namespace signalbox::core {

// One pooled queue as far as misses depend on it.
struct QueueShape {
  Duration may_wait{};      // what the objective leaves beside the time in service, >= 0
  Duration service_time{};  // mean, of work 1
  double spread = 0.0;      // coefficient of variation of service times
  double lumpiness = 1.0;   // E[w^2] / E[w] of the work that arrives
};

// Demand as it may turn out: normal, never below zero, but for a peak that may come instead.
struct DemandBelief {
  double mean_per_s = 0.0;
  double deviation_per_s = 0.0;
  double peak_per_s = 0.0;
  double peak_probability = 0.0;
};

// Work per second that is late where capacity and demand are known exactly. Whoever would be late
// gives way to those who can still make it, so the line of those on time is a Brownian motion
// between 0 and what can be worked off within `may_wait`, and what spills over its upper edge is
// late (Harrison, Brownian Motion and Stochastic Flow Systems, 1985, ch. 5):
//   theta / (1 - exp(-2 theta B / sigma^2)), theta = demand - capacity, B = capacity x may_wait,
// sigma^2 = the variance rate of work in and out. Where less than one service time may be waited
// the line is too short for that, and while capacity exceeds demand it is no more than the share
// that waits too long in a first-come queue (M/G/n, see staffing.h).
double missed_per_s(double capacity_per_s, double demand_per_s, const QueueShape& queue);

// The mean of that over the belief (Gauss-Hermite, five points).
double expected_misses_per_s(double capacity_per_s, const DemandBelief& demand,
                             const QueueShape& queue);

// The capacity at which the share of requests that is expected to miss is `share` of demand.
// REQUIRES: 0 < share < 1. 0 for no demand.
double capacity_for_miss_share(double share, const DemandBelief& demand, const QueueShape& queue);

}  // namespace signalbox::core
