// SPDX-License-Identifier: Apache-2.0
//
// Dynamic programming over capacity; see mix.h. Replica capacities are rounded down and the
// requirement up to the grid, so a solution on the grid always covers the true requirement.
#include "core/scale/mix.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/assert.h"

namespace signalbox::core {

namespace {

constexpr int kGridCells = 2048;

// Price per capacity decides the order of the fractional solution.
std::vector<std::size_t> by_price_per_capacity(const std::vector<MixOption>& options) {
  std::vector<std::size_t> order(options.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return options[a].price_usd_per_hour * options[b].capacity_per_s <
           options[b].price_usd_per_hour * options[a].capacity_per_s;
  });
  return order;
}

// The dual price: what the last fractional replica needed costs per unit of capacity.
double shadow_price(const std::vector<MixOption>& options, double required_per_s) {
  double left = required_per_s;
  for (const auto& option : options) left -= option.least * option.capacity_per_s;
  if (left <= 0.0) return 0.0;
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

double total_capacity(const std::vector<MixOption>& options, const std::vector<int>& replicas) {
  double total = 0.0;
  for (std::size_t i = 0; i < options.size(); ++i) total += replicas[i] * options[i].capacity_per_s;
  return total;
}

// Replicas beyond `least` that cover `missing` at the least comparison price; at least one, unless
// a floor already gives one. Table entry [i][c] is
// the cheapest way for options i.. to cover c cells; choices are read back from the counts kept.
std::vector<int> solve_grid(const std::vector<MixOption>& options, double missing,
                            const MixTerms& terms) {
  const double cell = missing / kGridCells;
  std::vector<int> extra(options.size(), 0);
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  std::vector<double> cost(kGridCells + 1, kInfinite);
  cost[0] = 0.0;
  std::vector<std::vector<int>> taken(options.size(), std::vector<int>(kGridCells + 1, 0));
  for (std::size_t i = 0; i < options.size(); ++i) {
    const auto& option = options[i];
    const int cells = static_cast<int>(std::min(option.capacity_per_s / cell, 1.0 * kGridCells));
    const int room = option.most - option.least;
    if (cells == 0 || room == 0) continue;
    const int useful = std::min(room, (kGridCells + cells - 1) / cells);
    std::vector<double> next = cost;
    for (int covered = 1; covered <= kGridCells; ++covered) {
      double spent = 0.0;
      for (int n = 1; n <= useful; ++n) {
        const bool is_new = option.least + n > option.present;
        spent += option.price_usd_per_hour * (is_new ? 1.0 + terms.switching_share : 1.0);
        const int before = std::max(0, covered - n * cells);
        const double with = cost[static_cast<std::size_t>(before)] + spent;
        if (with < next[static_cast<std::size_t>(covered)]) {
          next[static_cast<std::size_t>(covered)] = with;
          taken[i][static_cast<std::size_t>(covered)] = n;
        }
        if (before == 0) break;
      }
    }
    cost = std::move(next);
  }
  int covered = kGridCells;
  if (std::isfinite(terms.miss_price_usd_per_hour)) {
    const bool has_floor = std::any_of(options.begin(), options.end(),
                                       [](const MixOption& option) { return option.least > 0; });
    double least = kInfinite;
    for (int cells = has_floor ? 0 : 1; cells <= kGridCells; ++cells) {
      const double misses = terms.miss_price_usd_per_hour * (kGridCells - cells) * cell;
      const double total = cost[static_cast<std::size_t>(cells)] + misses;
      if (total >= least) continue;
      least = total;
      covered = cells;
    }
  }
  for (std::size_t i = options.size(); i-- > 0 && covered > 0;) {
    extra[i] = taken[i][static_cast<std::size_t>(covered)];
    const int cells =
        static_cast<int>(std::min(options[i].capacity_per_s / cell, 1.0 * kGridCells));
    covered = std::max(0, covered - extra[i] * cells);
  }
  return extra;
}

}  // namespace

double dual_bound(const std::vector<MixOption>& options, double required_per_s, double y) {
  double bound = y * required_per_s;
  for (const auto& option : options) {
    const double reduced = option.price_usd_per_hour - y * option.capacity_per_s;
    bound += reduced * (reduced < 0.0 ? option.most : option.least);
  }
  return bound;
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
    const auto extra = solve_grid(options, missing, terms);
    for (std::size_t i = 0; i < options.size(); ++i) mix.replicas[i] += extra[i];
    // Rounding to the grid can leave the very last cells out of reach although the limits would
    // do: then replicas are added in the order of price per capacity.
    const bool cover_all = !std::isfinite(terms.miss_price_usd_per_hour);
    for (const std::size_t i : by_price_per_capacity(options)) {
      while (cover_all && total_capacity(options, mix.replicas) < required_per_s &&
             mix.replicas[i] < options[i].most) {
        ++mix.replicas[i];
      }
    }
  }
  mix.capacity_per_s = total_capacity(options, mix.replicas);
  for (std::size_t i = 0; i < options.size(); ++i) {
    mix.cost_usd_per_hour += mix.replicas[i] * options[i].price_usd_per_hour;
  }
  // Where misses have a price the mix may leave a little uncovered; a bound on mixes that cover all
  // of it would then be no bound on this one.
  const double covered = std::min({required_per_s, reachable, mix.capacity_per_s});
  mix.shadow_price_usd_per_hour = shadow_price(options, covered);
  mix.lower_bound_usd_per_hour =
      std::max(0.0, dual_bound(options, covered, mix.shadow_price_usd_per_hour));
  return mix;
}

}  // namespace signalbox::core
