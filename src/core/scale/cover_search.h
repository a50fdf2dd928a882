// SPDX-License-Identifier: Apache-2.0
//
// One service's integer problem: which whole replicas are worth their price against a convex cost
// of misses. Branch and bound over partial mixes. Supplies are taken in the order of price per
// capacity. What a partial mix could at best still become is known from the linear relaxation of
// the rest, which in this order is a walk along the list; only partial mixes that could beat the
// best whole one, and that no other is at once cheaper and larger than, are carried on. Prices per
// request differ by more than a replica's rounding, so that is usually a handful.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/scale/miss_curve.h"

namespace signalbox::core {

// Replicas of one option that cost the same, such as its present ones, or its new ones.
struct Supply {
  std::size_t option;
  double capacity;  // of one, > 0
  double price;     // of one, >= 0, switching included
  int room;
};

struct CoverTerms {
  // A whole mix is to be better by this share to be looked for; the bound allows for it.
  double tolerance = 1e-12;
  // Partial mixes carried on at once. Beyond it the least promising are dropped, and the mix found
  // may not be the best; with the standard number it takes very many units of nearly one price.
  std::size_t partial_mixes = 256;
  // At least one replica, whatever misses cost.
  bool needs_one = false;
};

// Memory is kept between searches, so a search in a warm state allocates nothing.
class CoverSearch {
 public:
  // Begins a problem of so many options.
  void begin(std::size_t options);
  // REQUIRES: price and room are not negative.
  void add(const Supply& supply) {
    if (supply.room > 0) supplies_.push_back(supply);
  }
  // Finds the least price + misses. Prices of misses may be infinite: then that much is to be
  // covered if supplies allow it. REQUIRES: misses.is_convex().
  void solve(const MissCurve& misses, const CoverTerms& terms = {});

  // Replicas by option.
  const std::vector<int>& counts() const { return counts_; }
  double value() const { return best_; }  // price and misses
  // No mix is worth less than this.
  double bound() const;

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

  void sort_and_drop_the_useless();
  double misses(double capacity) const;
  double relaxed(std::size_t k, double capacity) const;
  bool improves(double value) const;
  void offer(double value, std::int32_t before, std::size_t k, int count);
  std::int32_t note(std::int32_t before, std::size_t k, int count);
  void round_the_relaxation();
  void leave_room_for_what_pays();
  double price_at_the_margin() const;
  void extend(std::size_t k);
  void keep_undominated();

  CoverTerms terms_;
  std::vector<MissCurve::Piece> pieces_;
  std::vector<Supply> supplies_;
  std::vector<double> reach_;  // by supply: no more of it is worth its price beyond this capacity
  std::vector<Step> steps_;
  std::vector<Partial> open_, next_;
  double best_ = std::numeric_limits<double>::infinity();
  double dropped_ = std::numeric_limits<double>::infinity();  // least bound given up unexplored
  std::vector<int> counts_;
};

}  // namespace signalbox::core
