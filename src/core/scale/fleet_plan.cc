// SPDX-License-Identifier: Apache-2.0
//
// Prices first, then whole replicas: every service chooses at the prices, one after another of what
// is left, those that lack something earlier the next time; then each in turn chooses again at what
// replicas really cost, as long as that saves anything. See fleet_plan.h.
#include "core/scale/fleet_plan.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/assert.h"
#include "core/scale/fleet_obstacle.h"
#include "core/scale/fleet_prices.h"
#include "core/scale/fleet_rows.h"
#include "core/scale/service_choice.h"

namespace signalbox::core {

namespace {

constexpr int kMostOrders = 6;        // in which services may choose, when some come too late
constexpr int kMostBudgetRises = 16;  // of the budget's price, when plans come out too dear
constexpr double kBudgetRise = 1.5;
constexpr double kRounding = 1e-9;
// A service's search stops when nothing can be better by this share: far below what joint plans
// differ by.
constexpr double kTolerance = 2e-4;

class Settlement {
 public:
  Settlement(const FleetPlanProblem& problem, const std::vector<ServiceRows>& rows,
             const FleetDual& dual, const FleetPlanEffort& effort)
      : problem_(problem),
        rows_(rows),
        dual_(dual),
        prices_(dual.prices()),
        terms_{kTolerance, static_cast<std::size_t>(effort.partial_mixes), false},
        used_(problem.pools.size(), 0) {
    std::size_t row = 0;
    for (const ServiceRows& own : rows) {
      counts_.emplace_back(own.pools.size(), 0);
      row_prices_.push_back(row);
      row += own.rows.size() - 1;
      order_.push_back(order_.size());
    }
    // Those with the least choice choose first.
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
      return rows_[a].pools.size() < rows_[b].pools.size();
    });
  }

  void settle(int rounds) {
    choose_in_order();
    for (int rise = 0; rise < kMostBudgetRises && over_budget(); ++rise) {
      prices_.budget = std::max(0.02, prices_.budget * kBudgetRise);
      choose_in_order();
    }
    for (int round = 0; round < rounds; ++round) {
      if (!improve_once()) break;
    }
  }

  double lacking(std::size_t s) const {
    double most = 0.0;
    for (std::size_t r = 0; r < rows_[s].rows.size(); ++r) {
      const double covered = covered_per_s(rows_[s], r, counts_[s]);
      most = std::max(most, lacking_per_s(rows_[s].rows[r].required_per_s, covered));
    }
    return most;
  }

  bool over_budget() const { return spent() > problem_.budget_usd_per_hour * (1.0 + kRounding); }

  const std::vector<int>& counts(std::size_t s) const { return counts_[s]; }
  const std::vector<int>& used() const { return used_; }

 private:
  double spent() const {
    double sum = 0.0;
    for (std::size_t p = 0; p < used_.size(); ++p) {
      sum += std::max(used_[p], problem_.pools[p].least) * problem_.pools[p].price_usd_per_hour;
    }
    return sum;
  }

  void take(std::size_t s, int sign) {
    for (std::size_t i = 0; i < counts_[s].size(); ++i) {
      used_[rows_[s].pools[i]] += sign * counts_[s][i];
    }
  }

  // What the others leave, at the prices of the ascent or at what it really costs.
  void make_offers(std::size_t s, bool at_prices) {
    offers_.clear();
    const auto& present = problem_.services[s].present;
    const double left = problem_.budget_usd_per_hour - spent();
    for (const std::uint32_t p : rows_[s].pools) {
      const FleetPool& pool = problem_.pools[p];
      PoolOffer offer;
      offer.room = pool.most - used_[p];
      offer.floor = at_prices ? 0 : std::max(0, pool.least - used_[p]);
      offer.present = present.empty() ? 0 : present[p];
      offer.price = at_prices ? dual_.pool_price(prices_, p) : pool.price_usd_per_hour;
      offer.switching = pool.switching_usd_per_hour;
      if (!at_prices && pool.price_usd_per_hour > 0.0) {
        // No more of one pool than the budget has left for it.
        const double affordable = std::floor(left / pool.price_usd_per_hour * (1.0 + kRounding));
        if (affordable < offer.room - offer.floor) {
          offer.room = offer.floor + static_cast<int>(std::max(0.0, affordable));
        }
      }
      offers_.push_back(offer);
    }
  }

  const std::vector<int>& chosen(std::size_t s) {
    const double* row_prices =
        rows_[s].rows.size() > 1 ? prices_.row.data() + row_prices_[s] : nullptr;
    return choice_.choose(rows_[s], dual_.misses(s), dual_.penalty(s), offers_, row_prices, terms_);
  }

  void choose_in_order() {
    for (int attempt = 0; attempt < kMostOrders; ++attempt) {
      std::fill(used_.begin(), used_.end(), 0);
      for (const std::size_t s : order_) {
        make_offers(s, true);
        counts_[s] = chosen(s);
        take(s, +1);
      }
      const auto late = std::stable_partition(order_.begin(), order_.end(),
                                              [&](std::size_t s) { return lacking(s) > 0.0; });
      if (late == order_.begin() || late == order_.end()) return;
    }
  }

