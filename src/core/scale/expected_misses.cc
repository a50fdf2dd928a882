// SPDX-License-Identifier: Apache-2.0
//
// Overflow of a bounded line, averaged over what demand may be; see expected_misses.h.
#include "core/scale/expected_misses.h"

#include <algorithm>
#include <cmath>

#include "core/scale/staffing.h"

namespace signalbox::core {

namespace {

struct Node {
  double deviations;
  double weight;
};
// Gauss-Hermite for the standard normal, five points (Abramowitz and Stegun, table 25.10).
constexpr Node kNodes[] = {{-2.8569700138728056, 0.011257411327720691},
                           {-1.3556261799742659, 0.22207592200561263},
                           {0.0, 0.53333333333333333},
                           {1.3556261799742659, 0.22207592200561263},
                           {2.8569700138728056, 0.011257411327720691}};

// theta / (1 - exp(-x)) with x = 2 theta B / sigma^2, without losing digits where theta is small.
double overflow(double theta, double bound, double variance) {
  const double x = 2.0 * theta * bound / variance;
  if (std::abs(x) < 1e-6) return variance / (2.0 * bound) * (1.0 + x / 2.0);
  return theta / -std::expm1(-x);
}

// P(wait > may_wait) in a first-come queue; between whole servers the logarithm is interpolated.
double share_that_waits_too_long(double capacity_per_s, double demand_per_s,
                                 const QueueShape& queue) {
  const double servers = capacity_per_s * to_seconds(queue.service_time);
  const double offered = demand_per_s * to_seconds(queue.service_time);
  const int low = static_cast<int>(servers);
  const auto at = [&](int count) {
    return std::max(1e-12, probability_of_waiting_longer(count, offered, queue.may_wait,
                                                         queue.service_time, queue.spread));
  };
  const double part = servers - low;
  return std::exp((1.0 - part) * std::log(at(low)) + part * std::log(at(low + 1)));
}

}  // namespace

double missed_per_s(double capacity_per_s, double demand_per_s, const QueueShape& queue) {
  if (demand_per_s <= 0.0) return 0.0;
  if (capacity_per_s <= 0.0) return demand_per_s;
  const double variance =
      demand_per_s * queue.lumpiness + capacity_per_s * queue.spread * queue.spread;
  const double bound = capacity_per_s * to_seconds(queue.may_wait);
  const double spilled =
      bound > 0.0 ? overflow(demand_per_s - capacity_per_s, bound, variance) : demand_per_s;
  const double missed = std::min(spilled, demand_per_s);
  if (queue.may_wait >= queue.service_time || capacity_per_s <= demand_per_s) return missed;
  return std::min(missed,
                  demand_per_s * share_that_waits_too_long(capacity_per_s, demand_per_s, queue));
}

double expected_misses_per_s(double capacity_per_s, const DemandBelief& demand,
                             const QueueShape& queue) {
  double sum = 0.0;
  if (demand.deviation_per_s <= 0.0) {
    sum = missed_per_s(capacity_per_s, demand.mean_per_s, queue);
  } else {
    for (const Node& node : kNodes) {
      const double rate =
          std::max(0.0, demand.mean_per_s + node.deviations * demand.deviation_per_s);
      sum += node.weight * missed_per_s(capacity_per_s, rate, queue);
    }
  }
  if (demand.peak_probability <= 0.0) return sum;
  return (1.0 - demand.peak_probability) * sum +
         demand.peak_probability * missed_per_s(capacity_per_s, demand.peak_per_s, queue);
}

double capacity_for_miss_share(double share, const DemandBelief& demand, const QueueShape& queue) {
  if (demand.mean_per_s <= 0.0) return 0.0;
  const double allowed = share * demand.mean_per_s;
  double low = 0.0;
  double high = demand.mean_per_s + demand.deviation_per_s;
  while (expected_misses_per_s(high, demand, queue) > allowed) {
    low = high;
    high *= 1.5;
  }
  constexpr double kPrecision = 1e-4;
  while (high - low > kPrecision * high) {
    const double middle = (low + high) / 2.0;
    (expected_misses_per_s(middle, demand, queue) > allowed ? low : high) = middle;
  }
  return high;
}

}  // namespace signalbox::core
