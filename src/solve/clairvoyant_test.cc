// SPDX-License-Identifier: Apache-2.0
//
// The linear program against its own certificate from below, against plain constraint checks and
// every schedule of tiny fleets from above, and against fleets that ran in continuous time.
#include "solve/clairvoyant.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <cstdint>
#include <numbers>

#include "solve/certificate.h"
#include "solve/tiny_fleets.h"

namespace signalbox::solve {
namespace {

// The paper's five units at their plateaus per minute, with their prices.
std::vector<FleetUnit> paper_units() {
  const auto unit = [](const char* name, double per_minute, double usd_per_hour) {
    FleetUnit u;
    u.name = name;
    u.work_per_s = per_minute / 60.0;
    u.price_usd_per_hour = usd_per_hour;
    return u;
  };
  return {unit("inf2", 123.0, 0.7582), unit("g5-triton", 100.0, 1.0060),
          unit("trn1", 138.0, 1.3438), unit("g5-cuda", 71.0, 1.0060), unit("g6", 65.0, 0.8048)};
}

void charge_launches(FleetProblem& problem) {
  for (FleetUnit& unit : problem.units) {
    unit.launch_usd = boot_charge(unit.price_usd_per_hour, problem.slots(), problem.slot_s, 300.0);
  }
}

// The paper's cosine: 900 minutes from trough to trough, 51 requests/s at its height, 45 hours.
FleetProblem paper_replay() {
  constexpr double kPeak = 51.0, kPeriod_s = 900.0 * 60.0;
  constexpr double kTurn = 2.0 * std::numbers::pi;
  std::vector<double> work;
  const auto arrived_by = [&](double t) {  // the rate integrated
    return kPeak / 2.0 * (t - kPeriod_s / kTurn * std::sin(kTurn * t / kPeriod_s));
  };
  for (int k = 0; k < 2700; ++k) work.push_back(arrived_by(60.0 * (k + 1)) - arrived_by(60.0 * k));
  const Demand demand = make_demand(work, 60.0, 1, 0.0);
  FleetProblem problem;
  problem.arrived = demand.arrived;
  problem.due = demand.due;
  problem.units = paper_units();
  return problem;
}

double bound_of(const FleetProblem& problem) {
  const auto optimum = solve_clairvoyant(problem);
  EXPECT_TRUE(optimum.ok());
  const double bound = certified_bound_usd(problem, optimum->prices);
  EXPECT_LE(bound, optimum->cost_usd * (1.0 + 1e-9));
  EXPECT_NEAR(bound, optimum->cost_usd, 1e-6 * optimum->cost_usd);
  return bound;
}

TEST(Clairvoyant, the_paper_replay_costs_424_usd_as_a_fluid_and_five_more_with_launches) {
  FleetProblem problem = paper_replay();
  const double fluid = 25.5 * 60.0 / 123.0 * 0.7582 * 45.0;  // mean rate, over inf2's, for 45 h
  EXPECT_NEAR(bound_of(problem), fluid, 1e-6 * fluid);
  EXPECT_NEAR(fluid, 424.4, 0.1);

  charge_launches(problem);
  EXPECT_NEAR(bound_of(problem), 429.1, 0.2);
}

TEST(Clairvoyant, a_refusal_of_the_cheap_unit_costs_more) {
  FleetProblem problem = paper_replay();
  charge_launches(problem);
  const double undisturbed = bound_of(problem);
  std::vector<char> accepted(problem.slots(), 1);
  std::fill(accepted.begin() + 1125, accepted.begin() + 1800, char{0});  // 18.75 h to 30 h
  problem.units[0].may_grow = growth_allowed(accepted, 60.0, 300.0, 900.0, true);
  const double refused = bound_of(problem);
  EXPECT_GT(refused, undisturbed + 1.0);

  std::vector<double> kept(problem.slots(), 1.0);
  kept[1350] = 0.5;  // and at 22.5 h half of what runs is lost
  problem.units[0].kept = kept;
  EXPECT_GT(bound_of(problem), refused + 1.0);
}

TEST(Clairvoyant, units_another_is_better_than_are_left_out_and_priced_all_the_same) {
  FleetProblem problem = paper_replay();
  EXPECT_EQ(dominated_units(problem), (std::vector<char>{0, 1, 1, 1, 1}));
  problem.units[0].cap = 10.0;  // then the next best is trn1
  EXPECT_EQ(dominated_units(problem), (std::vector<char>{0, 1, 0, 1, 1}));
  problem.units[1].initial = 3.0;  // replicas at hand, for which no launch is owed
  problem.units[2].initial = 0.0;  // and now trn1 pays for launches that others do not
  EXPECT_EQ(dominated_units(problem), (std::vector<char>{0, 0, 0, 1, 0}));
}

TEST(Clairvoyant, of_twins_one_stays) {
  FleetProblem problem = paper_replay();
  problem.units = {problem.units[0], problem.units[0]};
  EXPECT_EQ(dominated_units(problem), (std::vector<char>{1, 0}));
}

TEST(Clairvoyant, says_when_caps_cannot_carry_the_demand) {
  FleetProblem problem = paper_replay();
  for (FleetUnit& unit : problem.units) unit.cap = 1.0;
  const auto optimum = solve_clairvoyant(problem);
  ASSERT_FALSE(optimum.ok());
  EXPECT_EQ(optimum.error().message, "the fleet's caps cannot carry the demand with so few misses");
  problem.droppable_work = problem.arrived.back();
  EXPECT_TRUE(solve_clairvoyant(problem).ok());
}

TEST(Clairvoyant, says_when_it_hit_its_limit) {
  FleetProblem problem = paper_replay();
  charge_launches(problem);
  const auto optimum = solve_clairvoyant(problem, ClairvoyantLimits{3});
  ASSERT_FALSE(optimum.ok());
  EXPECT_EQ(optimum.error().message, "the linear program hit its iteration limit");
}

TEST(Clairvoyant, its_cost_rate_adds_up_to_its_cost) {
  FleetProblem problem = paper_replay();
  charge_launches(problem);
  problem.fixed_usd = 10.0;
  const auto optimum = solve_clairvoyant(problem);
  ASSERT_TRUE(optimum.ok());
  double total = 0.0;
  for (const double rate : cost_rate_usd_per_hour(problem, *optimum)) total += rate / 60.0;
  EXPECT_NEAR(total, optimum->cost_usd, 1e-6 * total);
}

// That the optimum is a schedule: every constraint of fleet_problem.h, plainly.
void expect_schedule(const FleetProblem& problem, const Clairvoyant& optimum) {
  constexpr double kSlack = 1e-6;
  double cost = problem.fixed_usd, backlog = 0.0, dropped = 0.0;
  for (std::size_t k = 0; k < problem.slots(); ++k) {
    double capacity = 0.0;
    for (std::size_t i = 0; i < problem.units.size(); ++i) {
      const FleetUnit& unit = problem.units[i];
      const double now = optimum.replicas[i][k];
      RC_ASSERT(now <= unit.cap.at(k) + kSlack);
      if (k > 0 || unit.initial) {
        const double were = k > 0 ? optimum.replicas[i][k - 1] : *unit.initial;
        const double grown = now - unit.kept.at(k) * were - FleetProblem::kept_rounding(unit, k);
        if (unit.may_grow.at(k) == 0) RC_ASSERT(grown <= kSlack);
        cost += std::max(0.0, grown) * unit.launch_usd.at(k);
      }
      cost += now * problem.slot_price_usd(unit, k);
      capacity += now * unit.work_per_s * problem.slot_s;
    }
    backlog += problem.arrived[k + 1] - problem.arrived[k] - optimum.dropped[k];
    backlog = std::max(0.0, backlog - capacity);
    dropped += optimum.dropped[k];
    RC_ASSERT(backlog <= problem.arrived[k + 1] - problem.due[k + 1] + kSlack);
  }
  RC_ASSERT(dropped <= problem.droppable_work + kSlack);
  RC_ASSERT(std::fabs(cost - optimum.cost_usd) <= 1e-6 * (1.0 + cost));
}

RC_GTEST_PROP(Clairvoyant, its_schedule_and_its_prices_meet, (std::uint64_t seed)) {
  Prng prng(seed);
  const FleetProblem problem = draw_tiny_fleet(prng, {1 + prng.below(40), 1 + prng.below(4), 5});
  const auto optimum = solve_clairvoyant(problem);
  if (!optimum) RC_DISCARD("cannot be served");
  expect_schedule(problem, *optimum);
  const double bound = certified_bound_usd(problem, optimum->prices);
  RC_ASSERT(bound <= optimum->cost_usd + 1e-9);
  RC_ASSERT(bound >= optimum->cost_usd - 1e-6 * (1.0 + optimum->cost_usd));
}

RC_GTEST_PROP(Clairvoyant, no_whole_schedule_costs_less_than_the_bound, (std::uint64_t seed)) {
  Prng prng(seed);
  const TinySize size{2 + prng.below(3), 1 + prng.below(2), 2};
  const FleetProblem problem = draw_tiny_fleet(prng, size);
  const double best = EverySchedule(problem, size.most).cheapest_usd();
  const auto optimum = solve_clairvoyant(problem);
  if (!optimum) {
    RC_ASSERT(best == kUnlimited);  // what fractions cannot do, whole replicas cannot
    return;
  }
  RC_ASSERT(certified_bound_usd(problem, optimum->prices) <= best);
}

RC_GTEST_PROP(Clairvoyant, tampering_with_its_prices_never_proves_more, (std::uint64_t seed)) {
  Prng prng(seed);
  const FleetProblem problem = draw_tiny_fleet(prng, {10, 3, 3});
  const auto optimum = solve_clairvoyant(problem);
  if (!optimum) RC_DISCARD("cannot be served");
  for (int attempt = 0; attempt < 20; ++attempt) {
    DualPrices prices = optimum->prices;
    const std::size_t slot = prng.below(problem.slots());
    if (prng.uniform() < 0.5) {
      prices.work_usd[slot] *= draw_uniform(prng, -1.0, 3.0);
    } else {
      prices.growth_usd[prng.below(problem.units.size())][slot] += draw_uniform(prng, -0.1, 0.1);
    }
    RC_ASSERT(certified_bound_usd(problem, prices) <= optimum->cost_usd + 1e-9);
  }
}

// A fleet that ran in continuous time: replicas ordered, booted and stopped at odd instants,
// requests served whole, first come first served, one at a time on each replica.
struct RealRun {
  struct Replica {
    std::size_t unit;
    double ordered_s, ready_s, stopped_s;
    double free_s;  // when its next request can start
  };

