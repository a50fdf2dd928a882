// SPDX-License-Identifier: Apache-2.0
//
// What two minutes find out, against what weeks would show: the breaking point and the plateau of
// the paper's five units and of units of every other kind.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "test/profiler/units.h"

namespace signalbox::profiler {
namespace {

constexpr int kSeeds = 20;

struct Found {
  double worst_breaking = 0.0, worst_plateau = 0.0, longest_s = 0.0;
  int held = 0;  // by the interval
  std::string last_kind;
};

Found measure(const Trial& trial, double breaking, double plateau, int seeds) {
  Found found;
  for (int seed = 1; seed <= seeds; ++seed) {
    VirtualRun run(trial.unit, trial.options(), static_cast<std::uint64_t>(seed));
    const auto result = run.run().result();
    EXPECT_TRUE(result.ok()) << trial.unit.name << ", seed " << seed;
    if (!result.ok()) continue;
    const Bounded& at = result->breaking_per_s;
    const double off = std::abs(at.value / breaking - 1.0);
    EXPECT_LE(off, 0.05) << trial.unit.name << ", seed " << seed << ": " << at.value
                         << " a second, in truth " << breaking;
    EXPECT_LE(result->took, 120s) << trial.unit.name << ", seed " << seed;
    found.worst_breaking = std::max(found.worst_breaking, off);
    found.worst_plateau =
        std::max(found.worst_plateau, std::abs(result->plateau_per_s.value / plateau - 1.0));
    found.longest_s = std::max(found.longest_s, to_seconds(result->took));
    found.held += at.low <= breaking && breaking <= at.high ? 1 : 0;
    found.last_kind = result->kind;
  }
  return found;
}

class PaperUnits : public testing::TestWithParam<int> {};

TEST_P(PaperUnits, break_where_two_minutes_say) {
  const Trial trial = paper_units()[static_cast<std::size_t>(GetParam())];
  const double plateau = 1.0 / trial.unit.model.reference_work() * 1e9;
  const double breaking = true_breaking(trial.unit, plateau, trial.objective, 1'000'000);
  const Found found = measure(trial, breaking, plateau, kSeeds);
  EXPECT_LE(found.worst_plateau, 0.05);
  EXPECT_EQ(found.last_kind, "one request at a time");
  EXPECT_GE(found.held, 14) << "of twenty intervals of 95 %";
}

INSTANTIATE_TEST_SUITE_P(Profiling, PaperUnits, testing::Range(0, 5), [](const auto& unit) {
  std::string name = paper_units()[static_cast<std::size_t>(unit.param)].unit.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

class OtherUnits : public testing::TestWithParam<int> {};

TEST_P(OtherUnits, break_where_two_minutes_say) {
  const Trial trial = other_units()[static_cast<std::size_t>(GetParam())];
  const double plateau = true_plateau(trial.unit);
  const int requests = trial.task == Task::kChat ? 60'000 : 300'000;
  const double breaking = true_breaking(trial.unit, plateau, trial.objective, requests);
  const Found found = measure(trial, breaking, plateau, 5);
  EXPECT_LE(found.worst_plateau, 0.05);
}

INSTANTIATE_TEST_SUITE_P(Profiling, OtherUnits, testing::Range(0, 5));

TEST(Profiling, finds_the_utilisation_that_the_paper_stops_at) {
  for (const Trial& trial : paper_units()) {
    const double plateau = 1.0 / trial.unit.model.reference_work() * 1e9;
    SearchOptions options = trial.options();
    options.objective = {.latency = 60s, .quantile = 0.9};
    options.max_utilisation = 0.8;
    VirtualRun run(trial.unit, options, 3);
    const auto result = run.run().result();
    ASSERT_TRUE(result.ok());
    EXPECT_EQ(result->breaking_by, "utilisation");
    EXPECT_NEAR(result->breaking_per_s.value / (0.8 * plateau), 1.0, 0.05) << trial.unit.name;
  }
}

TEST(Profiling, a_seed_gives_the_same_measurement_again) {
  const Trial trial = paper_units().front();
  VirtualRun first(trial.unit, trial.options(), 5), second(trial.unit, trial.options(), 5);
  const auto a = first.run().result(), b = second.run().result();
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(a->breaking_per_s.value, b->breaking_per_s.value);
  EXPECT_EQ(a->requests, b->requests);
  EXPECT_EQ(a->took, b->took);
}

}  // namespace
}  // namespace signalbox::profiler
