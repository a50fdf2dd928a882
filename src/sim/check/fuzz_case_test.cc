// SPDX-License-Identifier: Apache-2.0
#include "sim/check/fuzz_case.h"

#include <gtest/gtest.h>

#include <set>

namespace signalbox::sim {
namespace {

TEST(FuzzCase, a_name_says_the_seed_and_what_was_left_out) {
  using Kind = Reduction::Kind;
  const FuzzCase fuzz_case{4711, {{Kind::kFault, 2}, {Kind::kUnit, 0}, {Kind::kHalve, 0}}};
  EXPECT_EQ(fuzz_case.name(), "4711-f2-u0-h");
  const auto parsed = FuzzCase::parse(fuzz_case.name());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->name(), fuzz_case.name());
}

TEST(FuzzCase, other_texts_name_no_case) {
  for (const char* text : {"", "x", "12-", "12-q1", "12-f", "12f1", "12--h", "-h", "12-h3"}) {
    EXPECT_FALSE(FuzzCase::parse(text)) << text;
  }
}

TEST(FuzzCase, equal_names_draw_equal_scenarios_and_other_seeds_others) {
  EXPECT_EQ(describe(scenario_of({5, {}})), describe(scenario_of({5, {}})));
  std::set<std::string> drawn;
  for (std::uint64_t seed = 0; seed < 50; ++seed) drawn.insert(describe(scenario_of({seed, {}})));
  EXPECT_EQ(drawn.size(), 50U);
}

TEST(FuzzCase, every_reduction_leaves_a_scenario_that_can_run) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    FuzzCase fuzz_case{seed, {}};
    for (int depth = 0; depth < 60; ++depth) {
      const auto scenario = scenario_of(fuzz_case);
      ASSERT_FALSE(scenario.fleet.units.empty());
      ASSERT_FALSE(scenario.fleet.services.empty());
      ASSERT_EQ(scenario.traffic.size(), scenario.fleet.services.size());
      for (const auto& service : scenario.fleet.services) {
        ASSERT_FALSE(service.units.empty());
        for (const UnitId unit : service.units) {
          ASSERT_LT(unit.index(), scenario.fleet.units.size());
        }
      }
      for (const auto& fault : scenario.faults) {
        ASSERT_LT(fault.unit.index(), scenario.fleet.units.size());
      }
      fuzz_case.reductions.push_back(possible_reductions(scenario).front());
    }
  }
}

}  // namespace
}  // namespace signalbox::sim
