// SPDX-License-Identifier: Apache-2.0
//
// What a decision costs: a request decided and its outcome taken, explanation included. Nothing
// else of the gateway runs here, so the figure is the core's alone. Three cases: an idle fleet of
// 16 units, where each answers at once; fleets kept at nine tenths of their slots, where requests
// take as long as their profiles say; and a queue that never empties, where each slot that frees is
// given to a held request. The last two include the little event queue that plays the servers.
#include <benchmark/benchmark.h>

#include <functional>
#include <memory>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "base/prng.h"
#include "core/route/router.h"
#include "core/route/testdata/allocations.h"

namespace {

using namespace signalbox;

std::shared_ptr<const core::FleetView> fleet_of(int units, int endpoints) {
  auto spec = std::make_shared<core::FleetSpec>();
  auto view = std::make_shared<core::FleetView>();
  core::ServiceSpec service;
  service.name = "images";
  service.paths = {"/genimage"};
  for (int i = 0; i < units; ++i) {
    core::UnitSpec unit;
    unit.name = "unit-" + std::to_string(i);
    unit.profile = core::Profile::single_server(1.0 + 0.1 * i, 0.03);
    spec->units.push_back(unit);
    service.units.emplace_back(static_cast<std::uint32_t>(i));
    core::UnitView unit_view;
    unit_view.cost_usd_per_request = 0.0001 * (1 + i);
    unit_view.ready = endpoints / units;
    view->units.push_back(unit_view);
  }
  spec->services = {service};
  for (int i = 0; i < endpoints; ++i) {
    core::EndpointView endpoint;
    endpoint.id = EndpointId(static_cast<std::uint64_t>(i) + 1);
    endpoint.unit = UnitId(static_cast<std::uint32_t>(i % units));
    endpoint.state = core::EndpointState::kReady;
    view->endpoints.push_back(endpoint);
  }
  view->version = 1;
  view->services.resize(1);
  view->spec = spec;
  return view;
}

// Reports what was allocated per request since `before`.
void report(benchmark::State& state, std::uint64_t before) {
  const auto requests = static_cast<double>(state.iterations());
  state.counters["allocations_per_request"] =
      static_cast<double>(core::testdata::allocations - before) / requests;
  state.SetItemsProcessed(state.iterations());
}

void decide_and_complete(benchmark::State& state) {
  core::Router router(1);
  core::Router::Decisions decisions;
  TimePoint now{};
  router.on_view(fleet_of(16, static_cast<int>(state.range(0))), now, decisions);
  core::Outcome outcome;
  outcome.status = 200;
  std::uint64_t id = 0;
  const auto once = [&] {
    decisions.clear();
    router.on_request(RequestId(++id), {"/genimage", {}, true}, now, decisions);
    benchmark::DoNotOptimize(decisions.back());
    now += 1us;
    router.on_outcome(RequestId(id), outcome, now, decisions);
  };
  once();
  const auto before = core::testdata::allocations;
  for (auto _ : state) once();
  report(state, before);
}
BENCHMARK(decide_and_complete)->Arg(16)->Arg(128)->Arg(1024);

// Servers that take as long as their unit's profile says, give or take 3 %.
class Servers {
 public:
  explicit Servers(int units) {
    for (int i = 0; i < units; ++i) service_time_.push_back(from_seconds(1.0 / (1.0 + 0.1 * i)));
    std::vector<Ending> room;
    room.reserve(4096);
    endings_ = decltype(endings_)(std::greater<>(), std::move(room));
  }

  void take(const core::Router::Decisions& decisions) {
    for (const auto& decision : decisions) {
      if (decision.action != core::Action::kForward) continue;
      const double factor = 0.97 + 0.06 * noise_.uniform();
      const Duration takes = scale(service_time_[decision.unit.index()], factor);
      endings_.emplace(decision.at + takes, decision.request.value);
    }
  }
  std::pair<TimePoint, RequestId> next() {
    const auto [at, request] = endings_.top();
    endings_.pop();
    return {at, RequestId(request)};
  }
  std::size_t busy() const { return endings_.size(); }

 private:
  using Ending = std::pair<TimePoint, std::uint64_t>;
  std::vector<Duration> service_time_;
  std::priority_queue<Ending, std::vector<Ending>, std::greater<>> endings_;
  Prng noise_{7};
};

// One request ends and another comes, with so many in the system all the time.
void keep_in_system(benchmark::State& state, int in_system) {
  const int units = static_cast<int>(state.range(0));
  const int endpoints = static_cast<int>(state.range(1));
  core::Router router(1);
  core::Router::Decisions decisions;
  Servers servers(units);
  TimePoint now{};
  router.on_view(fleet_of(units, endpoints), now, decisions);
  core::Outcome outcome;
  outcome.status = 200;
  std::uint64_t id = 0;
  const auto ask = [&] {
    decisions.clear();
    router.on_request(RequestId(++id), {"/genimage", {}, true}, now, decisions);
    servers.take(decisions);
  };
  const auto end_one = [&] {
    decisions.clear();
    const auto [at, request] = servers.next();
    now = at;
    if (router.next_deadline() <= now) router.on_timer(now, decisions);
    router.on_outcome(request, outcome, now, decisions);
    servers.take(decisions);
  };
  for (int i = 0; i < in_system; ++i) ask();
  for (int i = 0; i < 10'000; ++i) {
    end_one();
    ask();
  }
  const auto before = core::testdata::allocations;
  for (auto _ : state) {
    end_one();
    ask();
    benchmark::DoNotOptimize(decisions.data());
  }
  report(state, before);
  state.counters["slots_in_use"] = static_cast<double>(servers.busy()) / endpoints;
}

void nine_tenths_busy(benchmark::State& state) {
  keep_in_system(state, static_cast<int>(state.range(1)) * 9 / 10);
}
BENCHMARK(nine_tenths_busy)->Args({5, 25})->Args({16, 1024});

void hold_and_release(benchmark::State& state) {
  keep_in_system(state, static_cast<int>(state.range(1)) + 100);
}
BENCHMARK(hold_and_release)->Args({5, 250})->Args({16, 1024});

}  // namespace
