// SPDX-License-Identifier: Apache-2.0
//
// Erlang's formulas; see staffing.h for sources.
#include "core/scale/staffing.h"

#include <algorithm>
#include <cmath>

namespace signalbox::core {

namespace {

// The queue at one offered load while servers are added to it. Erlang B is carried along as its
// reciprocal, 1 / B(n) = 1 + n / offered / B(n - 1), which takes no division per server.
class GrowingPool {
 public:
  // REQUIRES: offered > 0.
  explicit GrowingPool(double offered) : offered_(offered), per_offered_(1.0 / offered) {}

  void add_server() {
    ++servers_;
    inverse_blocking_ = 1.0 + servers_ * per_offered_ * inverse_blocking_;
  }
  void grow_to(int servers) {
    while (servers_ < servers) add_server();
  }
  int servers() const { return servers_; }

  // Erlang C.
  double probability_of_waiting() const {
    if (servers_ <= offered_) return 1.0;
    const double utilisation = offered_ / servers_;
    return 1.0 / (inverse_blocking_ * (1.0 - utilisation) + utilisation);
  }
  // P(wait > `waits` x the time scale of the wait).
  double probability_of_waiting_longer(double waits) const {
    if (servers_ <= offered_) return 1.0;
    return probability_of_waiting() * std::exp(-(servers_ - offered_) * waits);
  }

 private:
  double offered_;
  double per_offered_;
  int servers_ = 0;
  double inverse_blocking_ = 1.0;
};

double in_time_scales(Duration wait, Duration service_time, double spread) {
  const double time_scale = to_seconds(service_time) * (1.0 + spread * spread) / 2.0;
  return std::max(0.0, to_seconds(wait)) / time_scale;
}

}  // namespace

double erlang_c(int servers, double offered) {
  if (offered <= 0.0) return 0.0;
  if (servers <= offered) return 1.0;
  GrowingPool pool(offered);
  pool.grow_to(servers);
  return pool.probability_of_waiting();
}

double probability_of_waiting_longer(int servers, double offered, Duration wait,
                                     Duration service_time, double spread) {
  if (servers <= offered) return 1.0;
  if (offered <= 0.0) return 0.0;
  GrowingPool pool(offered);
  pool.grow_to(servers);
  return pool.probability_of_waiting_longer(in_time_scales(wait, service_time, spread));
}

double required_capacity_per_s(double demand_per_s, Duration service_time, double spread,
                               const Objective& objective) {
  if (demand_per_s <= 0.0) return 0.0;
  const double seconds = to_seconds(service_time);
  const double offered = demand_per_s * seconds;
  // Two standard deviations of the service time are set aside before waiting may use the rest.
  const Duration slack = objective.latency - scale(service_time, 1.0 + 2.0 * spread);
  const double may_wait = 1.0 - objective.quantile;
  const double waits = in_time_scales(slack, service_time, spread);
  // The answer lies within offered + a few square roots, so it is found by adding servers.
  GrowingPool pool(offered);
  pool.grow_to(static_cast<int>(std::floor(offered)));  // never enough
  double at_low = 1.0;
  double at_high = 1.0;
  do {
    at_low = at_high;
    pool.add_server();
    at_high = pool.probability_of_waiting_longer(waits);
  } while (at_high > may_wait);
  const int high = pool.servers();
  const int low = high - 1;
  // Between n - 1 and n servers the true need is fractional, and mixes are not made of whole
  // reference replicas: interpolate on the logarithm, which the exponential tail makes linear.
  double servers = high;
  if (low > offered && at_low > may_wait && at_high > 0.0) {
    servers = low + std::log(at_low / may_wait) / std::log(at_low / at_high);
  }
  return std::max(servers, offered) / seconds;
}

}  // namespace signalbox::core
