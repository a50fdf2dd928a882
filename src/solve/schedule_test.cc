// SPDX-License-Identifier: Apache-2.0
//
// Whole schedules, played by a plain simulator that shares nothing with the search, and held
// between the bound from below and every schedule there is.
#include "solve/schedule.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <cstdint>
#include <deque>
#include <numbers>
#include <string>

#include "solve/certificate.h"
#include "solve/clairvoyant.h"
#include "solve/tiny_fleets.h"

namespace signalbox::solve {
namespace {

struct Played {
  double cost_usd = 0.0;
  double missed = 0.0;
  std::string broken;  // the first rule the schedule broke
};

// A queue of portions, each with the cell it came in; whatever is overdue at a cell's end is
// missed.
Played play(const FleetProblem& problem, const WorkCells& cells, const WholeSchedule& schedule) {
  struct Portion {
    std::size_t cell;
    double work;
  };
  Played played;
  played.cost_usd = problem.fixed_usd;
  std::deque<Portion> queue;
  const auto patience = static_cast<std::size_t>(cells.latency_s / cells.cell_s);
  for (std::size_t k = 0; k < problem.slots(); ++k) {
    double capacity_per_s = 0.0;
    for (std::size_t i = 0; i < problem.units.size(); ++i) {
      const FleetUnit& unit = problem.units[i];
      const int now = schedule.replicas[i][k];
      if (now < 0 || now > unit.cap.at(k)) played.broken = "cap of " + unit.name;
      int launched = 0;
      if (k > 0 || unit.initial) {
        const double were = k > 0 ? schedule.replicas[i][k - 1] : *unit.initial;
        launched = std::max(0, now - static_cast<int>(std::floor(unit.kept.at(k) * were)));
      }
      if (launched > 0 && unit.may_grow.at(k) == 0) played.broken = "growth of " + unit.name;
      if (launched != schedule.launches[i][k]) played.broken = "launches of " + unit.name;
      played.cost_usd += now * unit.price_usd_per_hour.at(k) * problem.slot_s / 3600.0 +
                         launched * unit.launch_usd.at(k);
      capacity_per_s += now * unit.work_per_s;
    }
    for (std::size_t c = k * cells.per_slot; c < (k + 1) * cells.per_slot; ++c) {
      if (c < cells.work.size()) queue.push_back({c, cells.work[c]});
      double left = capacity_per_s * cells.cell_s;
      while (!queue.empty() && left > 0.0) {
        const double done = std::min(left, queue.front().work);
        queue.front().work -= done;
        left -= done;
        if (queue.front().work <= 0.0) queue.pop_front();
      }
      while (!queue.empty() && queue.front().cell + patience <= c) {
        played.missed += queue.front().work;
        queue.pop_front();
      }
    }
  }
  return played;
}

// The cells of a tiny fleet: its slots, with a latency of none or of one.
WorkCells cells_of(const FleetProblem& problem) {
  WorkCells cells;
  cells.cell_s = problem.slot_s;
  cells.per_slot = 1;
  cells.latency_s = problem.due == problem.arrived ? 0.0 : problem.slot_s;
  for (std::size_t k = 0; k < problem.slots(); ++k) {
    cells.work.push_back(problem.arrived[k + 1] - problem.arrived[k]);
  }
  return cells;
}

RC_GTEST_PROP(WholeSchedule, breaks_no_rule_and_counts_as_a_plain_simulator_does,
              (std::uint64_t seed)) {
  Prng prng(seed);
  const FleetProblem problem = draw_tiny_fleet(prng, {1 + prng.below(30), 1 + prng.below(4), 4});
  const auto optimum = solve_clairvoyant(problem);
  if (!optimum) RC_DISCARD("cannot be served");
  const WorkCells cells = cells_of(problem);
  const WholeSchedule schedule = whole_schedule(problem, cells, *optimum);
  const Played played = play(problem, cells, schedule);
  RC_ASSERT(played.broken == "");
  RC_ASSERT(std::fabs(played.cost_usd - schedule.cost_usd) <= 1e-9 * (1.0 + played.cost_usd));
  RC_ASSERT(std::fabs(played.missed - schedule.missed_work) <= 1e-6 * (1.0 + played.missed));
  if (schedule.missed_work > problem.droppable_work + 1e-6) return;
  RC_ASSERT(certified_bound_usd(problem, optimum->prices) <= schedule.cost_usd + 1e-9);
}

TEST(WholeSchedule, of_tiny_fleets_comes_near_the_best_of_all) {
  Prng prng(11);
  double found = 0.0, best = 0.0;
  int possible = 0, in_time = 0;
  for (int attempt = 0; attempt < 400; ++attempt) {
    FleetProblem problem = draw_tiny_fleet(prng, {4, 2, 2});
    for (FleetUnit& unit : problem.units) unit.kept = 1.0;  // losses are counted strictly here
    const double cheapest = EverySchedule(problem, 2).cheapest_usd();
    if (cheapest == kUnlimited) continue;
    ++possible;
    const auto optimum = solve_clairvoyant(problem);
    ASSERT_TRUE(optimum.ok());
    const WholeSchedule schedule = whole_schedule(problem, cells_of(problem), *optimum);
    if (schedule.missed_work > problem.droppable_work + 1e-6) continue;
    ++in_time;
    found += schedule.cost_usd;
    best += cheapest;
  }
  EXPECT_GT(possible, 200);
  EXPECT_GE(in_time, possible * 97 / 100);
  EXPECT_LE(found, 1.05 * best);
}

FleetUnit unit_of(const char* name, double work_per_s, double usd_per_hour) {
  FleetUnit unit;
  unit.name = name;
  unit.work_per_s = work_per_s;
  unit.price_usd_per_hour = usd_per_hour;
  return unit;
}

FleetProblem problem_of(const WorkCells& cells, std::vector<FleetUnit> units) {
  FleetProblem problem;
  problem.slot_s = cells.cell_s * static_cast<double>(cells.per_slot);
  const Demand demand = make_demand(cells.work, cells.cell_s, cells.per_slot, cells.latency_s);
  problem.arrived = demand.arrived;
  problem.due = demand.due;
  problem.units = std::move(units);
  return problem;
}

TEST(WholeSchedule, constant_demand_takes_the_whole_replicas_above_it) {
  WorkCells cells;
  cells.work.assign(3600, 9.5);
  const FleetProblem problem = problem_of(cells, {unit_of("a", 2.0, 1.0)});
  const auto optimum = solve_clairvoyant(problem);
  ASSERT_TRUE(optimum.ok());
  const WholeSchedule schedule = whole_schedule(problem, cells, *optimum);
  EXPECT_NEAR(schedule.cost_usd, 5.0, 1e-9);
  EXPECT_EQ(schedule.missed_work, 0.0);
}

TEST(WholeSchedule, a_burst_within_a_slot_needs_more_than_the_slot_on_the_whole) {
  WorkCells cells;
  cells.work.assign(600, 0.0);
  for (std::size_t c = 300; c < 310; ++c) cells.work[c] = 12.0;  // 120 in 10 s, 2 s of patience
  const FleetProblem problem = problem_of(cells, {unit_of("a", 1.0, 1.0)});
  const auto optimum = solve_clairvoyant(problem);
  ASSERT_TRUE(optimum.ok());
  EXPECT_NEAR(optimum->replicas[0][5], 2.0, 1e-6);
  const WholeSchedule schedule = whole_schedule(problem, cells, *optimum);
  EXPECT_EQ(schedule.replicas[0][5], 10);  // 12 seconds for 120
  EXPECT_NEAR(schedule.missed_work, 0.0, 1e-9);
}

TEST(WholeSchedule, launches_ahead_of_a_refusal_and_holds_on) {
  WorkCells cells;
  cells.work.assign(1200, 0.9);
  for (std::size_t c = 600; c < 1200; ++c) cells.work[c] = 1.9;
  FleetProblem problem = problem_of(cells, {unit_of("a", 1.0, 1.0)});
  problem.units[0].launch_usd = 0.01;
  std::vector<char> may_grow(20, 1);
  for (std::size_t k = 6; k < 20; ++k) may_grow[k] = 0;
  problem.units[0].may_grow = may_grow;
  const auto optimum = solve_clairvoyant(problem);
  ASSERT_TRUE(optimum.ok());
  const WholeSchedule schedule = whole_schedule(problem, cells, *optimum);
  EXPECT_NEAR(schedule.missed_work, 0.0, 1e-9);
  EXPECT_EQ(schedule.replicas[0][4], 1);
  EXPECT_EQ(schedule.replicas[0][5], 2);
  EXPECT_EQ(schedule.replicas[0][19], 2);
  EXPECT_EQ(play(problem, cells, schedule).broken, "");
}

TEST(WholeSchedule, what_no_fleet_can_carry_is_stated) {
  WorkCells cells;
  cells.work.assign(600, 3.0);
  FleetProblem problem = problem_of(cells, {unit_of("a", 1.0, 1.0)});
  problem.units[0].cap = 2.0;
  problem.droppable_work = 700.0;
  const auto optimum = solve_clairvoyant(problem);
  ASSERT_TRUE(optimum.ok());
  problem.droppable_work = 0.0;
  const WholeSchedule schedule = whole_schedule(problem, cells, *optimum);
  // 3 a second but for the last two seconds' were due, 2 a second done.
  EXPECT_NEAR(schedule.missed_work, 3.0 * 598.0 - 2.0 * 600.0, 1e-6);
}

// Ten hours of a noisy wave, the paper's two cheapest units, launches paid for 5 minutes.
struct NoisyWave {
  WorkCells cells;
  FleetProblem problem;
};

NoisyWave noisy_wave() {
  NoisyWave wave;
  Prng prng(5);
  for (int c = 0; c < 36000; ++c) {
    const double mean = 25.0 * (1.05 - std::cos(2.0 * std::numbers::pi * c / 18000.0));
    wave.cells.work.push_back(std::max(0.0, mean + std::sqrt(mean) * draw_standard_normal(prng)));
  }
  wave.problem = problem_of(
      wave.cells, {unit_of("inf2", 123.0 / 60.0, 0.7582), unit_of("trn1", 138.0 / 60.0, 1.3438)});
  wave.problem.units[0].cap = 18.0;
  const std::vector<char> accepted(wave.problem.slots(), 1);
  for (FleetUnit& unit : wave.problem.units) {
    delay_by_boot(unit, 60.0, std::vector<std::size_t>(accepted.size(), 5), accepted);
  }
  return wave;
}

TEST(WholeSchedule, of_a_noisy_wave_is_within_a_tenth_of_the_bound_without_a_miss) {
  const auto [cells, problem] = noisy_wave();
  const auto optimum = solve_clairvoyant(problem);
  ASSERT_TRUE(optimum.ok());
  const double bound = certified_bound_usd(problem, optimum->prices);
  const WholeSchedule schedule = whole_schedule(problem, cells, *optimum);
  const Played played = play(problem, cells, schedule);
  EXPECT_EQ(played.broken, "");
  EXPECT_NEAR(played.cost_usd, schedule.cost_usd, 1e-6);
  EXPECT_NEAR(played.missed, 0.0, 1e-6);
  EXPECT_GE(schedule.cost_usd, bound);
  EXPECT_LE(schedule.cost_usd, 1.1 * bound);
  EXPECT_EQ(whole_schedule(problem, cells, *optimum).replicas, schedule.replicas);
}

TEST(WholeSchedule, is_cheaper_where_some_work_may_be_missed) {
  auto [cells, problem] = noisy_wave();
  const auto strict = solve_clairvoyant(problem);
  ASSERT_TRUE(strict.ok());
  const double without = whole_schedule(problem, cells, *strict).cost_usd;
  problem.droppable_work = 0.01 * problem.arrived.back();
  const auto lax = solve_clairvoyant(problem);
  ASSERT_TRUE(lax.ok());
  const WholeSchedule schedule = whole_schedule(problem, cells, *lax);
  EXPECT_LE(schedule.missed_work, problem.droppable_work + 1e-6);
  EXPECT_LT(schedule.cost_usd, 0.99 * without);
}

TEST(DelayByBoot, longer_boots_raise_the_bound) {
  auto [cells, problem] = noisy_wave();
  double before = 0.0;
  for (const std::size_t boot : {5u, 10u, 15u}) {
    const std::vector<char> accepted(problem.slots(), 1);
    for (FleetUnit& unit : problem.units) {
      delay_by_boot(unit, 60.0, std::vector<std::size_t>(accepted.size(), boot), accepted);
    }
    const auto optimum = solve_clairvoyant(problem);
    ASSERT_TRUE(optimum.ok());
    const double bound = certified_bound_usd(problem, optimum->prices);
    EXPECT_GT(bound, before + 0.1);
    before = bound;
  }
}

}  // namespace
}  // namespace signalbox::solve
