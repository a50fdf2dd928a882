// SPDX-License-Identifier: Apache-2.0
//
// A few optima, and bounds for every share of misses.
#include "solve/bound_family.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>

#include "solve/tiny_fleets.h"

namespace signalbox::solve {
namespace {

RC_GTEST_PROP(BoundFamily, is_exact_where_computed_and_true_in_between, (std::uint64_t seed)) {
  Prng prng(seed);
  FleetProblem problem = draw_tiny_fleet(prng, {12, 3, 4});
  const double total = problem.arrived.back();
  const auto family =
      BoundFamily::build(problem, {0.2 * total, 0.0, 0.05 * total, 0.5 * total, total});
  RC_ASSERT(family.ok());  // at the latest when all may be missed
  for (const double share : {0.0, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.8, 1.0}) {
    problem.droppable_work = share * total;
    const auto optimum = solve_clairvoyant(problem);
    if (!optimum) continue;
    const double bound = family->bound_usd(share * total);
    RC_ASSERT(bound <= optimum->cost_usd + 1e-9);
    const bool computed = share == 0.0 || share == 0.05 || share == 0.2 || share == 0.5;
    if (computed) RC_ASSERT(bound >= optimum->cost_usd - 1e-6 * (1.0 + optimum->cost_usd));
  }
}

RC_GTEST_PROP(BoundFamily, falls_as_more_may_be_missed, (std::uint64_t seed)) {
  Prng prng(seed);
  const FleetProblem problem = draw_tiny_fleet(prng, {8, 2, 4});
  const double total = problem.arrived.back();
  const auto family = BoundFamily::build(problem, {0.0, 0.1 * total, total});
  RC_ASSERT(family.ok());
  double before = kUnlimited;
  for (int step = 0; step <= 20; ++step) {
    const double bound = family->bound_usd(total * step / 20.0);
    RC_ASSERT(bound <= before);
    RC_ASSERT(bound >= 0.0);
    before = bound;
  }
}

RC_GTEST_PROP(BoundFamily, prices_of_one_run_bound_another, (std::uint64_t seed)) {
  Prng prng(seed);
  const TinySize size{4, 2, 2};
  const FleetProblem problem = draw_tiny_fleet(prng, size), other = draw_tiny_fleet(prng, size);
  const auto family = BoundFamily::build(problem, {0.0, problem.arrived.back()});
  RC_ASSERT(family.ok());
  RC_ASSERT(family->bound_usd(other) <= EverySchedule(other, size.most).cheapest_usd());
}

FleetProblem one_capped_replica() {
  FleetProblem problem;
  const Demand demand = make_demand({60.0, 120.0, 60.0}, 60.0, 1, 0.0);
  problem.arrived = demand.arrived;
  problem.due = demand.due;
  FleetUnit unit;
  unit.name = "a";
  unit.price_usd_per_hour = 60.0;
  unit.cap = 1.0;
  problem.units.push_back(unit);
  return problem;
}

TEST(BoundFamily, passes_over_what_the_caps_cannot_carry_and_says_so) {
  const auto family = BoundFamily::build(one_capped_replica(), {0.0, 60.0, 120.0});
  ASSERT_TRUE(family.ok());
  ASSERT_EQ(family->passed_over().size(), 1u);
  EXPECT_EQ(family->passed_over()[0],
            "0 of work missed: the fleet's caps cannot carry the demand with so few misses");
  EXPECT_EQ(family->strictest_droppable_work(), 60.0);
  EXPECT_NEAR(family->bound_usd(60.0), 3.0, 1e-9);
  EXPECT_NEAR(family->bound_usd(120.0), 2.0, 1e-9);
  const auto& rate = family->cost_rate_usd_per_hour();
  ASSERT_EQ(rate.size(), 3u);
  for (const double usd_per_hour : rate) EXPECT_NEAR(usd_per_hour, 60.0, 1e-6);
}

TEST(BoundFamily, fails_when_no_amount_can_be_carried) {
  const auto family = BoundFamily::build(one_capped_replica(), {0.0, 30.0});
  ASSERT_FALSE(family.ok());
  EXPECT_EQ(family.error().message,
            "30 of work missed: the fleet's caps cannot carry the demand with so few misses");
  EXPECT_FALSE(BoundFamily::build(one_capped_replica(), {}).ok());
}

}  // namespace
}  // namespace signalbox::solve
