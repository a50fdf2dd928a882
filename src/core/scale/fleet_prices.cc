// SPDX-License-Identifier: Apache-2.0
//
// The dual function, its subgradient and the climb; see fleet_prices.h.
#include "core/scale/fleet_prices.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace signalbox::core {

namespace {

// Taken off every bound, as a share of the sum of all that was added up: far more than the rounding
// of some ten thousand additions, and than the tolerance at which a requirement counts as covered.
constexpr double kSafety = 4e-9;
constexpr double kPenaltyFactor = 1000.0;
// The level aimed at lies above the best value by this share of it at first.
constexpr double kFirstLevel = 0.05;
constexpr double kWider = 1.06;
constexpr int kPatience = 6;  // steps without progress until the level is halved

}  // namespace

double penalty_usd_per_hour(const FleetPlanProblem& problem, const ServiceRows& rows) {
  double dearest = 0.0;
  for (std::size_t i = 0; i < rows.pools.size(); ++i) {
    const FleetPool& pool = problem.pools[rows.pools[i]];
    dearest = std::max(
        dearest, (pool.price_usd_per_hour + pool.switching_usd_per_hour) / rows.capacity_per_s[i]);
  }
  return kPenaltyFactor * (dearest > 0.0 ? dearest : 1.0);
}

MissCurve penalised_misses(const FleetService& service, const ServiceRows& rows, double penalty) {
  if (rows.required_per_s() <= 0.0) return service.misses;
  return service.misses.plus(MissCurve::linear(rows.required_per_s(), penalty));
}

FleetDual::FleetDual(const FleetPlanProblem& problem, const std::vector<ServiceRows>& rows)
    : problem_(problem), rows_(rows) {
  std::size_t extra_rows = 0;
  double mean_price = 1e-6;
  for (const FleetPool& pool : problem.pools) mean_price += pool.price_usd_per_hour;
  mean_price /= static_cast<double>(std::max<std::size_t>(1, problem.pools.size()));
  for (const FleetPool& pool : problem.pools) {
    pool_scale_.push_back(std::max(pool.price_usd_per_hour, mean_price));
  }
  for (std::size_t s = 0; s < problem.services.size(); ++s) {
    const FleetService& service = problem.services[s];
    penalty_.push_back(penalty_usd_per_hour(problem, rows[s]));
    misses_.push_back(penalised_misses(service, rows[s], penalty_.back()));
    const std::size_t begin = entries_.size();
    double mean_ratio = 0.0;
    for (std::size_t i = 0; i < rows[s].pools.size(); ++i) {
      const std::uint32_t p = rows[s].pools[i];
      const FleetPool& pool = problem.pools[p];
      const double capacity = rows[s].capacity_per_s[i];
      mean_ratio += pool_scale_[p] / capacity / static_cast<double>(rows[s].pools.size());
      const auto add = [&](double switching, int room) {
        if (room <= 0) return;
        entries_.push_back({p, static_cast<std::uint32_t>(i), capacity, switching, room});
        pool_of_.push_back(p);
        per_capacity_.push_back(1.0 / capacity);
        switching_ratio_.push_back(switching / capacity);
        whole_.push_back(room * capacity);
      };
      if (pool.switching_usd_per_hour <= 0.0) {
        add(0.0, rows[s].most[i]);
        continue;
      }
      const int present = service.present.empty() ? 0 : service.present[p];
      add(0.0, std::min(present, rows[s].most[i]));
      add(pool.switching_usd_per_hour, rows[s].most[i] - std::max(0, present));
    }
    entries_of_.push_back({begin, entries_.size()});
    row_of_.push_back(extra_rows);
    extra_rows += rows[s].rows.size() - 1;
    row_scale_.resize(extra_rows, mean_ratio);
  }
  ratio_.resize(entries_.size());
  rent_.resize(problem.pools.size());
  reached_.resize(rows.size(), 0.0);
  now_.pool.assign(problem.pools.size(), 0.0);
  now_.row.assign(extra_rows, 0.0);
  best_ = gradient_ = direction_ = now_;
  best_bound_ = evaluate(now_);
}

