// SPDX-License-Identifier: Apache-2.0
//
// Every rounding of a problem goes to the relaxed side: checked by hand and against draws of what
// could really have happened.
#include "solve/fleet_problem.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "base/distributions.h"
#include "base/prng.h"

namespace signalbox::solve {
namespace {

using Values = std::vector<double>;

TEST(MakeDemand, coarse_cells_forgive_a_slot_until_the_end_of_the_next) {
  const Demand demand = make_demand({5.0, 7.0, 11.0}, 60.0, 1, 2.0);
  EXPECT_EQ(demand.arrived, (Values{0.0, 5.0, 12.0, 23.0}));
  EXPECT_EQ(demand.due, (Values{0.0, 0.0, 5.0, 12.0}));
}

TEST(MakeDemand, without_latency_all_is_due_when_it_has_arrived) {
  const Demand demand = make_demand({5.0, 7.0}, 60.0, 1, 0.0);
  EXPECT_EQ(demand.due, demand.arrived);
}

TEST(MakeDemand, fine_cells_lose_nothing_when_latency_is_a_whole_number_of_them) {
  // 3 cells to a slot, latency one cell: all but the slot's last cell is due at its end.
  const Demand demand = make_demand({1.0, 2.0, 3.0, 4.0, 5.0, 6.0}, 20.0, 3, 20.0);
  EXPECT_EQ(demand.arrived, (Values{0.0, 6.0, 21.0}));
  EXPECT_EQ(demand.due, (Values{0.0, 3.0, 15.0}));
}

TEST(MakeDemand, latency_within_a_cell_is_taken_as_the_whole_cell) {
  const Demand demand = make_demand({1.0, 2.0, 3.0}, 20.0, 3, 1.0);
  EXPECT_EQ(demand.due, (Values{0.0, 3.0}));
}

TEST(MakeDemand, a_last_slot_cut_short_is_completed_with_silence) {
  const Demand demand = make_demand({1.0, 2.0, 3.0}, 20.0, 2, 0.0);
  EXPECT_EQ(demand.arrived, (Values{0.0, 3.0, 6.0}));
}

RC_GTEST_PROP(MakeDemand, nothing_is_due_before_it_truly_is, (std::uint64_t seed)) {
  Prng prng(seed);
  const double latency = draw_uniform(prng, 0.0, 200.0), cell = 1.0 + 59.0 * prng.uniform();
  const std::size_t per_slot = 1 + prng.below(5), cells = 1 + prng.below(40);
  std::vector<double> at, factor, by_cell(cells, 0.0);
  for (int r = 0; r < 200; ++r) {
    at.push_back(draw_uniform(prng, 0.0, static_cast<double>(cells) * cell * 0.999999));
    factor.push_back(draw_uniform(prng, 0.9, 1.1));
    by_cell[static_cast<std::size_t>(at.back() / cell)] += factor.back();
  }
  const Demand demand = make_demand(by_cell, cell, per_slot, latency);
  for (std::size_t k = 0; k < demand.due.size(); ++k) {
    const double boundary = static_cast<double>(k * per_slot) * cell;
    double truly_due = 0.0, truly_arrived = 0.0;
    for (std::size_t r = 0; r < at.size(); ++r) {
      if (at[r] <= boundary - latency) truly_due += factor[r];
      if (at[r] < boundary) truly_arrived += factor[r];
    }
    RC_ASSERT(demand.due[k] <= truly_due + 1e-9);
    RC_ASSERT(demand.arrived[k] >= truly_arrived - 1e-9);
  }
}

TEST(DroppableWork, is_that_of_the_largest_requests) {
  EXPECT_DOUBLE_EQ(droppable_work({1.0, 1.05, 0.95, 1.02}, 0.5), 2.07);
  EXPECT_DOUBLE_EQ(droppable_work({1.0, 1.05, 0.95, 1.02}, 0.49), 1.05);
  EXPECT_DOUBLE_EQ(droppable_work({1.0, 1.05}, 0.0), 0.0);
  EXPECT_DOUBLE_EQ(droppable_work({1.0, 1.05}, 1.0), 2.05);
  EXPECT_DOUBLE_EQ(droppable_work({}, 0.5), 0.0);
}

TEST(DroppableWork, a_share_counted_from_misses_gives_them_all_back) {
  for (int requests = 1; requests <= 200; ++requests) {
    const std::vector<double> factors(static_cast<std::size_t>(requests), 1.0);
    for (int misses = 0; misses <= requests; ++misses) {
      EXPECT_EQ(droppable_work(factors, static_cast<double>(misses) / requests), misses);
    }
  }
}

TEST(BootCharge, whole_slots_are_charged_at_the_prices_before) {
  const PerSlot<double> price = Values{60.0, 120.0, 180.0, 240.0};  // 1, 2, 3, 4 USD per slot
  EXPECT_EQ(boot_charge(price, 4, 60.0, 120.0), (Values{0.0, 1.0, 3.0, 5.0}));
}

TEST(BootCharge, constant_prices_charge_price_times_boot_once_the_run_is_so_old) {
  const auto charge = boot_charge(0.7582, 10, 60.0, 300.0);
  EXPECT_NEAR(charge[5], 0.7582 / 12.0, 1e-12);
  EXPECT_NEAR(charge[9], 0.7582 / 12.0, 1e-12);
  EXPECT_NEAR(charge[2], 0.7582 / 30.0, 1e-12);
}

RC_GTEST_PROP(BootCharge, no_real_boot_costs_less_than_its_share_of_two_slots,
              (std::uint64_t seed)) {
  Prng prng(seed);
  const std::size_t slots = 12;
  std::vector<double> prices;
  for (std::size_t k = 0; k < slots; ++k) prices.push_back(draw_uniform(prng, 0.0, 3.0));
  const double least = prng.uniform() < 0.5 ? 60.0 * static_cast<double>(prng.below(6))
                                            : draw_uniform(prng, 0.0, 400.0);
  const auto charge = boot_charge(prices, slots, 60.0, least);
  const double ready = draw_uniform(prng, 0.0, 60.0 * static_cast<double>(slots - 1));
  const double boot = least + draw_uniform(prng, 0.0, 300.0);
  double paid = 0.0;  // second by hundredth of a second would do as well; slots are exact
  for (std::size_t k = 0; k < slots; ++k) {
    const double from = 60.0 * static_cast<double>(k);
    const double overlap = std::min(ready, from + 60.0) - std::max(ready - boot, from);
    paid += std::max(0.0, overlap) * prices[k] / 3600.0;
  }
  const auto slot = static_cast<std::size_t>(ready / 60.0);
  const double share = ready / 60.0 - static_cast<double>(slot);
  RC_ASSERT((1.0 - share) * charge[slot] + share * charge[slot + 1] <= paid + 1e-12);
}

TEST(GrowthAllowed, opens_a_least_boot_after_launches_are_accepted_again) {
  std::vector<char> accepted(30, 0);
  accepted[10] = 1;  // of 60 s; boots of 5 to 10 minutes: ready from minute 15 to 21
  const auto allowed = growth_allowed(accepted, 60.0, 300.0, 600.0, false);
  for (std::size_t k = 0; k < allowed.size(); ++k) {
    EXPECT_EQ(allowed[k] != 0, k >= 15 && k <= 22) << k;
  }
}

TEST(GrowthAllowed, boots_from_before_the_run_may_still_end_in_it) {
  const auto allowed = growth_allowed(std::vector<char>(10, 0), 60.0, 60.0, 120.0, true);
  EXPECT_EQ(allowed, (std::vector<char>{1, 1, 1, 1, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(growth_allowed(std::vector<char>(3, 0), 60.0, 60.0, 120.0, false),
            (std::vector<char>{0, 0, 0}));
}

RC_GTEST_PROP(GrowthAllowed, no_real_launch_is_forgotten, (std::uint64_t seed)) {
  Prng prng(seed);
  const std::size_t slots = 40;
  std::vector<char> accepted;
  for (std::size_t k = 0; k < slots; ++k) accepted.push_back(prng.uniform() < 0.2 ? 1 : 0);
  const double least = draw_uniform(prng, 0.0, 400.0),
               most = least + draw_uniform(prng, 0.0, 400.0);
  const auto allowed = growth_allowed(accepted, 60.0, least, most, false);
  for (int launch = 0; launch < 100; ++launch) {
    const double ordered = draw_uniform(prng, 0.0, 60.0 * static_cast<double>(slots));
    if (accepted[static_cast<std::size_t>(ordered / 60.0)] == 0) continue;
    const double ready = ordered + draw_uniform(prng, least, most);
    const auto slot = static_cast<std::size_t>(ready / 60.0);
    RC_ASSERT(slot >= slots || allowed[slot] != 0);
    RC_ASSERT(slot + 1 >= slots || allowed[slot + 1] != 0);
  }
}

TEST(DelayByBoot, growth_comes_where_boots_end_at_the_cheapest_of_them) {
  FleetUnit unit;
  unit.price_usd_per_hour = Values{60.0, 120.0, 60.0, 60.0, 60.0};  // 1, 2, 1, 1, 1 USD per slot
  delay_by_boot(unit, 60.0, {3, 2, 3, 1, 1}, {1, 1, 1, 0, 1});
  EXPECT_EQ(unit.may_grow.values, (std::vector<char>{0, 0, 0, 1, 0}));
  EXPECT_DOUBLE_EQ(unit.launch_usd.at(3), 3.0);  // 1 + 2 + 1 from slot 0, 2 + 1 from slot 1
}

TEST(Contradiction, is_said_in_words) {
  FleetProblem problem;
  EXPECT_EQ(contradiction(problem), "");
  problem.arrived = {0.0, 1.0};
  EXPECT_EQ(contradiction(problem), "due is not as long as arrived");
  problem.due = {0.0, 2.0};
  EXPECT_EQ(contradiction(problem), "due before arrival at 1");
  problem.due = {0.0, 1.0};
  problem.units.emplace_back();
  problem.units[0].name = "a";
  problem.units[0].cap = Values{1.0, 2.0, 3.0};
  EXPECT_EQ(contradiction(problem), "unit a: a series has neither one value nor one per slot");
  problem.units[0].cap = -1.0;
  EXPECT_EQ(contradiction(problem), "unit a: a cap is negative");
  problem.units[0].cap = std::nan("");
  EXPECT_EQ(contradiction(problem), "unit a: a cap is negative");
  problem.units[0].cap = 1.0;
  problem.units[0].kept = 1.5;
  EXPECT_EQ(contradiction(problem), "unit a: a kept share is above 1");
  problem.units[0].kept = 1.0;
  problem.units[0].work_per_s = 0.0;
  EXPECT_EQ(contradiction(problem), "unit a: work_per_s not above 0");
}

}  // namespace
}  // namespace signalbox::solve
