// SPDX-License-Identifier: Apache-2.0
//
// Weak duality, spelt out; see certificate.h for the formula. Margins: every comparison that
// decides feasibility is made in long double (64 bits of mantissa) and asks for kMargin of the
// magnitudes involved, thousands of times what rounding to double can do.
#include "solve/certificate.h"

#include <algorithm>
#include <cmath>

#include "base/assert.h"

namespace signalbox::solve {

namespace {

constexpr long double kMargin = 1e-14L;

using Real = long double;

// All that the reduced cost of one unit's replicas is made of.
class ReducedCost {
 public:
  ReducedCost(const FleetProblem& problem, const FleetUnit& unit)
      : problem_(problem), unit_(unit), slots_(problem.slots()) {}

  Real price(std::size_t k) const {
    return Real{unit_.price_usd_per_hour.at(k)} * Real{problem_.slot_s} / 3600.0L;
  }
  Real work() const { return Real{unit_.work_per_s} * Real{problem_.slot_s}; }
  // Share by which the next slot's price of growth counts.
  Real kept_next(std::size_t k) const { return k + 1 < slots_ ? Real{unit_.kept.at(k + 1)} : 0.0L; }
  // What a replica pays in slot k if work is worth nothing, and how large its parts are.
  Real unpaid(std::size_t k, const std::vector<double>& q) const {
    return price(k) + Real{q[k]} - kept_next(k) * next(k, q);
  }
  Real magnitude(std::size_t k, const std::vector<double>& q) const {
    return price(k) + Real{q[k]} + kept_next(k) * next(k, q);
  }

 private:
  Real next(std::size_t k, const std::vector<double>& q) const {
    return k + 1 < slots_ ? Real{q[k + 1]} : 0.0L;
  }

  const FleetProblem& problem_;
  const FleetUnit& unit_;
  std::size_t slots_;
};

// The most that growth into slot k may be worth.
double growth_ceiling(const FleetUnit& unit, std::size_t k) {
  if (k == 0 && !unit.initial) return 0.0;  // free: nothing to be paid for growing
  return unit.may_grow.at(k) != 0 ? unit.launch_usd.at(k) : kUnlimited;
}

double amount(double value) { return std::isfinite(value) && value > 0.0 ? value : 0.0; }

// A double not above `value`, and not negative.
double rounded_down(Real value) {
  return value <= 0.0L ? 0.0 : static_cast<double>(value * (1.0L - kMargin));
}

// Adds up, and keeps the sum of magnitudes: rounding can be off by no more than a share of it.
class CarefulSum {
 public:
  void add(Real term) {
    sum_ += term;
    magnitude_ += std::fabs(term);
  }
  double at_least() const {
    return std::nextafter(static_cast<double>(sum_ - kMargin * magnitude_), -kUnlimited);
  }

