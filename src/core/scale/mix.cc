// SPDX-License-Identifier: Apache-2.0
//
// Branch and bound over partial mixes; see mix.h. Supplies are taken in the order of price per
// capacity. What a partial mix could at best still become is known from the linear relaxation of
// the rest, which in this order is a walk along the list; only partial mixes that could beat the
// best whole one, and that no other is at once cheaper and larger than, are carried on. Prices per
// request differ by more than a replica's rounding, so that is usually a handful.
#include "core/scale/mix.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>

#include "base/assert.h"

namespace signalbox::core {

namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
// Sums of capacities that should be equal differ by rounding.
constexpr double kRounding = 1e-12;
// Partial mixes carried on at once. Beyond it the least promising are dropped, and the mix found
// may not be the best; it takes very many units of nearly one price to get there.
constexpr std::size_t kMostPartial = 256;

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

// Replicas of one option that cost the same: its present ones, or its new ones.
struct Supply {
  std::size_t option;
  double capacity;
  double price;  // switching included
  int room;
};

class Search {
 public:
  Search(const std::vector<MixOption>& options, double missing, const MixTerms& terms)
      : missing_(missing), miss_price_(terms.miss_price_usd_per_hour), counts_(options.size(), 0) {
    for (std::size_t i = 0; i < options.size(); ++i) {
      const auto& option = options[i];
      needs_one_ = needs_one_ && option.least == 0;
      const int room = option.most - option.least;
      const int present = std::clamp(option.present - option.least, 0, room);
      add({i, option.capacity_per_s, option.price_usd_per_hour, present});
      add({i, option.capacity_per_s, option.price_usd_per_hour * (1.0 + terms.switching_share),
           room - present});
    }
    std::stable_sort(supplies_.begin(), supplies_.end(), [](const Supply& a, const Supply& b) {
      return cheaper_per_capacity(a.price, a.capacity, b.price, b.capacity);
    });
  }

  // Replicas to add, per option.
  const std::vector<int>& solve() {
    if (!needs_one_) offer(miss_price_ * missing_, kNobody, 0, 0);
    // One replica that is dearer than the misses it spares serves only where one there must be.
    for (std::size_t k = 0; needs_one_ && k < supplies_.size(); ++k) {
      offer(value(supplies_[k].capacity, supplies_[k].price), kNobody, k, 1);
    }
    std::erase_if(supplies_, [&](const Supply& supply) {
      return supply.price >= miss_price_ * supply.capacity;
    });
    round_the_relaxation();
    std::vector<Partial> open = {{0.0, 0.0, 0.0, kNobody}};
    for (std::size_t k = 0; k < supplies_.size() && !open.empty(); ++k) open = extend(open, k);
    if (!std::isfinite(best_)) {  // all there is covers it, but for rounding
      for (const Supply& supply : supplies_) counts_[supply.option] += supply.room;
    }
    return counts_;
  }

 private:
  static constexpr std::int32_t kNobody = -1;

  struct Partial {
    double capacity;
    double price;
    double bound;       // the least that any mix which completes it is worth
    std::int32_t step;  // the last one taken on the way to it
  };
  struct Step {
    std::int32_t before;
    std::uint32_t supply;
    std::int32_t count;
  };

  void add(const Supply& supply) {
    if (supply.room > 0) supplies_.push_back(supply);
  }

  bool covers(double capacity) const { return missing_ - capacity <= kRounding * missing_; }
  double value(double capacity, double price) const {
    return covers(capacity) ? price : price + miss_price_ * (missing_ - capacity);
  }
  bool improves(double value) const {
    return std::isfinite(best_) ? value < best_ - kRounding * (1.0 + best_) : value < best_;
  }

  // Price of covering `need` with fractions of supplies k.. and misses.
  double relaxed(std::size_t k, double need) const {
    double price = 0.0;
    for (; k < supplies_.size() && need > 0.0; ++k) {
      const Supply& supply = supplies_[k];
      const double taken = std::min(need, supply.room * supply.capacity);
      price += taken * supply.price / supply.capacity;
      need -= taken;
    }
    return need > kRounding * missing_ ? price + miss_price_ * need : price;
  }

