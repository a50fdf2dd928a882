// SPDX-License-Identifier: Apache-2.0
//
// What one service takes of what the others leave it, in whole replicas. With nothing but a total
// to cover that is the branch and bound of cover_search.h. With rows for classes and losses beside
// it, a covering by rising need (each further replica goes where it fills the rows that lack most,
// for the least money), then removals and exchanges while they save anything.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "core/scale/cover_search.h"
#include "core/scale/fleet_rows.h"
#include "core/scale/miss_curve.h"

namespace signalbox::core {

// How a pool offers itself to one service: convex in the number taken.
struct PoolOffer {
  int room = 0;     // at most so many
  int floor = 0;    // the first so many cost nothing: they run anyway
  int present = 0;  // beyond so many, switching is paid
  double price = 0.0;
  double switching = 0.0;

  // Of one more when `count` are taken.
  double next_price(int count) const {
    return (count < floor ? 0.0 : price) + (count < present ? 0.0 : switching);
  }
  double total_price(int count) const {
    return std::max(0, count - floor) * price + std::max(0, count - present) * switching;
  }
};

class ServiceChoice {
 public:
  // `row_prices` weigh the rows beyond the first, and may be empty. The counts stand until the next
  // call; both parallel to rows.pools.
  const std::vector<int>& choose(const ServiceRows& rows, const MissCurve& misses, double penalty,
                                 const std::vector<PoolOffer>& offers, const double* row_prices,
                                 const CoverTerms& terms);

  // Price, misses and penalties of such counts. `misses` are those with the penalty laid over.
  static double worth(const ServiceRows& rows, const MissCurve& misses, double penalty,
                      const std::vector<PoolOffer>& offers, const std::vector<int>& counts);

 private:
  void fill(const ServiceRows& rows, const std::vector<PoolOffer>& offers,
            const double* row_prices);
  void search(const ServiceRows& rows, const MissCurve& misses,
              const std::vector<PoolOffer>& offers, const CoverTerms& terms);
  void improve(const ServiceRows& rows, const MissCurve& misses, double penalty,
               const std::vector<PoolOffer>& offers);
  void measure(const ServiceRows& rows);
  double state_worth(const ServiceRows& rows, const MissCurve& misses, double penalty) const;
  void change(const ServiceRows& rows, std::size_t i, int by);

  CoverSearch search_;
  std::vector<int> counts_, best_;
  std::vector<double> covered_;  // by row
  std::vector<double> weight_;
};

// How much of row r the counts cover, and what the row lacks; 0 within rounding.
double covered_per_s(const ServiceRows& rows, std::size_t r, const std::vector<int>& counts);
double lacking_per_s(double required, double covered);

}  // namespace signalbox::core
