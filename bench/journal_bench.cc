// SPDX-License-Identifier: Apache-2.0
//
// What the input log costs: the append that a request pays for under the Router's lock, the whole
// of encoding and writing behind it, and reading it back. Items are requests, each with its
// outcome.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <thread>

#include "core/model/decision.h"
#include "journal/input_log_reader.h"
#include "journal/input_log_thread.h"
#include "journal/input_log_writer.h"
#include "journal/temporary_directory.h"

namespace {

using namespace signalbox;

// A forward among four units, as the paper's service would give.
core::Decision a_decision(std::uint64_t id) {
  core::Decision decision;
  decision.request = RequestId(id);
  decision.action = core::Action::kForward;
  decision.unit = UnitId(1);
  decision.endpoint = EndpointId(42);
  for (std::uint32_t unit = 0; unit < 4; ++unit) {
    decision.candidates.push_back(
        {UnitId(unit), core::Verdict::kDearer, EndpointId(40 + unit), 500ms, 0.99, 0.0002});
  }
  return decision;
}

void one_request(journal::InputSink& sink, std::uint64_t id) {
  static core::Decision decision = a_decision(0);
  const TimePoint now{Duration{static_cast<std::int64_t>(id) * 500'000}};
  decision.request = RequestId(id);
  core::RequestFacts facts;
  facts.path = "/v1/images/generations";
  facts.model = "stable-diffusion-2.1";
  sink.router_request(RequestId(id), facts, now, std::span(&decision, 1));
  const core::Outcome outcome{core::OutcomeKind::kCompleted, 200, 480ms, true};
  sink.router_outcome(RequestId(id > 100 ? id - 100 : 0), outcome, now + 1us, {});
}

std::unique_ptr<journal::InputLogWriter> open(const std::string& directory) {
  journal::InputLogOptions options;
  options.directory = directory;
  options.drop_oldest = true;  // the bench outlasts any bound
  auto writer = journal::InputLogWriter::open(options);
  return std::move(*writer);
}

// In the caller's time: bursts that fit into the buffer, the log's thread catching up in between.
void append(benchmark::State& state) {
  constexpr std::uint64_t kBurst = 4000;
  const journal::testing::TemporaryDirectory directory;
  journal::InputLogThread::Options options;
  options.flush_every = 1ms;
  journal::InputLogThread log(open(directory.path()), options);
  std::uint64_t id = 0;
  for (auto _ : state) {
    for (std::uint64_t i = 0; i < kBurst; ++i) one_request(log, ++id);
    state.PauseTiming();
    while (log.status().requests + log.status().lost_calls < id) std::this_thread::yield();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(id));
  state.counters["lost"] = static_cast<double>(log.status().lost_calls);
}
BENCHMARK(append)->Unit(benchmark::kMicrosecond);

void write(benchmark::State& state) {
  const journal::testing::TemporaryDirectory directory;
  const auto log = open(directory.path());
  std::uint64_t id = 0;
  for (auto _ : state) one_request(*log, ++id);
  state.SetItemsProcessed(static_cast<std::int64_t>(id));
  state.counters["bytes_a_request"] =
      static_cast<double>(log->status().bytes) / static_cast<double>(id);
}
BENCHMARK(write);

void read(benchmark::State& state) {
  const journal::testing::TemporaryDirectory directory;
  constexpr std::uint64_t kRequests = 100'000;
  {
    const auto log = open(directory.path());
    for (std::uint64_t id = 1; id <= kRequests; ++id) one_request(*log, id);
  }
  for (auto _ : state) {
    auto log = journal::InputLogReader::open(directory.path());
    journal::InputRecord record;
    while (log->next(record)) benchmark::DoNotOptimize(record);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(kRequests) * state.iterations());
}
BENCHMARK(read)->Unit(benchmark::kMillisecond);

}  // namespace