double FleetDual::pool_price(const FleetPrices& prices, std::size_t p) const {
  return std::max(0.0,
                  (1.0 + prices.budget) * problem_.pools[p].price_usd_per_hour + prices.pool[p]);
}

double FleetDual::row_discount(const FleetPrices& at, std::size_t s, std::uint32_t local) const {
  double discount = 0.0;
  for (std::size_t r = 1; r < rows_[s].rows.size(); ++r) {
    if (rows_[s].rows[r].counts[local] != 0) discount += at.row[row_of_[s] + r - 1];
  }
  return discount;
}

// Limits and floors: the least, over how many replicas run in all, of what they cost beyond what
// services pay for them. Then the budget.
double FleetDual::limits_value(const FleetPrices& at, double& magnitude) const {
  double value = 0.0;
  for (std::size_t p = 0; p < problem_.pools.size(); ++p) {
    const FleetPool& pool = problem_.pools[p];
    const double own = (1.0 + at.budget) * pool.price_usd_per_hour;
    const double rent = own - pool_price(at, p);
    const double term = rent * (rent > 0.0 ? pool.least : pool.most);
    value += term;
    magnitude += std::abs(term);
  }
  if (at.budget > 0.0) {
    value -= at.budget * problem_.budget_usd_per_hour;
    magnitude += at.budget * problem_.budget_usd_per_hour;
  }
  return value;
}

// The relaxed problem of one service; adds what it uses to the gradient.
double FleetDual::service_value(const FleetPrices& at, std::size_t s) {
  const auto [begin, end] = entries_of_[s];
  const bool has_rows = rows_[s].rows.size() > 1;
  for (std::size_t e = begin; e < end; ++e) {
    ratio_[e] = rent_[pool_of_[e]] * per_capacity_[e] + switching_ratio_[e];
    if (has_rows) ratio_[e] -= row_discount(at, s, entries_[e].local);
  }
  // Prices move little from step to step: what was far too dear still is, and need not be sorted.
  double value = 0.0;
  if (!walk(s, kWider * reached_[s], value)) {
    walk(s, std::numeric_limits<double>::infinity(), value);
  }
  for (std::size_t r = 1; r < rows_[s].rows.size(); ++r) {
    const std::size_t row = row_of_[s] + r - 1;
    value += at.row[row] * rows_[s].rows[r].required_per_s;
    magnitude_ += at.row[row] * rows_[s].rows[r].required_per_s;
    gradient_.row[row] += rows_[s].rows[r].required_per_s;
  }
  return value;
}