  FleetProblem problem;
  double paid_usd = 0.0;
};

RealRun draw_real_run(Prng& prng) {
  constexpr double kSlot = 60.0, kLatency = 5.0;
  constexpr std::size_t kSlots = 40;
  const double end_s = kSlot * kSlots;
  std::vector<std::vector<double>> price(2), speed{{1.0}, {1.7}};
  std::vector<std::vector<char>> accepted(2);
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t k = 0; k < kSlots; ++k) {
      price[i].push_back(draw_uniform(prng, 0.5, 2.0));
      accepted[i].push_back(prng.uniform() < 0.8 ? 1 : 0);
    }
  }
  std::vector<RealRun::Replica> replicas;
  std::vector<double> initial(2, 0.0);
  for (int r = 0; r < 14; ++r) {
    const std::size_t unit = prng.below(2);
    if (r < 4) {
      replicas.push_back({unit, 0.0, 0.0, draw_uniform(prng, 0.0, end_s), 0.0});
      initial[unit] += 1.0;
      continue;
    }
    const double ordered = draw_uniform(prng, 0.0, end_s);
    if (accepted[unit][static_cast<std::size_t>(ordered / kSlot)] == 0) continue;
    const double ready = ordered + draw_uniform(prng, 300.0, 900.0);
    const double stopped = ready + draw_uniform(prng, 0.0, end_s / 2.0);
    replicas.push_back({unit, ordered, ready, stopped, ready});
  }

