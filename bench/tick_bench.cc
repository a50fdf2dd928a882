// SPDX-License-Identifier: Apache-2.0
//
// What one control tick costs once a fleet has settled: the Router's digest, the Controller taking
// it, its decision, and the Router taking the new view. Demand wavers slowly and carries Poisson
// noise, launches boot and stops are obeyed, so plans move as they do in service. No request is
// sent: their numbers are written into the digest, so the figure is the tick's alone.
//
// `allocations` counts calls of operator new per tick.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <variant>

#include "base/prng.h"
#include "core/route/router.h"
#include "core/scale/controller.h"

namespace {

std::uint64_t allocations = 0;  // one thread only

}  // namespace

// Not inlined, or the compiler sees malloc meet delete and warns of a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using namespace signalbox;

struct Fleet {
  std::uint32_t units;
  int replicas_per_unit;  // the operator's quota
  double rate_per_s;
};

// Units of rising price per request, so that a plan fills them in order.
std::shared_ptr<const core::FleetSpec> spec_of(const Fleet& fleet) {
  auto spec = std::make_shared<core::FleetSpec>();
  core::ServiceSpec service;
  service.name = "images";
  service.paths = {"/genimage"};
  for (std::uint32_t i = 0; i < fleet.units; ++i) {
    core::UnitSpec unit;
    unit.name = "unit-" + std::to_string(i);
    unit.price_usd_per_hour = 0.75 + 0.05 * i;
    unit.profile = core::Profile::single_server(1.2, 0.05);
    unit.managed = true;
    unit.max_replicas = fleet.replicas_per_unit;
    spec->units.push_back(unit);
    service.units.emplace_back(i);
  }
  spec->services = {service};
  return spec;
}

// The number of arrivals in one second at `rate`: Poisson, by its normal limit.
std::uint64_t arrivals(double rate, Prng& prng) {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - prng.uniform()));
  const double normal = radius * std::cos(6.283185307179586 * prng.uniform());
  return static_cast<std::uint64_t>(std::max(0.0, rate + std::sqrt(rate) * normal + 0.5));
}

class World {
 public:
  explicit World(const Fleet& fleet)
      : fleet_(fleet), controller_(spec_of(fleet), TimePoint{}), router_(1) {}

  void tick() {
    now_ += 1s;
    answer();
    const double phase = to_seconds(now_.time_since_epoch()) / 54000.0;  // the paper's 900 minutes
    arrived_ +=
        arrivals(fleet_.rate_per_s * (1.0 - 0.1 * std::cos(6.283185307179586 * phase)), prng_);
    router_.digest(now_, digest_);
    if (controller_.view() != nullptr) {
      digest_.services[0].arrivals = arrived_;
      digest_.services[0].work = static_cast<double>(arrived_);
      digest_.services[0].work_squared = static_cast<double>(arrived_);
      digest_.services[0].completed = arrived_;
      controller_.on_digest(digest_, now_);
    }
    const core::Plan& plan = controller_.tick(now_);
    for (const core::Command& command : plan.commands) commands_.emplace_back(now_, command);
    decisions_.clear();
    router_.on_view(controller_.view(), now_, decisions_);
  }

  std::size_t endpoints() const { return controller_.view()->endpoints.size(); }

 private:
  // Launches boot for ten minutes, stops take a second.
  void answer() {
    while (!commands_.empty()) {
      const auto& [given, command] = commands_.front();
      if (const auto* stop = std::get_if<core::StopEndpoint>(&command)) {
        say(core::EndpointGone{stop->endpoint, "stopped"});
      } else {
        booting_.emplace_back(given + 600s, std::get<core::LaunchEndpoint>(command).endpoint);
      }
      commands_.pop_front();
    }
    while (!booting_.empty() && booting_.front().first <= now_) {
      say(core::EndpointReady{booting_.front().second, {"127.0.0.1", 9000}});
      booting_.pop_front();
    }
  }
  template <class Body>
  void say(Body body) {
    controller_.on_signal(core::Signal{now_, "actuator", std::move(body)}, now_);
  }

  Fleet fleet_;
  Prng prng_{1};
  TimePoint now_{};
  core::Controller controller_;
  core::Router router_;
  core::RouterDigest digest_;
  core::Router::Decisions decisions_;
  std::uint64_t arrived_ = 0;
  std::deque<std::pair<TimePoint, core::Command>> commands_;
  std::deque<std::pair<TimePoint, EndpointId>> booting_;
};

void tick(benchmark::State& state, const Fleet& fleet) {
  World world(fleet);
  for (int i = 0; i < 3600; ++i) world.tick();
  const std::uint64_t before = allocations;
  for (auto _ : state) world.tick();
  state.SetItemsProcessed(state.iterations());
  state.counters["endpoints"] = static_cast<double>(world.endpoints());
  state.counters["allocations"] = benchmark::Counter(static_cast<double>(allocations - before),
                                                     benchmark::Counter::kAvgIterations);
}
BENCHMARK_CAPTURE(tick, 5_units_25_endpoints, Fleet{5, 6, 21.0});
BENCHMARK_CAPTURE(tick, 16_units_1024_endpoints, Fleet{16, 75, 1180.0});

}  // namespace