  bool improve_once() {
    bool improved = false;
    for (const std::size_t s : order_) {
      take(s, -1);
      make_offers(s, false);
      const auto worth = [&](const std::vector<int>& counts) {
        return ServiceChoice::worth(rows_[s], dual_.misses(s), dual_.penalty(s), offers_, counts);
      };
      const double before = worth(counts_[s]);
      const std::vector<int>& other = chosen(s);
      if (worth(other) < before - kRounding * (1.0 + before)) {
        std::vector<int> old = counts_[s];
        counts_[s] = other;
        take(s, +1);
        if (!over_budget()) {
          improved = true;
          continue;
        }
        take(s, -1);
        counts_[s] = std::move(old);
      }
      take(s, +1);
    }
    return improved;
  }

  const FleetPlanProblem& problem_;
  const std::vector<ServiceRows>& rows_;
  const FleetDual& dual_;
  FleetPrices prices_;
  CoverTerms terms_;
  std::vector<std::size_t> row_prices_;  // by service: place in prices_.row
  std::vector<std::size_t> order_;
  std::vector<std::vector<int>> counts_;
  std::vector<int> used_;
  std::vector<PoolOffer> offers_;
  ServiceChoice choice_;
};

// All that could possibly be spent: a bound above it proves that nothing will do.
double most_usd_per_hour(const FleetPlanProblem& problem, const std::vector<ServiceRows>& rows) {
  double most = 0.0;
  for (const FleetPool& pool : problem.pools) most += pool.most * pool.price_usd_per_hour;
  for (std::size_t s = 0; s < rows.size(); ++s) {
    most += problem.services[s].misses.cost_usd_per_hour(0.0);
    for (std::size_t i = 0; i < rows[s].pools.size(); ++i) {
      most += rows[s].most[i] * problem.pools[rows[s].pools[i]].switching_usd_per_hour;
    }
  }
  return most;
}

void state_result(const FleetPlanProblem& problem, const std::vector<ServiceRows>& rows,
                  const Settlement& settled, FleetPlan& plan) {
  plan.replicas.assign(problem.services.size() * problem.pools.size(), 0);
  for (std::size_t s = 0; s < rows.size(); ++s) {
    for (std::size_t i = 0; i < rows[s].pools.size(); ++i) {
      plan.replicas[s * plan.pools + rows[s].pools[i]] = settled.counts(s)[i];
    }
    plan.shortfall_per_s.push_back(settled.lacking(s));
  }
  for (std::size_t p = 0; p < problem.pools.size(); ++p) {
    plan.spare.push_back(std::max(0, problem.pools[p].least - settled.used()[p]));
  }
  plan.cost = cost_of(problem, plan.replicas);
}

}  // namespace

FleetPlan plan_fleet(const FleetPlanProblem& problem, const FleetPlanEffort& effort) {
  std::vector<ServiceRows> rows;
  rows.reserve(problem.services.size());
  for (const FleetPool& pool : problem.pools) {
    SIGNALBOX_ASSERT(0 <= pool.least && pool.least <= pool.most);
    SIGNALBOX_ASSERT(pool.price_usd_per_hour >= 0.0 && pool.switching_usd_per_hour >= 0.0);
  }
  for (const FleetService& service : problem.services) rows.push_back(rows_of(problem, service));

  FleetDual dual(problem, rows);
  dual.climb(effort.price_steps);
  CoverSearch search;
  const CoverTerms terms{kTolerance, static_cast<std::size_t>(effort.partial_mixes), false};

  FleetPlan plan;
  plan.pools = problem.pools.size();
  plan.lower_bound_usd_per_hour =
      std::max({0.0, dual.bound_usd_per_hour(), dual.whole_bound_usd_per_hour(search, terms)});
  plan.pool_price_usd_per_hour = dual.prices().pool;
  plan.budget_price = dual.prices().budget;

  Settlement settled(problem, rows, dual, effort);
  settled.settle(effort.rounds);
  state_result(problem, rows, settled, plan);
  const bool covered = std::all_of(plan.shortfall_per_s.begin(), plan.shortfall_per_s.end(),
                                   [](double lacking) { return lacking <= 0.0; });
  if (covered && !settled.over_budget()) return plan;
  Obstacle obstacle = plain_obstacle(problem, rows);
  if (obstacle.words.empty()) obstacle = joint_obstacle(problem, rows, plan, effort);
  const bool proven =
      obstacle.proven || plan.lower_bound_usd_per_hour > most_usd_per_hour(problem, rows);
  plan.end = proven ? FleetPlanEnd::kImpossible : FleetPlanEnd::kNothingFound;
  plan.binding = std::move(obstacle.words);
  return plan;
}

}  // namespace signalbox::core
