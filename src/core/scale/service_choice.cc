// SPDX-License-Identifier: Apache-2.0
//
// Search, or fill and improve; see service_choice.h.
#include "core/scale/service_choice.h"

#include <cmath>
#include <limits>

namespace signalbox::core {

namespace {

constexpr double kCovered = 1e-9;  // a requirement short by less than this share is covered
constexpr int kMostExchanges = 400;

}  // namespace

double lacking_per_s(double required, double covered) {
  const double lacking = required - covered;
  return lacking > kCovered * required ? lacking : 0.0;
}

double covered_per_s(const ServiceRows& rows, std::size_t r, const std::vector<int>& counts) {
  double covered = 0.0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (rows.rows[r].counts[i] != 0) covered += counts[i] * rows.capacity_per_s[i];
  }
  return covered;
}

double ServiceChoice::worth(const ServiceRows& rows, const MissCurve& misses, double penalty,
                            const std::vector<PoolOffer>& offers, const std::vector<int>& counts) {
  double worth = 0.0;
  for (std::size_t i = 0; i < counts.size(); ++i) worth += offers[i].total_price(counts[i]);
  worth += misses.cost_usd_per_hour(covered_per_s(rows, 0, counts) * (1.0 + kCovered));
  for (std::size_t r = 1; r < rows.rows.size(); ++r) {
    worth += penalty * lacking_per_s(rows.rows[r].required_per_s, covered_per_s(rows, r, counts));
  }
  return worth;
}

const std::vector<int>& ServiceChoice::choose(const ServiceRows& rows, const MissCurve& misses,
                                              double penalty, const std::vector<PoolOffer>& offers,
                                              const double* row_prices, const CoverTerms& terms) {
  search(rows, misses, offers, terms);
  if (rows.rows.size() == 1) return counts_;
  // Three beginnings, for none is best for every shape: what suits the total alone, rows weighed by
  // what they lack, rows weighed by their prices.
  double best = std::numeric_limits<double>::infinity();
  const auto keep = [&] {
    improve(rows, misses, penalty, offers);
    const double found = worth(rows, misses, penalty, offers, counts_);
    if (found >= best) return;
    best = found;
    best_ = counts_;
  };
  fill(rows, offers, nullptr);
  keep();
  counts_.assign(rows.pools.size(), 0);
  fill(rows, offers, nullptr);
  keep();
  if (row_prices != nullptr) {
    counts_.assign(rows.pools.size(), 0);
    fill(rows, offers, row_prices);
    keep();
  }
  counts_ = best_;
  return counts_;
}

void ServiceChoice::search(const ServiceRows& rows, const MissCurve& misses,
                           const std::vector<PoolOffer>& offers, const CoverTerms& terms) {
  search_.begin(rows.pools.size());
  for (std::size_t i = 0; i < rows.pools.size(); ++i) {
    const PoolOffer& offer = offers[i];
    const int room = std::min(offer.room, rows.most[i]);
    int from = 0;
    for (const int until :
         {std::min(offer.floor, offer.present), std::max(offer.floor, offer.present), room}) {
      const int upto = std::clamp(until, from, std::max(from, room));
      search_.add({i, rows.capacity_per_s[i], offer.next_price(from), upto - from});
      from = upto;
    }
  }
  search_.solve(misses, terms);
  counts_ = search_.counts();
}

void ServiceChoice::measure(const ServiceRows& rows) {
  covered_.clear();
  for (std::size_t r = 0; r < rows.rows.size(); ++r) {
    covered_.push_back(covered_per_s(rows, r, counts_));
  }
}

void ServiceChoice::change(const ServiceRows& rows, std::size_t i, int by) {
  counts_[i] += by;
  for (std::size_t r = 0; r < rows.rows.size(); ++r) {
    if (rows.rows[r].counts[i] != 0) covered_[r] += by * rows.capacity_per_s[i];
  }
}

