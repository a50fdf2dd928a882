// SPDX-License-Identifier: Apache-2.0
//
// What it costs to divide the slots of a large fleet among many Routers: 5,000 endpoints of four
// slots in five units, 100 Routers of which 30 are overloaded, others each second. A division must
// not hold up the loop that it shares with everything else the controller does.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/scale/testdata/lease_rig.h"

namespace signalbox::core {
namespace {

using testdata::at;
using testdata::TinyRouter;

constexpr int kRouters = 100;

std::shared_ptr<FleetView> large_fleet(EndpointState state) {
  FleetSpec spec;
  auto view = std::make_shared<FleetView>();
  for (std::uint32_t unit = 0; unit < 5; ++unit) {
    spec.units.push_back(testdata::make_unit("unit" + std::to_string(unit), 1.0, 60));
    spec.units.back().slots = 4;
    for (std::uint64_t n = 0; n < 1000; ++n) {
      view->endpoints.push_back({EndpointId(unit * 10'000 + n), UnitId(unit), state, {}, {}});
    }
  }
  spec.services = {
      testdata::make_service("service", {UnitId(0), UnitId(1), UnitId(2), UnitId(3), UnitId(4)})};
  view->spec = std::make_shared<const FleetSpec>(std::move(spec));
  return view;
}

struct Fleet {
  Fleet() : book(at(0s)), routers(kRouters) {
    book.on_view(*large_fleet(EndpointState::kBooting), at(0s));
    book.on_view(*large_fleet(EndpointState::kReady), at(0s));
    for (std::uint64_t i = 0; i < kRouters; ++i) {
      routers[i].id = RouterId(i + 1);
      book.join(routers[i].id, {}, routers[i].digest(), at(0s));
    }
  }
  // Everybody does as its leases say; who is overloaded moves on.
  std::vector<RouterDigest> serve(int second) {
    std::vector<RouterDigest> digests;
    for (std::size_t i = 0; i < routers.size(); ++i) {
      TinyRouter& router = routers[i];
      router.obey(book.leases(router.id));
      router.in_flight.clear();
      const int wanted = (static_cast<int>(i) + second * 7) % kRouters < 30 ? 400 : 20;
      router.held = std::min(50, wanted - router.start_any(wanted));
      digests.push_back(router.digest());
    }
    return digests;
  }
  LeaseBook book;
  std::vector<TinyRouter> routers;
};

void BM_Divide(benchmark::State& state) {
  Fleet fleet;
  int second = 0;
  for (auto step : state) {
    state.PauseTiming();
    const TimePoint now = at(++second * 1s);
    const auto digests = fleet.serve(second);
    for (std::size_t i = 0; i < digests.size(); ++i) {
      fleet.book.on_report(fleet.routers[i].id, digests[i], now);
    }
    state.ResumeTiming();
    benchmark::DoNotOptimize(fleet.book.divide(now));
  }
}
BENCHMARK(BM_Divide)->Unit(benchmark::kMillisecond)->Iterations(200);

void BM_HundredReports(benchmark::State& state) {
  Fleet fleet;
  fleet.book.divide(at(0s));
  const auto digests = fleet.serve(0);
  for (auto step : state) {
    for (std::size_t i = 0; i < digests.size(); ++i) {
      fleet.book.on_report(fleet.routers[i].id, digests[i], at(1s));
    }
  }
}
BENCHMARK(BM_HundredReports)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace signalbox::core
