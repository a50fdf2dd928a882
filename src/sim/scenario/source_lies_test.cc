// SPDX-License-Identifier: Apache-2.0
//
// What believing a source may cost at most. The paper's five units serve a wave of two hours; for
// one of them a source lies, in every way that B58 to B67 name. What the fleet then pays and how
// many requests are late is compared with the same fleet, the same requests and honest sources.
// docs/signals.md states the bounds; each run prints what it measured.
#include <gtest/gtest.h>

#include <cstdio>
#include <limits>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "sim/run/control.h"
#include "sim/run/fleet_run.h"
#include "sim/scenario/paper.h"

namespace signalbox::sim {
namespace {

constexpr Duration kFrom = 45min;
constexpr Duration kUntil = 105min;

Scenario watched() {
  PaperWaves waves = paper_waves(150min);
  Scenario scenario = scenario_of(waves);
  scenario.faults.clear();
  scenario.report_from = 20min;
  scenario.fleet.sources = {{"cloud", 1, 60s}, {"vllm", 10, 20s}};
  for (auto& unit : scenario.fleet.units) unit.slots = std::max(unit.slots, 1);
  scenario.sources = {{.name = "cloud", .interval = 5s, .prices = true, .limits = true},
                      {.name = "vllm", .interval = 5s, .latency = true, .load = true}};
  return scenario;
}

// The last few views, as they were published.
struct Views final : Witness {
  void on_tick(const core::Plan& plan, const std::shared_ptr<const core::FleetView>& view,
               TimePoint now) override {
    for (const std::string& notice : plan.notices) notices.push_back({now, notice});
    last = view;
    if (now <= TimePoint{} + kFrom + 30s) at_thirty_s = view->units[0].slowdown;
    for (std::size_t u = 0; u < view->units.size(); ++u) {
      if (view->units[u].drift.empty() == drifting[u].empty()) continue;
      drifting[u] = view->units[u].drift;
      changes.push_back({now, u, view->units[u].slowdown});
    }
  }
  struct Change {
    TimePoint at;
    std::size_t unit;
    double slowdown;
  };
  std::array<std::string, 5> drifting{};
  double at_thirty_s = 0.0;  // what inf2 was planned by half a minute after the fault
  std::vector<Change> changes;
  std::vector<std::pair<TimePoint, std::string>> notices;
  std::shared_ptr<const core::FleetView> last;
};

RunResult run(const Scenario& scenario, Views* views = nullptr, std::uint64_t seed = 1) {
  auto control = std::make_unique<SignalboxControl>(
      std::make_shared<const core::FleetSpec>(scenario.fleet), TimePoint{});
  return FleetRun(scenario, std::move(control), {.seed = seed, .witness = views}).run();
}

const RunResult& honest() {
  static const RunResult result = run(watched());
  return result;
}

struct Lie {
  const char* name;
  const char* source;
  SourceFault fault;
  double cost_bound;    // of what honest sources cost
  double missed_bound;  // more of all requests than with them
};

void PrintTo(const Lie& lie, std::ostream* out) { *out << lie.name; }

class LyingSource : public testing::TestWithParam<Lie> {};

TEST_P(LyingSource, costs_no_more_than_its_bound) {
  const Lie& lie = GetParam();
  Scenario scenario = watched();
  scenario.source_faults = {{kFrom, kUntil, lie.source, lie.fault}};
  Views views;
  const RunResult with = run(scenario, &views);
  const RunResult& without = honest();
  ASSERT_EQ(with.totals.requests, without.totals.requests);
  const double cost = with.totals.cost_usd / without.totals.cost_usd;
  const double missed = without.totals.slo_attainment() - with.totals.slo_attainment();
  std::printf(
      "%-34s cost %6.3f x (at most %.2f), missed %+.3f %% (at most %.2f %%), told %zu times\n",
      lie.name, cost, lie.cost_bound, 100.0 * missed, 100.0 * lie.missed_bound,
      views.notices.size());
  EXPECT_LE(cost, lie.cost_bound);
  EXPECT_LE(missed, lie.missed_bound);
  EXPECT_EQ(with.totals.failed, 0U);
  EXPECT_LT(views.notices.size(), 40U) << "told once per change, not at every look";
}

constexpr double kAtMost = 1.05;
// Of what could be true: it moves the fleet for as long as nobody contradicts it.
constexpr double kPlausible = 1.10;
// And of a price that closes the cheapest unit: what the next ones cost more.
constexpr double kDearest = 1.50;
constexpr double kMissed = 0.002;

INSTANTIATE_TEST_SUITE_P(
    Cases, LyingSource,
    testing::Values(
        Lie{"B58 no number", "cloud", {.not_a_number = true}, kAtMost, kMissed},
        Lie{"B58 a negative price", "cloud", {.price_factor = -1.0}, kAtMost, kMissed},
        Lie{"g5-cuda for nothing",
            "cloud",
            {.price_factor = 0.0, .only = UnitId(4)},
            kAtMost,
            kMissed},
        Lie{"B59 silence", "cloud", {.silent = true}, kAtMost, kMissed},
        Lie{"B59 no word of load", "vllm", {.silent = true}, kAtMost, kMissed},
        Lie{"B60 times an hour ahead", "cloud", {.clock_offset = 1h}, kAtMost, kMissed},
        Lie{"B60 times an hour behind", "cloud", {.clock_offset = -1h}, kAtMost, kMissed},
        Lie{"B61 two thousand million replicas",
            "cloud",
            {.limit = std::numeric_limits<int>::max()},
            kAtMost,
            kMissed},
        Lie{"B62 a price that flaps",
            "cloud",
            {.price_factor = 5.0, .flap = 10s, .only = UnitId(0)},
            kAtMost,
            kMissed},
        Lie{"B64 inf2 a hundredfold",
            "cloud",
            {.price_factor = 100.0, .only = UnitId(0)},
            kDearest,
            kMissed},
        Lie{"B65 a page that is never read", "vllm", {.silent = true}, kAtMost, kMissed},
        Lie{"B66 counters that begin anew", "vllm", {.counters_restart = true}, kAtMost, kMissed},
        Lie{"B67 ten thousand names", "cloud", {.names = 10'000}, kAtMost, kMissed},
        Lie{"ten times the latency", "vllm", {.latency_factor = 10.0}, kAtMost, kMissed},
        Lie{"three times the latency", "vllm", {.latency_factor = 3.0}, kPlausible, kMissed},
        Lie{"a frozen gauge", "vllm", {.frozen = true}, kAtMost, kMissed},
        Lie{"fifty times the load", "vllm", {.load_factor = 50.0}, kAtMost, kMissed}),
    [](const auto& test) {
      std::string name = test.param.name;
      for (char& c : name) {
        if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
      }
      return name + "_" + std::to_string(test.index);
    });

// The lie that hurts most: the dearest unit is said to cost a tenth, and that could be true.
TEST(LyingSource, a_plausible_lie_costs_at_most_what_the_unit_it_favours_costs_more) {
  Scenario scenario = watched();
  for (auto& source : scenario.sources) source.prices = false;
  scenario.sources.push_back({.name = "liar", .interval = 5s, .prices = true});
  scenario.fleet.sources.push_back({"liar", 5, 60s});
  // Only g5-cuda is quoted, at a tenth of its price.
  scenario.source_faults = {{kFrom, kUntil, "liar", {.price_factor = 0.1, .only = UnitId(4)}}};
  const RunResult with = run(scenario);
  const double cost = with.totals.cost_usd / honest().totals.cost_usd;
  const double dearest = (1.0060 / 71.0) / (0.7582 / 123.0);
  std::printf("%-34s cost %6.3f x (at most %.2f)\n", "a tenth of the dearest unit's price", cost,
              dearest);
  EXPECT_LE(cost, dearest);
  EXPECT_EQ(with.totals.failed, 0U);
}

TEST(LyingSource, B63_one_that_contradicts_a_better_ranked_one_changes_nothing) {
  Scenario scenario = watched();
  scenario.sources.push_back({.name = "mirror", .interval = 5s, .prices = true});
  scenario.fleet.sources.push_back({"mirror", 5, 60s});
  const RunResult both = run(scenario);
  scenario.source_faults = {{kFrom, kUntil, "mirror", {.price_factor = 3.0}}};
  Views views;
  const RunResult with = run(scenario, &views);
  EXPECT_NEAR(with.totals.cost_usd / both.totals.cost_usd, 1.0, 0.02);
  EXPECT_LE(views.notices.size(), 10U);
  EXPECT_FALSE(views.notices.empty());
}

TEST(Drifting, a_unit_twice_as_slow_is_derated_within_thirty_seconds_and_restored_after) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Scenario scenario = watched();
    scenario.faults = {{kFrom, UnitId(0), {.slowdown = 2.0}}, {kUntil, UnitId(0), {.heal = true}}};
    Views views;
    const RunResult result = run(scenario, &views, seed);
    std::vector<Views::Change> inf2;
    for (const auto& change : views.changes) {
      if (change.unit == 0) inf2.push_back(change);
    }
    ASSERT_EQ(inf2.size(), 2U) << "seed " << seed;
    const double derated_s = to_seconds(inf2[0].at - (TimePoint{} + kFrom));
    const double restored_s = to_seconds(inf2[1].at - (TimePoint{} + kUntil));
    std::printf(
        "seed %d: derated after %.1f s, to %.2f times, %.2f times after 30 s; restored %.1f s "
        "after it was well\n",
        static_cast<int>(seed), derated_s, inf2[0].slowdown, views.at_thirty_s, restored_s);
    EXPECT_NEAR(views.at_thirty_s, 2.0, 0.2);
    EXPECT_GE(derated_s, 0.0);
    EXPECT_LE(derated_s, 30.0);
    EXPECT_GE(restored_s, 0.0);
    EXPECT_LE(restored_s, 120.0);
    EXPECT_EQ(result.totals.failed, 0U);
  }
}

}  // namespace
}  // namespace signalbox::sim
