// SPDX-License-Identifier: Apache-2.0
//
// What the simulator pays per request below the core: a job through a replica's engine, and an
// event through the queue. A simulated request is one of the first and about three of the second,
// so their sum bounds what any run can reach.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

#include "base/prng.h"
#include "sim/engine/event_queue.h"
#include "sim/engine/llm_profile.h"
#include "sim/engine/replica_engine.h"

namespace {

using namespace signalbox;
using sim::EventQueue;
using sim::JobEvent;
using sim::JobId;
using sim::ReplicaEngine;
using sim::ServiceModel;

// Factors as a run has them: within 5 % of the mean, none of them a round number.
std::vector<double> factors() {
  Prng prng(1);
  std::vector<double> drawn(1024);
  for (double& factor : drawn) factor = 0.95 + 0.1 * prng.uniform();
  return drawn;
}

// Arrive, start and finish with `ahead` jobs before each: 0 is the common case, since a router with
// late binding sends nothing to a replica without a free slot.
void one_slot(benchmark::State& state) {
  const ServiceModel model(core::Profile::single_server(2.0, 0.03), 1);
  ReplicaEngine engine(model);
  std::vector<JobEvent> events;
  const auto sizes = factors();
  std::uint64_t id = 0;
  TimePoint now{};
  const auto arrive = [&] { engine.arrive({JobId{id}, sizes[id % sizes.size()]}, now, events); };
  for (; id < static_cast<std::uint64_t>(state.range(0)); ++id) arrive();
  for (auto _ : state) {
    events.clear();
    arrive();
    ++id;
    now = *engine.next_event();
    engine.advance(now, events);
    benchmark::DoNotOptimize(events.data());
    now += 1us;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(one_slot)->ArgName("ahead")->Arg(0)->Arg(1)->Arg(16);

// A replica that stays full: each job that ends is replaced.
void full_slots(benchmark::State& state) {
  const int slots = static_cast<int>(state.range(0));
  const ServiceModel model(core::Profile::measured({{1, 500ms}, {slots, 900ms}}, 0.03), slots);
  ReplicaEngine engine(model);
  std::vector<JobEvent> events;
  const auto sizes = factors();
  std::uint64_t id = 0;
  TimePoint now{};
  const auto arrive = [&] { engine.arrive({JobId{id}, sizes[id % sizes.size()]}, now, events); };
  for (; id < static_cast<std::uint64_t>(slots); ++id) arrive();
  for (auto _ : state) {
    events.clear();
    now = *engine.next_event();
    engine.advance(now, events);
    arrive();
    ++id;
    benchmark::DoNotOptimize(events.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(full_slots)->ArgName("slots")->Arg(4)->Arg(32);

// A language model's replica that stays full: per job a start, a first token and a finish, however
// many tokens it decodes.
void language_model(benchmark::State& state) {
  const sim::LlmReplica replica = sim::llm_a100();
  const ServiceModel model(replica.profile, replica.slots, replica.shape);
  ReplicaEngine engine(model);
  std::vector<JobEvent> events;
  Prng prng(1);
  std::uint64_t id = 0;
  TimePoint now{};
  const auto arrive = [&] {
    const int prompt = 1 + static_cast<int>(prng.below(2048));
    const int output = 2 + static_cast<int>(prng.below(512));
    engine.arrive({JobId{id++}, 1.0, output, prompt}, now, events);
  };
  for (int i = 0; i < replica.slots; ++i) arrive();
  for (auto _ : state) {
    const std::uint64_t before = engine.finished();
    while (engine.finished() == before) {
      now = *engine.next_event();
      engine.advance(now, events);
    }
    arrive();
    benchmark::DoNotOptimize(events.data());
    events.clear();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(language_model);

// One event out and one in, at a steady number of pending ones.
void event_queue(benchmark::State& state) {
  struct Payload {
    std::uint32_t kind;
    std::uint32_t subject;
    double factor;
  };
  EventQueue<Payload> queue;
  Prng prng(1);
  std::vector<Duration> waits(1 << 20);  // more than a branch predictor learns by heart
  for (Duration& wait : waits) wait = Duration{static_cast<std::int64_t>(prng.below(1'000'000))};
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    queue.push(TimePoint{} + waits[static_cast<std::size_t>(i)], {0, 0, 1.0});
  }
  std::size_t i = 0;
  for (auto _ : state) {
    const auto event = queue.pop();
    queue.push(event.order.at + waits[++i % waits.size()], event.payload);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(event_queue)->ArgName("pending")->Arg(32)->Arg(4096);

}  // namespace
