// SPDX-License-Identifier: Apache-2.0
//
// Scenario files that are run under Signalbox itself: what was written befalls the fleet, at the
// time at which it was written.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "sim/run/control.h"
#include "sim/run/fleet_run.h"
#include "sim/scenario/scenario_file.h"

namespace signalbox::sim {
namespace {

Scenario scenario_at(const std::string& path) {
  auto traces =
      TraceDirectory::find(TraceDirectory::Places{.option = {}, .environment = {}, .beside = ""});
  auto scenario = load_scenario(path, *traces);
  EXPECT_TRUE(scenario.ok()) << (scenario.ok() ? "" : scenario.error().message);
  return scenario.ok() ? std::move(*scenario) : Scenario{};
}

RunResult run(const Scenario& scenario) {
  auto control = std::make_unique<SignalboxControl>(
      std::make_shared<const core::FleetSpec>(scenario.fleet), TimePoint{});
  return FleetRun(scenario, std::move(control), {.seed = 1, .history = true}).run();
}

const HistorySlot& slot_at(const RunResult& result, Duration since) {
  for (const HistorySlot& slot : result.history) {
    if (slot.from + result.slot > TimePoint{} + since) return slot;
  }
  return result.history.back();
}

TEST(TheExampleScenario, runs_short_of_inf2_and_loses_no_request) {
  const Scenario scenario = scenario_at("examples/scenarios/shortage.yaml");
  ASSERT_EQ(scenario.name, "shortage");
  const RunResult result = run(scenario);
  // Half an hour of the wave's first is not reported: 20/s * 6 h / 2 less a little.
  EXPECT_GT(result.totals.requests, 200'000U);
  EXPECT_LT(result.totals.requests, 217'000U);
  EXPECT_EQ(result.totals.failed, 0U);
  EXPECT_GT(result.totals.refused_launches, 0U);
  EXPECT_GE(result.totals.lost_replicas, 1U);
  // The launch that is refused first is what ends the cost mode that was reached before.
  std::vector<core::ModeChange> changes;
  for (const auto& change : result.mode_changes) {
    if (change.at >= TimePoint{} + scenario.report_from) changes.push_back(change);
  }
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].to, core::Mode::kCapacityOptimized);
  EXPECT_NE(changes[0].evidence.find("sd21-inf2-neuron refused"), std::string::npos);
  EXPECT_GE(changes[0].at, TimePoint{} + 100min);
  EXPECT_LT(changes[0].at, TimePoint{} + 3h);
  EXPECT_EQ(changes[1].to, core::Mode::kCostOptimized);
  EXPECT_GE(changes[1].at, TimePoint{} + 4h);
  // No inf2 is added from the beginning of the shortage to its end.
  const int before = slot_at(result, 99min).ready[0] + slot_at(result, 99min).booting[0];
  EXPECT_GT(before, 0);
  EXPECT_LE(slot_at(result, 179min).ready[0], before);
  EXPECT_LE(slot_at(result, 185min).ready[0], (before + 1) / 2);
  for (const HistorySlot& slot : result.history) EXPECT_LE(slot.ready[0] + slot.booting[0], 20);
}

TEST(AScenarioOfTwoZones, has_fixed_servers_spot_that_vanishes_and_a_zone_that_is_lost) {
  const Scenario scenario = scenario_at("src/sim/scenario/testdata/zones.yaml");
  ASSERT_EQ(scenario.name, "zones");
  const RunResult result = run(scenario);
  EXPECT_EQ(result.totals.failed, 0U);
  EXPECT_GT(result.forwarded[2], 0U);              // the rack serves, launched by nobody
  EXPECT_EQ(slot_at(result, 5min).ready[2], 2);    // from the start
  EXPECT_GT(result.forwarded[3], 0U);              // and the language model, asked by name
  EXPECT_GT(slot_at(result, 29min).ready[0], 0);   // spot
  EXPECT_EQ(slot_at(result, 35min).ready[0], 0);   // gone with its capacity, after the notice
  EXPECT_GT(slot_at(result, 58min).ready[1], 0);   // what serves in its place
  EXPECT_EQ(slot_at(result, 65min).ready[1], 0);   // with its zone
  EXPECT_GT(slot_at(result, 119min).ready[1], 0);  // healed
}

}  // namespace
}  // namespace signalbox::sim
