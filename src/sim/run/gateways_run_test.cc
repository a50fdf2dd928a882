// SPDX-License-Identifier: Apache-2.0
//
// Small fleets of many gateways through everything that befalls the large one in bench/: nothing is
// overrun, and little is lost against one Router that sees it all.
#include "sim/run/gateways_run.h"

#include <gtest/gtest.h>

namespace signalbox::sim {
namespace {

GatewaysScenario small() {
  GatewaysScenario scenario;
  scenario.gateways = 8;
  scenario.units = 3;
  scenario.endpoints = 120;
  scenario.length = 40s;
  return scenario;
}

double one_router(GatewaysScenario scenario, std::uint64_t seed) {
  scenario.gateways = 1;
  return run_gateways(scenario, seed).in_time_share;
}

TEST(GatewaysRun, many_gateways_serve_nearly_as_well_as_one_router) {
  const GatewaysResult many = run_gateways(small(), 1);
  EXPECT_EQ(many.overruns, 0U);
  EXPECT_EQ(many.rejected, 0U);
  EXPECT_GT(many.requests, 5'000U);
  EXPECT_GT(many.in_time_share, 0.99 * one_router(small(), 1));
}

TEST(GatewaysRun, equal_seeds_give_equal_runs) {
  EXPECT_EQ(run_gateways(small(), 3).digest(), run_gateways(small(), 3).digest());
  EXPECT_NE(run_gateways(small(), 3).digest(), run_gateways(small(), 4).digest());
}

TEST(GatewaysRun, nothing_is_overrun_whatever_happens) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    GatewaysScenario scenario = small();
    scenario.load = 0.9;
    scenario.lost = 0.05;
    scenario.late = 0.1;
    scenario.crash_at = 8s;
    scenario.new_leader_at = 15s;
    scenario.controller_dies_at = 22s;
    scenario.controller_is_away = 10s;
    const GatewaysResult result = run_gateways(scenario, seed);
    EXPECT_EQ(result.overruns, 0U) << "seed " << seed;
    EXPECT_GT(result.in_time_share, 0.5) << "seed " << seed;
  }
}

TEST(GatewaysRun, while_the_controller_is_dead_gateways_go_on) {
  GatewaysScenario scenario = small();
  scenario.load = 0.5;
  scenario.spread = 0.2;
  scenario.controller_dies_at = 5s;
  scenario.controller_is_away = 30s;
  const GatewaysResult result = run_gateways(scenario, 1);
  EXPECT_EQ(result.overruns, 0U);
  EXPECT_EQ(result.rejected, 0U);
  EXPECT_GT(result.in_time_share, 0.9);
}

}  // namespace
}  // namespace signalbox::sim