// Misses and penalties, of what is covered now.
double ServiceChoice::state_worth(const ServiceRows& rows, const MissCurve& misses,
                                  double penalty) const {
  double worth = misses.cost_usd_per_hour(covered_[0] * (1.0 + kCovered));
  for (std::size_t r = 1; r < rows.rows.size(); ++r) {
    worth += penalty * lacking_per_s(rows.rows[r].required_per_s, covered_[r]);
  }
  return worth;
}

void ServiceChoice::fill(const ServiceRows& rows, const std::vector<PoolOffer>& offers,
                         const double* row_prices) {
  measure(rows);
  weight_.assign(rows.rows.size(), 0.0);
  while (true) {
    std::size_t best = rows.pools.size();
    double best_price = 0.0;
    double best_gain = 0.0;
    for (std::size_t r = 0; r < rows.rows.size(); ++r) {
      const double required = rows.rows[r].required_per_s;
      const double lacking = lacking_per_s(required, covered_[r]);
      weight_[r] = required > 0.0 ? lacking / required : 0.0;
      if (row_prices != nullptr && weight_[r] > 0.0) {
        weight_[r] = r == 0 ? 1e-6 : row_prices[r - 1] + 1e-6;
      }
    }
    for (std::size_t i = 0; i < rows.pools.size(); ++i) {
      if (counts_[i] >= std::min(offers[i].room, rows.most[i])) continue;
      double gain = 0.0;
      for (std::size_t r = 0; r < rows.rows.size(); ++r) {
        if (weight_[r] == 0.0 || rows.rows[r].counts[i] == 0) continue;
        gain += weight_[r] *
                std::min(rows.capacity_per_s[i], rows.rows[r].required_per_s - covered_[r]);
      }
      if (gain <= 0.0) continue;
      const double price = offers[i].next_price(counts_[i]);
      if (best == rows.pools.size() || price * best_gain < best_price * gain) {
        best = i;
        best_price = price;
        best_gain = gain;
      }
    }
    if (best == rows.pools.size()) return;
    change(rows, best, 1);
  }
}

// Removals, additions and exchanges of one replica for another, while any of them saves something.
void ServiceChoice::improve(const ServiceRows& rows, const MissCurve& misses, double penalty,
                            const std::vector<PoolOffer>& offers) {
  measure(rows);
  const auto roomy = [&](std::size_t i) {
    return counts_[i] < std::min(offers[i].room, rows.most[i]);
  };
  const std::size_t nobody = rows.pools.size();
  for (int exchange = 0; exchange < kMostExchanges; ++exchange) {
    const double before = state_worth(rows, misses, penalty);
    double best = -1e-9 * (1.0 + before);
    std::size_t out = nobody;
    std::size_t in = nobody;
    for (std::size_t i = 0; i <= nobody; ++i) {  // `nobody`: nothing is removed
      if (i < nobody && counts_[i] == 0) continue;
      double saved = 0.0;
      if (i < nobody) {
        saved = offers[i].next_price(counts_[i] - 1);
        change(rows, i, -1);
        const double change_alone = state_worth(rows, misses, penalty) - before - saved;
        if (change_alone < best) {
          best = change_alone;
          out = i;
          in = nobody;
        }
      }
      for (std::size_t j = 0; j < nobody; ++j) {
        if (j == i || !roomy(j)) continue;
        const double price = offers[j].next_price(counts_[j]);
        if (i < nobody && price >= saved && before < penalty * 1e-9) continue;
        change(rows, j, 1);
        const double changed = state_worth(rows, misses, penalty) - before - saved + price;
        change(rows, j, -1);
        if (changed < best) {
          best = changed;
          out = i;
          in = j;
        }
      }
      if (i < nobody) change(rows, i, 1);
    }
    if (out == nobody && in == nobody) return;
    if (out < nobody) change(rows, out, -1);
    if (in < nobody) change(rows, in, 1);
  }
}

}  // namespace signalbox::core
