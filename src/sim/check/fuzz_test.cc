// SPDX-License-Identifier: Apache-2.0
//
// The fuzzer finds nothing in the core as it is, and finds each bug that is planted in it. A bug is
// planted by telling the core something else than the truth: what it then does is what a core with
// that bug would do.
#include "sim/check/fuzz.h"

#include <gtest/gtest.h>

namespace signalbox::sim {
namespace {

void expect_found(const Misinform& bug, const std::string& invariant) {
  const FuzzReport report = fuzz(1, 3000, bug);
  ASSERT_TRUE(report.shrunk) << "the planted bug was not found";
  EXPECT_EQ(report.shrunk->violation.invariant, invariant) << report.shrunk->violation.what;
  // Small, and still the same failure when run again by its name alone.
  const auto again = FuzzCase::parse(report.shrunk->smallest.name());
  ASSERT_TRUE(again);
  const auto result = run_case(*again, bug);
  ASSERT_TRUE(result.violation);
  EXPECT_EQ(result.violation->invariant, invariant);
  const Scenario smallest = scenario_of(*again);
  EXPECT_LE(smallest.faults.size(), 2U) << describe(smallest);
  EXPECT_LE(smallest.fleet.units.size(), 3U) << describe(smallest);
  // And the case is clean without the bug.
  EXPECT_FALSE(run_case(*again).violation);
}

TEST(Fuzz, the_core_as_it_is_keeps_every_invariant) {
  const FuzzReport report = fuzz(1, 300);
  EXPECT_EQ(report.cases, 300U);
  EXPECT_GT(report.requests, 50000U);
  ASSERT_FALSE(report.shrunk) << report.shrunk->violation.invariant << ": "
                              << report.shrunk->violation.what << "\n"
                              << describe(scenario_of(report.shrunk->smallest));
}

TEST(Fuzz, finds_a_disabled_launch_guardrail) {
  expect_found(
      [](core::FleetSpec& fleet) { fleet.control.guardrails.max_launches_per_tick = 1000; },
      "launch-limit");
}

TEST(Fuzz, finds_a_disabled_budget) {
  expect_found([](core::FleetSpec& fleet) { fleet.control.guardrails.budget_usd_per_hour = 0.0; },
               "budget");
}

TEST(Fuzz, finds_an_ignored_constraint) {
  expect_found(
      [](core::FleetSpec& fleet) {
        for (auto& service : fleet.services) {
          service.units.clear();
          for (std::uint32_t i = 0; i < fleet.units.size(); ++i) service.units.emplace_back(i);
          service.weights.clear();
        }
      },
      "forbidden-unit");
}

TEST(Fuzz, finds_a_double_booked_slot) {
  expect_found(
      [](core::FleetSpec& fleet) {
        for (auto& unit : fleet.units) ++unit.slots;
      },
      "slot-overbooked");
}

TEST(Fuzz, finds_an_unbounded_hold_queue) {
  expect_found(
      [](core::FleetSpec& fleet) {
        for (auto& service : fleet.services) service.max_held = 1 << 20;
      },
      "hold-bound");
}

}  // namespace
}  // namespace signalbox::sim
