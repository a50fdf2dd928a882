// SPDX-License-Identifier: Apache-2.0
//
// 100 gateways before 5,000 endpoints, on the virtual clock: what slot leases cost against one
// Router that sees everything, with the load uneven and moving, and with a crash, a new leader and
// a controller that is gone for 30 s. The figures are counters; the time is only what it takes
// here.
#include <benchmark/benchmark.h>

#include "sim/run/gateways_run.h"

namespace {

using namespace signalbox;

void run(benchmark::State& state, sim::GatewaysScenario scenario) {
  sim::GatewaysResult result;
  for (auto step : state) result = sim::run_gateways(scenario, 1);
  state.counters["requests"] = static_cast<double>(result.requests);
  state.counters["in_time_share"] = result.in_time_share;
  state.counters["overruns"] = static_cast<double>(result.overruns);
  state.counters["rejected"] = static_cast<double>(result.rejected);
  state.counters["idle_while_held"] = result.idle_while_held;
  state.counters["held_share"] = result.held_share;
  state.counters["divisions"] = static_cast<double>(result.divisions);
}

sim::GatewaysScenario troubled() {
  sim::GatewaysScenario scenario;
  scenario.length = 90s;
  scenario.crash_at = 15s;
  scenario.new_leader_at = 30s;
  scenario.controller_dies_at = 50s;
  return scenario;
}

sim::GatewaysScenario of_one(sim::GatewaysScenario scenario) {
  scenario.gateways = 1;
  return scenario;
}

BENCHMARK_CAPTURE(run, one_router, of_one({}))->Iterations(1)->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(run, hundred_gateways, {})->Iterations(1)->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(run, one_router_90_s, of_one(troubled()))
    ->Iterations(1)
    ->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(run, hundred_gateways_in_trouble, troubled())
    ->Iterations(1)
    ->Unit(benchmark::kSecond);

}  // namespace
