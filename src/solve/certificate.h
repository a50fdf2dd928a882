// SPDX-License-Identifier: Apache-2.0
//
// A lower bound that needs no trust in a solver. The dual of the fleet problem puts a price on work
// in each slot (what one more unit of work there would cost) and on growth (what being allowed one
// more replica than in the slot before would be worth). By weak duality every set of prices that is
// feasible bounds the cost of every schedule from below, however the prices were come by. So prices
// are taken from anywhere, made feasible here, and added up here, in a few lines of arithmetic.
//
// With p[k] >= 0 the price of work, q[k] >= 0 that of growth, any schedule costs at least
//
//   sum over boundaries k of  due[k] (p[k-1] - p[k])      where the price falls at k
//                        and  arrived[k] (p[k-1] - p[k])  where it rises (then that is negative)
//   - droppable_work x max p                              what misses may save at most
//   + sum over units and slots of cap[k] min(0, r[k])     with r the reduced cost of a replica,
//        r[k] = price[k] + q[k] - kept[k+1] q[k+1] - p[k] x its work in the slot
//   - initial x kept[0] q[0] - sum of kept_rounding[k] q[k] + fixed_usd
//
// provided q[k] <= launch_usd[k] where growth is allowed (elsewhere q may be anything), q[0] = 0
// where the initial fleet is free, and r[k] >= 0 where no cap binds. (Multiply each constraint of
// fleet_problem.h by its price, add, and take the least over each variable alone.)
//
// No solver is included or linked to here. Sums are kept in long double, and more than the possible
// rounding error is taken off at the end.
#pragma once

#include <cstddef>
#include <vector>

#include "solve/fleet_problem.h"

namespace signalbox::solve {

struct DualPrices {
  std::vector<double> work_usd;                 // p, by slot: per unit of work
  std::vector<std::vector<double>> growth_usd;  // q, by unit and slot: per replica
};

// The least prices of growth at which no replica of the unit gains by running, given those of work,
// as far as launch charges allow it. The best prices for a unit that no optimum needs; used for
// units left out of a linear program because another is better in every way.
std::vector<double> growth_prices(const FleetProblem& problem, std::size_t unit,
                                  const std::vector<double>& work_usd);

// The nearest feasible prices: what is missing, negative or no number becomes 0, growth is held
// below the launch charge, and the price of work is lowered in every slot in which a unit without a
// cap would gain by it. Each step errs by a little to the safe side.
DualPrices make_feasible(const FleetProblem& problem, DualPrices prices);

// How far prices are from feasible, at worst, in USD; 0 when they are feasible. Written apart from
// make_feasible(), as its check.
double infeasibility_usd(const FleetProblem& problem, const DualPrices& prices);

// The bound that `prices` prove for `problem`, made feasible for it first: no schedule costs less.
// They may come from another problem with as many units and slots; then the bound is weaker, but no
// less true.
double certified_bound_usd(const FleetProblem& problem, const DualPrices& prices);

}  // namespace signalbox::solve
