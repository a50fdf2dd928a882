// SPDX-License-Identifier: Apache-2.0
//
// What KEDA waits for: one GetMetrics of a fleet of 50 units, as the handler answers it, and as a
// caller on loopback hears it over gRPC, with the slowest of a hundred named. KEDA holds a lock
// while it waits, so answers must take less than a millisecond.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <vector>

#include "adapters/keda_scaler.h"
#include "adapters/keda_scaler.pb.h"
#include "core/model/testdata/fleets.h"
#include "http/grpc_caller.h"
#include "net/loop_thread.h"

namespace signalbox {
namespace {

constexpr const char* kUnit = "unit-37";

std::shared_ptr<const core::FleetView> view_of_fifty() {
  auto spec = std::make_shared<core::FleetSpec>();
  auto view = std::make_shared<core::FleetView>();
  for (int i = 0; i < 50; ++i) {
    spec->units.push_back(core::testdata::make_unit("unit-" + std::to_string(i), 1.0, 1.0));
    spec->units.back().managed = true;
    view->units.emplace_back().wanted = i;
  }
  view->spec = spec;
  return view;
}

std::string request() {
  externalscaler::GetMetricsRequest asked;
  asked.set_metricname(adapters::wanted_metric_of(kUnit));
  auto& object = *asked.mutable_scaledobjectref();
  object.set_name("unit");
  (*object.mutable_scalermetadata())["unit"] = kUnit;
  return asked.SerializeAsString();
}

void answer(benchmark::State& state) {
  adapters::KedaScaler scaler;
  scaler.on_view(view_of_fifty());
  const std::string asked = request();
  for (auto _ : state) benchmark::DoNotOptimize(scaler.metrics(asked));
}
BENCHMARK(answer);

void over_grpc(benchmark::State& state) {
  net::LoopThread loop("scaler");
  adapters::KedaScaler scaler;
  scaler.on_view(view_of_fifty());
  http::GrpcServer server(loop.io());
  scaler.serve(server);
  const auto address = server.listen({"127.0.0.1", 0});
  loop.start();
  const std::string asked = request();
  std::vector<double> micros;
  {
    http::Caller caller(*address);
    for (auto _ : state) {
      const auto before = std::chrono::steady_clock::now();
      const auto& heard = caller.ask("/externalscaler.ExternalScaler/GetMetrics", asked);
      if (heard.messages.size() != 1) state.SkipWithError("no answer");
      const auto took = std::chrono::steady_clock::now() - before;
      micros.push_back(std::chrono::duration<double, std::micro>(took).count());
    }
  }
  loop.stop();
  std::sort(micros.begin(), micros.end());
  state.counters["p50_us"] = micros[micros.size() / 2];
  state.counters["p99_us"] = micros[micros.size() * 99 / 100];
  state.counters["slowest_us"] = micros.back();
}
BENCHMARK(over_grpc)->Iterations(20'000)->UseRealTime();

}  // namespace
}  // namespace signalbox
