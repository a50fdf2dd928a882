// SPDX-License-Identifier: Apache-2.0
//
// What a decision costs: a request decided and its outcome taken, explanation included, on fleets
// of 16 units. Nothing else of the gateway runs here, so the figure is the core's alone.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "core/route/router.h"

namespace {

using namespace signalbox;

constexpr std::uint32_t kUnits = 16;

std::shared_ptr<const core::FleetView> fleet_of(int endpoints) {
  auto spec = std::make_shared<core::FleetSpec>();
  auto view = std::make_shared<core::FleetView>();
  core::ServiceSpec service;
  service.name = "images";
  service.paths = {"/genimage"};
  for (std::uint32_t i = 0; i < kUnits; ++i) {
    core::UnitSpec unit;
    unit.name = "unit-" + std::to_string(i);
    unit.profile = core::Profile::single_server(1.0 + 0.1 * i, 0.03);
    spec->units.push_back(unit);
    service.units.emplace_back(i);
    core::UnitView unit_view;
    unit_view.cost_usd_per_request = 0.0001 * (1 + i);
    unit_view.ready = endpoints / static_cast<int>(kUnits);
    view->units.push_back(unit_view);
  }
  spec->services = {service};
  for (int i = 0; i < endpoints; ++i) {
    core::EndpointView endpoint;
    endpoint.id = EndpointId(static_cast<std::uint64_t>(i) + 1);
    endpoint.unit = UnitId(static_cast<std::uint32_t>(i) % kUnits);
    endpoint.state = core::EndpointState::kReady;
    view->endpoints.push_back(endpoint);
  }
  view->version = 1;
  view->services.resize(1);
  view->spec = spec;
  return view;
}

void decide_and_complete(benchmark::State& state) {
  core::Router router(1);
  core::Router::Decisions decisions;
  TimePoint now{};
  router.on_view(fleet_of(static_cast<int>(state.range(0))), now, decisions);
  core::Outcome outcome;
  outcome.status = 200;
  std::uint64_t id = 0;
  for (auto _ : state) {
    decisions.clear();
    router.on_request(RequestId(++id), {"/genimage", {}, true}, now, decisions);
    benchmark::DoNotOptimize(decisions.back());
    now += 1us;
    router.on_outcome(RequestId(id), outcome, now, decisions);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(decide_and_complete)->Arg(16)->Arg(128)->Arg(1024);

}  // namespace