// Takes supplies up to the ratio `dearest`, cheapest first, while they cost less than what would be
// missed. False, and nothing is changed, when a dearer one might have been of use.
bool FleetDual::walk(std::size_t s, double dearest, double& value) {
  const auto [begin, end] = entries_of_[s];
  std::size_t useful = 0;
  double reachable = 0.0;
  order_.resize(end - begin);
  for (std::size_t e = begin; e < end; ++e) {
    order_[useful] = static_cast<std::uint32_t>(e);  // overwritten if it is too dear
    const bool is_useful = ratio_[e] <= dearest;
    useful += is_useful ? 1 : 0;
    reachable += is_useful ? whole_[e] : 0.0;
  }
  order_.resize(useful);
  const auto& pieces = misses_[s].pieces;
  if (std::isfinite(dearest)) {
    for (const auto& piece : pieces) {
      if (piece.usd_per_hour > dearest && piece.until_per_s > reachable) return false;
    }
  }
  std::sort(order_.begin(), order_.end(),
            [&](std::uint32_t a, std::uint32_t b) { return ratio_[a] < ratio_[b]; });
  const bool has_rows = rows_[s].rows.size() > 1;
  std::size_t piece = 0;
  double capacity = 0.0;
  for (const std::uint32_t e : order_) {
    const double ratio = ratio_[e];
    double left = whole_[e];
    double taken = 0.0;
    if (ratio < 0.0) {
      taken = left;
    } else {
      while (piece < pieces.size() && pieces[piece].until_per_s <= capacity) ++piece;
      while (left > 0.0 && piece < pieces.size() && pieces[piece].usd_per_hour > ratio) {
        const double until = pieces[piece].until_per_s - capacity - taken;
        const double more = std::min(left, std::max(0.0, until));
        taken += more;
        left -= more;
        if (left > 0.0) ++piece;
      }
      if (taken == 0.0) break;  // what follows is dearer still
    }
    reached_[s] = std::max(0.0, ratio);
    capacity += taken;
    value += taken * ratio;
    magnitude_ += std::abs(taken * ratio);
    gradient_.pool[pool_of_[e]] += taken * per_capacity_[e];
    for (std::size_t r = 1; has_rows && r < rows_[s].rows.size(); ++r) {
      if (rows_[s].rows[r].counts[entries_[e].local] != 0) {
        gradient_.row[row_of_[s] + r - 1] -= taken;
      }
    }
  }
  const double missed = misses_[s].cost_usd_per_hour(capacity);
  value += missed;
  magnitude_ += missed;
  return true;
}

// The dual function, on the safe side of rounding, and its subgradient.
double FleetDual::evaluate(const FleetPrices& at) {
  std::fill(gradient_.pool.begin(), gradient_.pool.end(), 0.0);
  std::fill(gradient_.row.begin(), gradient_.row.end(), 0.0);
  gradient_.budget = 0.0;
  magnitude_ = 0.0;
  double value = limits_value(at, magnitude_);
  for (std::size_t p = 0; p < rent_.size(); ++p) rent_[p] = pool_price(at, p);
  for (std::size_t s = 0; s < rows_.size(); ++s) value += service_value(at, s);
  for (std::size_t p = 0; p < problem_.pools.size(); ++p) {
    const FleetPool& pool = problem_.pools[p];
    double& use = gradient_.pool[p];
    gradient_.budget += pool.price_usd_per_hour * std::max(use, static_cast<double>(pool.least));
    // Without a price of its own, a pool may be used as much as its limits allow.
    if (at.pool[p] > 0.0 || (at.pool[p] == 0.0 && use > pool.most)) {
      use -= pool.most;
    } else if (at.pool[p] < 0.0 || use < pool.least) {
      use -= pool.least;
    } else {
      use = 0.0;
    }
  }
  gradient_.budget = std::isfinite(problem_.budget_usd_per_hour)
                         ? gradient_.budget - problem_.budget_usd_per_hour
                         : 0.0;
  return value - kSafety * magnitude_;
}

void FleetDual::project(FleetPrices& prices) const {
  prices.budget = std::max(0.0, prices.budget);
  for (std::size_t p = 0; p < prices.pool.size(); ++p) {
    const double floor = problem_.pools[p].least > 0
                             ? -(1.0 + prices.budget) * problem_.pools[p].price_usd_per_hour
                             : 0.0;
    prices.pool[p] = std::max(floor, prices.pool[p]);
  }
  for (std::size_t s = 0; s < rows_.size(); ++s) {
    for (std::size_t r = 1; r < rows_[s].rows.size(); ++r) {
      double& price = prices.row[row_of_[s] + r - 1];
      price = std::clamp(price, 0.0, penalty_[s]);
    }
  }
}

// Goes so far along the direction, in the coordinates' own scales.
void FleetDual::step_along(double length) {
  for (std::size_t p = 0; p < now_.pool.size(); ++p) {
    const double before = now_.pool[p];
    const double after = before + length * direction_.pool[p] * pool_scale_[p] * pool_scale_[p];
    now_.pool[p] = before * after < 0.0 ? 0.0 : after;  // stops where the price has its kink
  }
  for (std::size_t r = 0; r < now_.row.size(); ++r) {
    now_.row[r] += length * direction_.row[r] * row_scale_[r] * row_scale_[r];
  }
  now_.budget += length * direction_.budget;
  project(now_);
}

