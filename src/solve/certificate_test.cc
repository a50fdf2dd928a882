// SPDX-License-Identifier: Apache-2.0
//
// What prices prove, without any solver: closed forms, every schedule of tiny fleets, and prices
// that were tampered with.
#include "solve/certificate.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>

#include "solve/tiny_fleets.h"

namespace signalbox::solve {
namespace {

// Ten slots of 60 s with 120 of work each, all due at once; one replica does 60 in a slot, for
// 1 USD. So two replicas all the time: 20 USD.
FleetProblem two_replicas_for_ten_slots() {
  FleetProblem problem;
  const Demand demand = make_demand(std::vector<double>(10, 120.0), 60.0, 1, 0.0);
  problem.arrived = demand.arrived;
  problem.due = demand.due;
  FleetUnit unit;
  unit.name = "a";
  unit.work_per_s = 1.0;
  unit.price_usd_per_hour = 60.0;
  problem.units.push_back(unit);
  return problem;
}

DualPrices prices_of(const FleetProblem& problem, double work_usd) {
  DualPrices prices;
  prices.work_usd.assign(problem.slots(), work_usd);
  prices.growth_usd.assign(problem.units.size(), std::vector<double>(problem.slots(), 0.0));
  return prices;
}

TEST(Certificate, constant_demand_costs_demand_over_speed_times_price) {
  const FleetProblem problem = two_replicas_for_ten_slots();
  EXPECT_NEAR(certified_bound_usd(problem, prices_of(problem, 1.0 / 60.0)), 20.0, 1e-9);
}

TEST(Certificate, never_rounds_up) {
  const FleetProblem problem = two_replicas_for_ten_slots();
  EXPECT_LE(certified_bound_usd(problem, prices_of(problem, 1.0 / 60.0)), 20.0);
}

TEST(Certificate, prices_above_cost_are_lowered_and_prove_no_more) {
  const FleetProblem problem = two_replicas_for_ten_slots();
  const DualPrices greedy = prices_of(problem, 100.0);
  EXPECT_GT(infeasibility_usd(problem, greedy), 1.0);
  EXPECT_EQ(infeasibility_usd(problem, make_feasible(problem, greedy)), 0.0);
  EXPECT_LE(certified_bound_usd(problem, greedy), 20.0);
}

TEST(Certificate, prices_below_cost_prove_less) {
  const FleetProblem problem = two_replicas_for_ten_slots();
  EXPECT_NEAR(certified_bound_usd(problem, prices_of(problem, 0.5 / 60.0)), 10.0, 1e-9);
}

TEST(Certificate, missed_work_is_taken_off_at_the_highest_price) {
  FleetProblem problem = two_replicas_for_ten_slots();
  problem.droppable_work = 300.0;
  EXPECT_NEAR(certified_bound_usd(problem, prices_of(problem, 1.0 / 60.0)), 15.0, 1e-9);
  DualPrices uneven = prices_of(problem, 0.5 / 60.0);
  uneven.work_usd[3] = 1.0 / 60.0;  // 10 + 1 for the work, 300 / 60 off for the misses
  EXPECT_NEAR(certified_bound_usd(problem, uneven), 6.0, 1e-9);
}

TEST(Certificate, what_is_paid_anyway_is_added) {
  FleetProblem problem = two_replicas_for_ten_slots();
  problem.fixed_usd = 3.0;
  EXPECT_NEAR(certified_bound_usd(problem, prices_of(problem, 1.0 / 60.0)), 23.0, 1e-9);
}

TEST(Certificate, a_cap_earns_what_lies_between_price_and_worth) {
  // One owned replica may be used: it does half of the work for nothing.
  FleetProblem problem = two_replicas_for_ten_slots();
  FleetUnit owned = problem.units[0];
  owned.price_usd_per_hour = 0.0;
  owned.cap = 1.0;
  problem.units.push_back(owned);
  EXPECT_NEAR(certified_bound_usd(problem, prices_of(problem, 1.0 / 60.0)), 10.0, 1e-9);
}

TEST(Certificate, growth_is_worth_at_most_a_launch) {
  // Two replicas from none, each launched once for 5 USD: 30 USD in all. The launch is paid out of
  // the price of work in the first slot.
  FleetProblem problem = two_replicas_for_ten_slots();
  problem.units[0].initial = 0.0;
  problem.units[0].launch_usd = 5.0;
  DualPrices prices = prices_of(problem, 1.0 / 60.0);
  prices.growth_usd[0][0] = 50.0;
  prices.work_usd[0] = 6.0 / 60.0;
  EXPECT_NEAR(certified_bound_usd(problem, prices), 30.0, 1e-9);
  EXPECT_GT(infeasibility_usd(problem, prices), 44.0);
}

TEST(Certificate, a_fleet_for_free_at_first_pays_for_no_growth_into_slot_0) {
  FleetProblem problem = two_replicas_for_ten_slots();
  problem.units[0].launch_usd = 5.0;
  DualPrices prices = prices_of(problem, 1.0 / 60.0);
  prices.growth_usd[0][0] = 5.0;
  prices.work_usd[0] = 6.0 / 60.0;
  EXPECT_NEAR(certified_bound_usd(problem, prices), 20.0, 1e-9);
}

TEST(Certificate, what_is_no_number_counts_for_nothing) {
  const FleetProblem problem = two_replicas_for_ten_slots();
  DualPrices prices = prices_of(problem, 1.0 / 60.0);
  prices.work_usd[2] = std::nan("");
  prices.work_usd[3] = kUnlimited;
  prices.work_usd[4] = -7.0;
  prices.growth_usd[0][5] = std::nan("");
  const double bound = certified_bound_usd(problem, prices);
  EXPECT_TRUE(std::isfinite(bound));
  EXPECT_LE(bound, 20.0);
  prices.work_usd.clear();
  prices.growth_usd.clear();
  EXPECT_EQ(infeasibility_usd(problem, prices), kUnlimited);
  EXPECT_NEAR(certified_bound_usd(problem, prices), 0.0, 1e-9);
}

TEST(Certificate, a_run_of_no_slots_costs_what_is_fixed) {
  FleetProblem problem;
  problem.fixed_usd = 2.0;
  EXPECT_NEAR(certified_bound_usd(problem, {}), 2.0, 1e-12);
}

TEST(GrowthPrices, lets_dear_stretches_be_paid_by_the_launch) {
  FleetProblem problem = two_replicas_for_ten_slots();
  problem.units[0].launch_usd = 5.0;
  DualPrices prices = prices_of(problem, 0.5 / 60.0);
  prices.work_usd[6] = 3.0 / 60.0;  // a replica gains 2 there, and must have been launched
  prices.growth_usd[0] = growth_prices(problem, 0, prices.work_usd);
  EXPECT_EQ(infeasibility_usd(problem, prices), 0.0);
  EXPECT_NEAR(certified_bound_usd(problem, prices), 9 * 1.0 + 6.0, 1e-9);
}

// Prices of any kind: plausible, absurd, negative, no number.
DualPrices draw_prices(Prng& prng, const FleetProblem& problem) {
  const auto draw = [&](double scale) {
    const double kind = prng.uniform();
    if (kind < 0.05) return std::nan("");
    if (kind < 0.1) return -prng.uniform() * scale;
    if (kind < 0.15) return 1e9;
    if (kind < 0.3) return 0.0;
    return prng.uniform() * scale;
  };
  DualPrices prices;
  for (std::size_t k = 0; k < problem.slots(); ++k) prices.work_usd.push_back(draw(0.03));
  for (std::size_t i = 0; i < problem.units.size(); ++i) {
    prices.growth_usd.emplace_back();
    for (std::size_t k = 0; k < problem.slots(); ++k) {
      prices.growth_usd.back().push_back(draw(0.15));
    }
  }
  return prices;
}

RC_GTEST_PROP(Certificate, no_prices_prove_more_than_the_best_schedule_of_all_costs,
              (std::uint64_t seed)) {
  Prng prng(seed);
  const TinySize size{2 + prng.below(3), 1 + prng.below(2), 2};
  const FleetProblem problem = draw_tiny_fleet(prng, size);
  RC_ASSERT(contradiction(problem).empty());
  const double best = EverySchedule(problem, size.most).cheapest_usd();
  for (int attempt = 0; attempt < 20; ++attempt) {
    const DualPrices prices = draw_prices(prng, problem);
    RC_ASSERT(infeasibility_usd(problem, make_feasible(problem, prices)) == 0.0);
    RC_ASSERT(certified_bound_usd(problem, prices) <= best);
  }
}

RC_GTEST_PROP(Certificate, feasible_prices_are_left_as_they_are, (std::uint64_t seed)) {
  Prng prng(seed);
  const FleetProblem problem = draw_tiny_fleet(prng, {4, 2, 2});
  const DualPrices once = make_feasible(problem, draw_prices(prng, problem));
  const DualPrices twice = make_feasible(problem, once);
  for (std::size_t k = 0; k < problem.slots(); ++k) {
    RC_ASSERT(std::fabs(once.work_usd[k] - twice.work_usd[k]) <= 1e-12 * once.work_usd[k]);
  }
}

}  // namespace
}  // namespace signalbox::solve
