// SPDX-License-Identifier: Apache-2.0
//
// Branch and bound, one supply after another; see cover_search.h.
#include "core/scale/cover_search.h"

#include <algorithm>
#include <cmath>

namespace signalbox::core {

namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
// Sums of capacities that should be equal differ by rounding.
constexpr double kRounding = 1e-12;

bool reaches(double capacity, double until) { return until - capacity <= kRounding * until; }

// Replicas that fit into `need` without rest.
int whole_replicas(const Supply& supply, double need) {
  const double fit = std::floor(need / supply.capacity * (1.0 + kRounding));
  return static_cast<int>(std::clamp(fit, 0.0, static_cast<double>(supply.room)));
}

}  // namespace

void CoverSearch::begin(std::size_t options) {
  supplies_.clear();
  steps_.clear();
  counts_.assign(options, 0);
  best_ = kInfinite;
  dropped_ = kInfinite;
}

void CoverSearch::solve(const MissCurve& misses_cost, const CoverTerms& terms) {
  terms_ = terms;
  pieces_ = misses_cost.pieces;
  // One replica that is dearer than the misses it spares serves only where one there must be.
  if (terms_.needs_one) {
    for (std::size_t k = 0; k < supplies_.size(); ++k) {
      offer(supplies_[k].price + misses(supplies_[k].capacity), kNobody, k, 1);
    }
  } else {
    offer(misses(0.0), kNobody, 0, 0);
  }
  sort_and_drop_the_useless();
  round_the_relaxation();
  leave_room_for_what_pays();
  open_.clear();
  open_.push_back({0.0, 0.0, 0.0, kNobody});
  for (std::size_t k = 0; k < supplies_.size() && !open_.empty(); ++k) extend(k);
  if (!std::isfinite(best_)) {  // all there is covers it, but for rounding
    best_ = 0.0;
    for (const Supply& supply : supplies_) {
      counts_[supply.option] += supply.room;
      best_ += supply.room * supply.price;
    }
  }
}

double CoverSearch::bound() const {
  return std::min(dropped_, best_ - terms_.tolerance * (1.0 + best_));
}

void CoverSearch::sort_and_drop_the_useless() {
  const double dearest_miss = pieces_.empty() ? 0.0 : pieces_.front().usd_per_hour;
  std::erase_if(supplies_, [&](const Supply& supply) {
    return supply.price >= dearest_miss * supply.capacity;
  });
  std::sort(supplies_.begin(), supplies_.end(), [](const Supply& a, const Supply& b) {
    const double of_a = a.price * b.capacity;
    const double of_b = b.price * a.capacity;
    return of_a != of_b ? of_a < of_b : a.option < b.option;
  });
  reach_.clear();
  std::size_t used = pieces_.size();
  for (const Supply& supply : supplies_) {
    while (used > 0 && pieces_[used - 1].usd_per_hour * supply.capacity <= supply.price) --used;
    reach_.push_back(used > 0 ? pieces_[used - 1].until_per_s : 0.0);
  }
}

double CoverSearch::misses(double capacity) const {
  double cost = 0.0;
  for (const auto& piece : pieces_) {
    if (reaches(capacity, piece.until_per_s)) continue;
    cost += piece.usd_per_hour * (piece.until_per_s - capacity);
    capacity = piece.until_per_s;
  }
  return cost;
}

// The least that fractions of supplies k.. and misses can make of so much capacity.
double CoverSearch::relaxed(std::size_t k, double capacity) const {
  double price = 0.0;
  double left = k < supplies_.size() ? supplies_[k].room * supplies_[k].capacity : 0.0;
  for (const auto& piece : pieces_) {
    while (!reaches(capacity, piece.until_per_s)) {
      const double need = piece.until_per_s - capacity;
      if (k == supplies_.size() ||
          supplies_[k].price >= piece.usd_per_hour * supplies_[k].capacity) {
        price += piece.usd_per_hour * need;
        capacity = piece.until_per_s;
        break;
      }
      const double taken = std::min(need, left);
      price += taken * supplies_[k].price / supplies_[k].capacity;
      capacity += taken;
      left -= taken;
      if (left > 0.0) continue;
      ++k;
      left = k < supplies_.size() ? supplies_[k].room * supplies_[k].capacity : 0.0;
    }
  }
  return price;
}

bool CoverSearch::improves(double value) const {
  return std::isfinite(best_) ? value < best_ - terms_.tolerance * (1.0 + best_) : value < best_;
}

// Keeps the mix reached by `count` of supply `k` after `before`, if it is the best so far.
void CoverSearch::offer(double value, std::int32_t before, std::size_t k, int count) {
  if (std::isfinite(best_) ? value >= best_ - kRounding * (1.0 + best_) : value >= best_) return;
  best_ = value;
  std::fill(counts_.begin(), counts_.end(), 0);
  if (count > 0) counts_[supplies_[k].option] += count;
  for (std::int32_t at = before; at != kNobody;) {
    const Step& step = steps_[static_cast<std::size_t>(at)];
    counts_[supplies_[step.supply].option] += step.count;
    at = step.before;
  }
}