  std::vector<double> cells(static_cast<std::size_t>(end_s), 0.0);
  double missed = 0.0;
  const double rate = draw_uniform(prng, 0.5, 6.0);
  for (double t = draw_exponential(prng, 1.0 / rate); t < end_s;
       t += draw_exponential(prng, 1.0 / rate)) {
    const double factor = draw_uniform(prng, 0.95, 1.05);
    cells[static_cast<std::size_t>(t)] += factor;
    RealRun::Replica* first = nullptr;
    double done = kUnlimited;
    for (auto& replica : replicas) {
      const double finish = std::max(t, replica.free_s) + factor / speed[replica.unit][0];
      if (finish <= replica.stopped_s && finish < done) {
        done = finish;
        first = &replica;
      }
    }
    if (first == nullptr || done > t + kLatency) {
      missed += factor;  // refused: it would be late
    } else {
      first->free_s = done;
    }
  }

  RealRun run;
  const Demand demand = make_demand(cells, 1.0, 60, kLatency);
  run.problem.arrived = demand.arrived;
  run.problem.due = demand.due;
  run.problem.droppable_work = missed;
  for (std::size_t i = 0; i < 2; ++i) {
    FleetUnit unit;
    unit.name = "u" + std::to_string(i);
    unit.work_per_s = speed[i][0];
    unit.price_usd_per_hour = price[i];
    unit.launch_usd = boot_charge(price[i], kSlots, kSlot, 300.0);
    unit.may_grow = growth_allowed(accepted[i], kSlot, 300.0, 900.0, false);
    unit.initial = initial[i];
    run.problem.units.push_back(unit);
  }
  for (const auto& replica : replicas) {
    for (std::size_t k = 0; k < kSlots; ++k) {
      const double from = kSlot * static_cast<double>(k);
      const double billed =
          std::min(replica.stopped_s, from + kSlot) - std::max(replica.ordered_s, from);
      run.paid_usd += std::max(0.0, billed) * price[replica.unit][k] / 3600.0;
    }
  }
  return run;
}

TEST(Clairvoyant, a_fleet_that_really_ran_never_paid_less_than_its_bound) {
  Prng prng(7);
  double paid = 0.0, bounds = 0.0;
  for (int attempt = 0; attempt < 300; ++attempt) {
    const RealRun run = draw_real_run(prng);
    const auto optimum = solve_clairvoyant(run.problem);
    ASSERT_TRUE(optimum.ok()) << attempt << ": the run itself is a schedule";
    const double bound = certified_bound_usd(run.problem, optimum->prices);
    EXPECT_LE(bound, run.paid_usd) << attempt;
    paid += run.paid_usd;
    bounds += bound;
  }
  EXPECT_GT(bounds, 0.3 * paid);  // and the bounds say something
}

}  // namespace
}  // namespace signalbox::solve