 private:
  Real sum_ = 0.0L;
  Real magnitude_ = 0.0L;
};

}  // namespace

std::vector<double> growth_prices(const FleetProblem& problem, std::size_t unit,
                                  const std::vector<double>& work_usd) {
  const FleetUnit& u = problem.units[unit];
  const ReducedCost cost(problem, u);
  const std::size_t slots = problem.slots();
  std::vector<double> q(slots, 0.0);
  for (std::size_t k = slots; k-- > 0;) {
    const Real worth = Real{work_usd[k]} * cost.work();
    const Real missing = worth - cost.unpaid(k, q);
    if (missing <= 0.0L) continue;
    const Real enough = missing + 4.0L * kMargin * (worth + cost.magnitude(k, q));
    q[k] = std::min(static_cast<double>(enough), growth_ceiling(u, k));
  }
  return q;
}

DualPrices make_feasible(const FleetProblem& problem, DualPrices prices) {
  const std::size_t slots = problem.slots();
  prices.work_usd.resize(slots, 0.0);
  prices.growth_usd.resize(problem.units.size());
  for (double& p : prices.work_usd) p = amount(p);
  for (std::size_t i = 0; i < problem.units.size(); ++i) {
    const FleetUnit& unit = problem.units[i];
    const ReducedCost cost(problem, unit);
    std::vector<double>& q = prices.growth_usd[i];
    q.resize(slots, 0.0);
    for (std::size_t k = 0; k < slots; ++k) q[k] = std::min(amount(q[k]), growth_ceiling(unit, k));
    for (std::size_t k = 0; k < slots; ++k) {
      if (unit.cap.at(k) != kUnlimited) continue;
      // A replica that owes less than nothing even where work is worth nothing: the next slot's
      // growth is priced too high.
      if (cost.unpaid(k, q) < kMargin * cost.magnitude(k, q)) {
        const Real most = (cost.price(k) + Real{q[k]}) / cost.kept_next(k);
        q[k + 1] = std::min(q[k + 1], rounded_down(most * (1.0L - 4.0L * kMargin)));
      }
      const Real most = (cost.unpaid(k, q) - kMargin * cost.magnitude(k, q)) / cost.work();
      prices.work_usd[k] = std::min(prices.work_usd[k], rounded_down(most));
    }
  }
  return prices;
}

double infeasibility_usd(const FleetProblem& problem, const DualPrices& prices) {
  const std::size_t slots = problem.slots();
  if (prices.work_usd.size() != slots || prices.growth_usd.size() != problem.units.size()) {
    return kUnlimited;
  }
  Real worst = 0.0L;
  const auto require_at_least_0 = [&](Real value) {
    worst = std::isnan(value) ? Real{kUnlimited} : std::max(worst, -value);
  };
  for (const double p : prices.work_usd) require_at_least_0(p);
  for (std::size_t i = 0; i < problem.units.size(); ++i) {
    const FleetUnit& unit = problem.units[i];
    const std::vector<double>& q = prices.growth_usd[i];
    if (q.size() != slots) return kUnlimited;
    for (std::size_t k = 0; k < slots; ++k) {
      require_at_least_0(q[k]);
      if (k == 0 && !unit.initial) {
        require_at_least_0(-Real{q[k]});
      } else if (unit.may_grow.at(k) != 0) {
        require_at_least_0(Real{unit.launch_usd.at(k)} - Real{q[k]});
      }
      if (unit.cap.at(k) == kUnlimited) {
        const Real next = k + 1 < slots ? Real{unit.kept.at(k + 1)} * Real{q[k + 1]} : 0.0L;
        const Real worth = Real{prices.work_usd[k]} * Real{unit.work_per_s} * Real{problem.slot_s};
        require_at_least_0(Real{unit.price_usd_per_hour.at(k)} * Real{problem.slot_s} / 3600.0L +
                           Real{q[k]} - next - worth);
      }
    }
  }
  return static_cast<double>(worst);
}

double certified_bound_usd(const FleetProblem& problem, const DualPrices& prices) {
  SIGNALBOX_ASSERT(contradiction(problem).empty());
  const DualPrices sound = make_feasible(problem, prices);
  SIGNALBOX_ASSERT(infeasibility_usd(problem, sound) == 0.0);

  const std::size_t slots = problem.slots();
  const std::vector<double>& p = sound.work_usd;
  CarefulSum bound;
  bound.add(problem.fixed_usd);
  for (std::size_t k = 1; k <= slots; ++k) {
    const Real after = k < slots ? Real{p[k]} : 0.0L;
    const Real fall = Real{p[k - 1]} - after;
    bound.add(fall * Real{fall > 0.0L ? problem.due[k] : problem.arrived[k]});
  }
  if (slots > 0) {
    bound.add(-Real{problem.droppable_work} * Real{*std::max_element(p.begin(), p.end())});
  }
  for (std::size_t i = 0; i < problem.units.size(); ++i) {
    const FleetUnit& unit = problem.units[i];
    const ReducedCost cost(problem, unit);
    const std::vector<double>& q = sound.growth_usd[i];
    for (std::size_t k = 0; k < slots; ++k) {
      bound.add(-FleetProblem::kept_rounding(unit, k) * Real{q[k]});
      if (k == 0 && unit.initial)
        bound.add(-Real{*unit.initial} * Real{unit.kept.at(0)} * Real{q[0]});
      if (unit.cap.at(k) == kUnlimited) continue;
      const Real worth = Real{p[k]} * cost.work();
      const Real reduced = cost.unpaid(k, q) - worth - kMargin * (cost.magnitude(k, q) + worth);
      if (reduced < 0.0L) bound.add(reduced * Real{unit.cap.at(k)});
    }
  }
  return bound.at_least();
}

}  // namespace signalbox::solve
