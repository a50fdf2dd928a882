// SPDX-License-Identifier: Apache-2.0
//
// Erlang's formulas; see staffing.h for sources.
#include "core/scale/staffing.h"

#include <algorithm>
#include <cmath>

namespace signalbox::core {

double erlang_c(int servers, double offered) {
  if (offered <= 0.0) return 0.0;
  if (servers <= offered) return 1.0;
  double blocking = 1.0;  // Erlang B with no server
  for (int n = 1; n <= servers; ++n) {
    blocking = offered * blocking / (n + offered * blocking);
  }
  const double utilisation = offered / servers;
  return blocking / (1.0 - utilisation * (1.0 - blocking));
}

double probability_of_waiting_longer(int servers, double offered, Duration wait,
                                     Duration service_time, double spread) {
  if (servers <= offered) return 1.0;
  const double time_scale = to_seconds(service_time) * (1.0 + spread * spread) / 2.0;
  const double waited = std::max(0.0, to_seconds(wait));
  return erlang_c(servers, offered) * std::exp(-(servers - offered) * waited / time_scale);
}

double required_capacity_per_s(double demand_per_s, Duration service_time, double spread,
                               const Objective& objective) {
  if (demand_per_s <= 0.0) return 0.0;
  const double seconds = to_seconds(service_time);
  const double offered = demand_per_s * seconds;
  // Two standard deviations of the service time are set aside before waiting may use the rest.
  const Duration slack = objective.latency - scale(service_time, 1.0 + 2.0 * spread);
  const double may_wait = 1.0 - objective.quantile;
  const auto enough = [&](int servers) {
    return probability_of_waiting_longer(servers, offered, slack, service_time, spread) <= may_wait;
  };
  // The answer lies within offered + a few square roots; bracket by doubling, then bisect.
  const int least = static_cast<int>(std::floor(offered)) + 1;
  int margin = 1;
  while (!enough(least + margin)) margin *= 2;
  int low = least - 1;  // never enough: at most `offered` servers
  int high = least + margin;
  while (high - low > 1) {
    const int middle = low + (high - low) / 2;
    (enough(middle) ? high : low) = middle;
  }
  // Between n - 1 and n servers the true need is fractional, and mixes are not made of whole
  // reference replicas: interpolate on the logarithm, which the exponential tail makes linear.
  const double at_high = probability_of_waiting_longer(high, offered, slack, service_time, spread);
  const double at_low = probability_of_waiting_longer(low, offered, slack, service_time, spread);
  double servers = high;
  if (low > offered && at_low > may_wait && at_high > 0.0) {
    servers = low + std::log(at_low / may_wait) / std::log(at_low / at_high);
  }
  return std::max(servers, offered) / seconds;
}

}  // namespace signalbox::core