void FleetDual::climb(int steps) {
  const auto product = [&](const FleetPrices& a, const FleetPrices& b) {
    double sum = a.budget * b.budget;
    for (std::size_t p = 0; p < a.pool.size(); ++p) {
      sum += a.pool[p] * b.pool[p] * pool_scale_[p] * pool_scale_[p];
    }
    for (std::size_t r = 0; r < a.row.size(); ++r) {
      sum += a.row[r] * b.row[r] * row_scale_[r] * row_scale_[r];
    }
    return sum;
  };
  now_ = best_;
  double value = evaluate(now_);
  double level = kFirstLevel * (std::abs(value) + 1e-9);
  int idle = 0;
  bool fresh = true;
  for (int step = 0; step < steps; ++step) {
    // Against a direction that it contradicts, the new gradient is bent away from it.
    const double along = fresh ? 0.0 : product(gradient_, direction_);
    const double length = fresh ? 0.0 : product(direction_, direction_);
    const double bend = along < 0.0 && length > 0.0 ? -1.5 * along / length : 0.0;
    fresh = false;
    direction_.budget = gradient_.budget + bend * direction_.budget;
    for (std::size_t p = 0; p < now_.pool.size(); ++p) {
      direction_.pool[p] = gradient_.pool[p] + bend * direction_.pool[p];
    }
    for (std::size_t r = 0; r < now_.row.size(); ++r) {
      direction_.row[r] = gradient_.row[r] + bend * direction_.row[r];
    }
    const double norm = product(direction_, direction_);
    if (norm <= 0.0) break;  // a maximum
    step_along((best_bound_ + level - value) / norm);
    value = evaluate(now_);
    if (value > best_bound_ + 0.05 * level) {
      idle = 0;
    } else if (++idle >= kPatience) {
      idle = 0;
      level *= 0.5;
      if (value > best_bound_) {
        best_bound_ = value;
        best_ = now_;
      }
      now_ = best_;
      value = evaluate(now_);
      fresh = true;
      continue;
    }
    if (value > best_bound_) {
      best_bound_ = value;
      best_ = now_;
    }
  }
}

double FleetDual::whole_bound_usd_per_hour(CoverSearch& search, const CoverTerms& terms) const {
  double magnitude = 0.0;
  double value = limits_value(best_, magnitude);
  MissCurve beyond;
  for (std::size_t s = 0; s < rows_.size(); ++s) {
    search.begin(rows_[s].pools.size());
    double taken = 0.0;
    double own = 0.0;
    for (std::size_t k = entries_of_[s].begin; k < entries_of_[s].end; ++k) {
      const Entry& entry = entries_[k];
      const double price = pool_price(best_, entry.pool) + entry.switching -
                           entry.capacity * row_discount(best_, s, entry.local);
      if (price < 0.0) {
        taken += entry.room * entry.capacity;
        own += entry.room * price;
      } else {
        search.add({entry.local, entry.capacity, price, entry.room});
      }
    }
    beyond.pieces.clear();
    for (const auto& piece : misses_[s].pieces) {
      if (piece.until_per_s <= taken) continue;
      beyond.pieces.push_back({piece.until_per_s - taken, piece.usd_per_hour});
    }
    search.solve(beyond, terms);
    own += search.bound();
    magnitude += std::abs(search.bound()) + std::abs(own);
    for (std::size_t r = 1; r < rows_[s].rows.size(); ++r) {
      own += best_.row[row_of_[s] + r - 1] * rows_[s].rows[r].required_per_s;
    }
    magnitude += std::abs(own);
    value += own;
  }
  return value - kSafety * magnitude;
}

}  // namespace signalbox::core