std::int32_t CoverSearch::note(std::int32_t before, std::size_t k, int count) {
  steps_.push_back({before, static_cast<std::uint32_t>(k), count});
  return static_cast<std::int32_t>(steps_.size() - 1);
}

// Reduced costs (Nemhauser & Wolsey, Integer and Combinatorial Optimization, 1988, II.5.2): at the
// price y of capacity the whole is worth at least L(y) = sum of room x min(0, price - y capacity) +
// min over C of misses(C) + y C, and every replica of a dearer supply adds price - y capacity to
// that. What would then exceed the best mix found leaves no room.
void CoverSearch::leave_room_for_what_pays() {
  const double y = price_at_the_margin();
  double least = 0.0;
  for (const Supply& supply : supplies_) {
    least += supply.room * std::min(0.0, supply.price - y * supply.capacity);
  }
  double capacity = 0.0;
  for (const auto& piece : pieces_) {
    if (piece.usd_per_hour > y) capacity = piece.until_per_s;
  }
  least += misses(capacity) + y * capacity;
  if (!std::isfinite(best_)) return;
  // Nothing is looked for that is better by less than the tolerance.
  const double spare = std::max(0.0, best_ - terms_.tolerance * (1.0 + best_) - least);
  for (Supply& supply : supplies_) {
    const double extra = supply.price - y * supply.capacity;
    if (extra * supply.room > spare) supply.room = static_cast<int>(std::max(0.0, spare / extra));
  }
}

// Of the supply that the fractional solution ends in.
double CoverSearch::price_at_the_margin() const {
  double capacity = 0.0;
  double y = 0.0;
  for (std::size_t k = 0; k < supplies_.size() && !reaches(capacity, reach_[k]); ++k) {
    capacity += supplies_[k].room * supplies_[k].capacity;
    y = supplies_[k].price / supplies_[k].capacity;
  }
  return y;
}

// The fractional solution rounded down and up at each supply: a good mix to begin with.
void CoverSearch::round_the_relaxation() {
  double capacity = 0.0;
  double price = 0.0;
  std::int32_t step = kNobody;
  for (std::size_t k = 0; k < supplies_.size(); ++k) {
    const Supply& supply = supplies_[k];
    if (reaches(capacity, reach_[k])) break;  // and further supplies reach no further
    const int whole = whole_replicas(supply, reach_[k] - capacity);
    if (whole < supply.room) {
      const double with_one = capacity + (whole + 1) * supply.capacity;
      offer(price + (whole + 1) * supply.price + misses(with_one), step, k, whole + 1);
    }
    if (whole == 0) continue;
    capacity += whole * supply.capacity;
    price += whole * supply.price;
    offer(price + misses(capacity), step, k, whole);
    step = note(step, k, whole);
  }
}

void CoverSearch::extend(std::size_t k) {
  const Supply& supply = supplies_[k];
  if (supply.room == 0) return;
  const double reach = reach_[k];
  next_.clear();
  for (const Partial& partial : open_) {
    if (reaches(partial.capacity, reach)) continue;  // nothing further is worth its price
    const int whole = whole_replicas(supply, reach - partial.capacity);
    for (int count = std::min(whole + 1, supply.room); count >= 0; --count) {
      const double capacity = partial.capacity + count * supply.capacity;
      const double price = partial.price + count * supply.price;
      if (count > 0) offer(price + misses(capacity), partial.step, k, count);
      if (reaches(capacity, reach)) continue;
      const double bound = price + relaxed(k + 1, capacity);
      // What follows is dearer per capacity, so with fewer of this the bound only rises.
      if (!improves(bound)) break;
      const std::int32_t step = count > 0 ? note(partial.step, k, count) : partial.step;
      next_.push_back({capacity, price, bound, step});
    }
  }
  keep_undominated();
  open_.swap(next_);
}

// Drops whatever another partial mix is as large as for no more money.
void CoverSearch::keep_undominated() {
  std::sort(next_.begin(), next_.end(), [](const Partial& a, const Partial& b) {
    return a.capacity != b.capacity ? a.capacity > b.capacity : a.price < b.price;
  });
  double least = kInfinite;
  std::erase_if(next_, [&](const Partial& partial) {
    if (partial.price >= least) return true;
    least = partial.price;
    return false;
  });
  if (next_.size() <= terms_.partial_mixes) return;
  const auto kept = next_.begin() + static_cast<std::ptrdiff_t>(terms_.partial_mixes);
  std::nth_element(next_.begin(), kept, next_.end(), [](const Partial& a, const Partial& b) {
    return a.bound != b.bound ? a.bound < b.bound : a.capacity > b.capacity;
  });
  for (auto partial = kept; partial != next_.end(); ++partial) {
    dropped_ = std::min(dropped_, partial->bound);
  }
  next_.erase(kept, next_.end());
}

}  // namespace signalbox::core
