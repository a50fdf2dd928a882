// SPDX-License-Identifier: Apache-2.0
//
// The search is cover_search.h's; here are the floors, what is stated of the result, and the bound
// that can be checked by hand.
#include "core/scale/mix.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

#include "base/assert.h"
#include "core/scale/cover_search.h"
#include "core/scale/miss_curve.h"

namespace signalbox::core {

namespace {

bool cheaper_per_capacity(double price_a, double capacity_a, double price_b, double capacity_b) {
  return price_a * capacity_b < price_b * capacity_a;
}

// Price per capacity decides the order of the fractional solution.
std::vector<std::size_t> by_price_per_capacity(const std::vector<MixOption>& options) {
  std::vector<std::size_t> order(options.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return cheaper_per_capacity(options[a].price_usd_per_hour, options[a].capacity_per_s,
                                options[b].price_usd_per_hour, options[b].capacity_per_s);
  });
  return order;
}

double beyond_floors(const std::vector<MixOption>& options, double required_per_s) {
  for (const auto& option : options) required_per_s -= option.least * option.capacity_per_s;
  return required_per_s;
}

// The dual price: what the last fractional replica needed costs per unit of capacity.
double shadow_price(const std::vector<MixOption>& options, double required_per_s) {
  if (beyond_floors(options, required_per_s) <= 0.0) return 0.0;
  return marginal_price(options, required_per_s);
}

double total_capacity(const std::vector<MixOption>& options, const std::vector<int>& replicas) {
  double total = 0.0;
  for (std::size_t i = 0; i < options.size(); ++i) total += replicas[i] * options[i].capacity_per_s;
  return total;
}

// Replicas to add beyond the floors, per option.
std::vector<int> cheapest_extra(const std::vector<MixOption>& options, double missing,
                                const MixTerms& terms) {
  CoverSearch search;
  search.begin(options.size());
  CoverTerms how;
  how.needs_one = true;
  for (std::size_t i = 0; i < options.size(); ++i) {
    const auto& option = options[i];
    if (option.least > 0) how.needs_one = false;
    const int room = option.most - option.least;
    const int present = std::clamp(option.present - option.least, 0, room);
    search.add({i, option.capacity_per_s, option.price_usd_per_hour, present});
    search.add({i, option.capacity_per_s,
                option.price_usd_per_hour * (1.0 + terms.switching_share + option.doubt),
                room - present});
  }
  search.solve(MissCurve::linear(missing, terms.miss_price_usd_per_hour), how);
  return search.counts();
}

}  // namespace

double marginal_price(const std::vector<MixOption>& options, double required_per_s) {
  double left = beyond_floors(options, required_per_s);
  double price = 0.0;
  for (const std::size_t i : by_price_per_capacity(options)) {
    const auto& option = options[i];
    if (option.most == option.least) continue;
    price = option.price_usd_per_hour / option.capacity_per_s;
    left -= (option.most - option.least) * option.capacity_per_s;
    if (left <= 0.0) break;
  }
  return price;
}

double dual_bound(const std::vector<MixOption>& options, double required_per_s, double y) {
  double bound = y * required_per_s;
  for (const auto& option : options) {
    const double reduced = option.price_usd_per_hour - y * option.capacity_per_s;
    bound += reduced * (reduced < 0.0 ? option.most : option.least);
  }
  return bound;
}

Mix mix_of(const std::vector<MixOption>& options, std::vector<int> replicas, double most_per_s) {
  Mix mix;
  mix.replicas = std::move(replicas);
  mix.capacity_per_s = total_capacity(options, mix.replicas);
  for (std::size_t i = 0; i < options.size(); ++i) {
    mix.cost_usd_per_hour += mix.replicas[i] * options[i].price_usd_per_hour;
  }
  const double covered = std::min(most_per_s, mix.capacity_per_s);
  mix.shadow_price_usd_per_hour = shadow_price(options, covered);
  mix.lower_bound_usd_per_hour =
      std::max(0.0, dual_bound(options, covered, mix.shadow_price_usd_per_hour));
  return mix;
}

Mix cheapest_mix(const std::vector<MixOption>& options, double required_per_s,
                 const MixTerms& terms) {
  Mix mix;
  mix.replicas.resize(options.size());
  double reachable = 0.0;
  for (std::size_t i = 0; i < options.size(); ++i) {
    const auto& option = options[i];
    SIGNALBOX_ASSERT(option.capacity_per_s > 0.0 && option.price_usd_per_hour >= 0.0);
    SIGNALBOX_ASSERT(option.least >= 0 && option.least <= option.most);
    mix.replicas[i] = option.least;
    reachable += option.most * option.capacity_per_s;
  }
  const double missing = required_per_s - total_capacity(options, mix.replicas);
  if (reachable <= required_per_s) {
    for (std::size_t i = 0; i < options.size(); ++i) mix.replicas[i] = options[i].most;
    mix.shortfall_per_s = required_per_s - reachable;
  } else if (missing > 0.0) {
    const auto extra = cheapest_extra(options, missing, terms);
    for (std::size_t i = 0; i < options.size(); ++i) mix.replicas[i] += extra[i];
  }
  const double shortfall = mix.shortfall_per_s;
  // Where misses have a price the mix may leave a little uncovered; a bound on mixes that cover all
  // of it would then be no bound on this one.
  mix = mix_of(options, std::move(mix.replicas), std::min(required_per_s, reachable));
  mix.shortfall_per_s = shortfall;
  return mix;
}

}  // namespace signalbox::core
