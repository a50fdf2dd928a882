// SPDX-License-Identifier: Apache-2.0
//
// How many requests of S1 are simulated in a second on one core, by the very Router and Controller
// that serve, all 45 hours of it. Google Benchmark's items are requests.
#include <benchmark/benchmark.h>

#include <memory>

#include "sim/run/control.h"
#include "sim/run/fleet_run.h"
#include "sim/scenario/s1_paper_replay.h"

namespace {

using namespace signalbox;

void s1(benchmark::State& state) {
  const sim::Scenario scenario = sim::s1_paper_replay(sim::PaperFaults::kShortage);
  const auto spec = std::make_shared<const core::FleetSpec>(scenario.fleet);
  std::uint64_t requests = 0;
  std::uint64_t seed = 0;
  for (auto _ : state) {
    auto control = std::make_unique<sim::SignalboxControl>(spec, TimePoint{});
    const auto result = sim::FleetRun(scenario, std::move(control), {.seed = ++seed}).run();
    for (const auto forwarded : result.forwarded) requests += forwarded;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(requests));
}
BENCHMARK(s1)->Unit(benchmark::kSecond);

}  // namespace