  // Keeps the mix reached by `count` of supply `k` after `before`, if it is the best so far.
  void offer(double value, std::int32_t before, std::size_t k, int count) {
    if (!improves(value)) return;
    best_ = value;
    std::fill(counts_.begin(), counts_.end(), 0);
    if (count > 0) counts_[supplies_[k].option] += count;
    for (std::int32_t at = before; at != kNobody;) {
      const Step& step = steps_[static_cast<std::size_t>(at)];
      counts_[supplies_[step.supply].option] += step.count;
      at = step.before;
    }
  }

  std::int32_t note(std::int32_t before, std::size_t k, int count) {
    steps_.push_back({before, static_cast<std::uint32_t>(k), count});
    return static_cast<std::int32_t>(steps_.size() - 1);
  }

  // The fractional solution rounded down and up at each supply: a good mix to begin with.
  void round_the_relaxation() {
    double capacity = 0.0;
    double price = 0.0;
    std::int32_t step = kNobody;
    for (std::size_t k = 0; k < supplies_.size(); ++k) {
      const Supply& supply = supplies_[k];
      const int whole = whole_replicas(supply, missing_ - capacity);
      if (whole < supply.room) {
        offer(value(capacity + (whole + 1) * supply.capacity, price + (whole + 1) * supply.price),
              step, k, whole + 1);
      }
      if (whole == 0) continue;
      capacity += whole * supply.capacity;
      price += whole * supply.price;
      offer(value(capacity, price), step, k, whole);
      step = note(step, k, whole);
    }
  }

  // Replicas that fit into `need` without rest.
  static int whole_replicas(const Supply& supply, double need) {
    const double fit = std::floor(need / supply.capacity * (1.0 + kRounding));
    return static_cast<int>(std::clamp(fit, 0.0, static_cast<double>(supply.room)));
  }

  std::vector<Partial> extend(const std::vector<Partial>& open, std::size_t k) {
    const Supply& supply = supplies_[k];
    std::vector<Partial> next;
    for (const Partial& partial : open) {
      const int whole = whole_replicas(supply, missing_ - partial.capacity);
      for (int count = std::min(whole + 1, supply.room); count >= 0; --count) {
        const double capacity = partial.capacity + count * supply.capacity;
        const double price = partial.price + count * supply.price;
        if (count > 0) offer(value(capacity, price), partial.step, k, count);
        if (covers(capacity)) continue;
        const double bound = price + relaxed(k + 1, missing_ - capacity);
        // What follows is dearer per capacity, so with fewer of this the bound only rises.
        if (!improves(bound)) break;
        const std::int32_t step = count > 0 ? note(partial.step, k, count) : partial.step;
        next.push_back({capacity, price, bound, step});
      }
    }
    keep_undominated(next);
    return next;
  }

  // Drops whatever another partial mix is as large as for no more money.
  static void keep_undominated(std::vector<Partial>& partials) {
    std::sort(partials.begin(), partials.end(), [](const Partial& a, const Partial& b) {
      return a.capacity != b.capacity ? a.capacity > b.capacity : a.price < b.price;
    });
    double least = kInfinite;
    std::erase_if(partials, [&](const Partial& partial) {
      if (partial.price >= least) return true;
      least = partial.price;
      return false;
    });
    if (partials.size() <= kMostPartial) return;
    std::nth_element(partials.begin(), partials.begin() + kMostPartial, partials.end(),
                     [](const Partial& a, const Partial& b) { return a.bound < b.bound; });
    partials.resize(kMostPartial);
  }

  double missing_;
  double miss_price_;
  bool needs_one_ = true;  // no floor gives a replica yet
  std::vector<Supply> supplies_;
  std::vector<Step> steps_;
  double best_ = kInfinite;
  std::vector<int> counts_;
};

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
    Search search(options, missing, terms);
    const auto& extra = search.solve();
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
