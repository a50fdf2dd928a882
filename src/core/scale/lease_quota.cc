// SPDX-License-Identifier: Apache-2.0
#include "core/scale/lease_quota.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace signalbox::core {

namespace {

constexpr int kFloor = 2;
constexpr double kDeviations = 2.0;  // of a Poisson variable: one time in fifty is not enough

}  // namespace

double slots_needed(double demand) { return demand + kDeviations * std::sqrt(demand); }

int lease_floor(int slots, int routers) {
  return routers > 0 ? std::min(kFloor, slots / (2 * routers)) : 0;
}

std::vector<int> lease_quotas(int slots, const std::vector<double>& demands) {
  const std::size_t routers = demands.size();
  std::vector<int> quotas(routers, lease_floor(slots, static_cast<int>(routers)));
  if (routers == 0) return quotas;
  std::vector<double> weights(routers);
  std::transform(demands.begin(), demands.end(), weights.begin(), slots_needed);
  double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (total <= 0.0) {
    weights.assign(routers, 1.0);
    total = static_cast<double>(routers);
  }
  int left = slots - quotas.front() * static_cast<int>(routers);
  const double shared = left;
  std::vector<double> remainders(routers);
  for (std::size_t i = 0; i < routers; ++i) {
    const double exact = shared * (weights[i] / total);
    const int whole = std::min(left, static_cast<int>(exact));
    remainders[i] = exact - whole;
    quotas[i] += whole;
    left -= whole;
  }
  std::vector<std::size_t> order(routers);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
  for (std::size_t i = 0; left > 0; i = (i + 1) % routers) {
    ++quotas[order[i]];
    --left;
  }
  return quotas;
}

}  // namespace signalbox::core
