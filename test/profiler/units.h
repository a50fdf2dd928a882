// SPDX-License-Identifier: Apache-2.0
//
// The units that the profiler is tried on, with what is owed to their clients: the paper's five,
// which serve one request at a time, and one of every other kind.
#pragma once

#include <string>
#include <vector>

#include "core/model/profile.h"
#include "test/profiler/virtual_unit.h"

namespace signalbox::profiler {

struct Trial {
  VirtualUnit unit;
  core::Objective objective;
  Task task = Task::kPlain;

  SearchOptions options() const {
    SearchOptions options;
    options.task = task;
    options.objective = objective;
    if (task == Task::kChat) {
      options.prompt_tokens = unit.prompt_tokens;
      options.output_tokens = unit.output_tokens;
    }
    return options;
  }
};

// Plateaus per minute of Figure 4 of Biran and Kissos (arXiv 2503.20074), as in
// examples/paper.yaml.
inline std::vector<Trial> paper_units() {
  struct Row {
    const char* name;
    double per_min;
  };
  constexpr Row kRows[] = {{"sd21-inf2-neuron", 123},
                           {"sd21-trn1-neuron", 138},
                           {"sd21-g5-triton", 100},
                           {"sd21-g6-triton", 65},
                           {"sd21-g5-cuda", 71}};
  constexpr double kSpread = 0.05;
  std::vector<Trial> trials;
  for (const Row& row : kRows) {
    const auto profile = core::Profile::single_server(row.per_min / 60.0, kSpread);
    trials.push_back(
        {{row.name, sim::ServiceModel(profile, 1), kSpread}, {.latency = 2s, .quantile = 0.99}});
  }
  return trials;
}

inline std::vector<Trial> other_units() {
  const auto curve = [](std::vector<core::Profile::Point> points) {
    return core::Profile::measured(std::move(points), 0.05);
  };
  const auto any = core::Profile::single_server(1.0, 0.0);
  std::vector<Trial> trials;
  trials.push_back({{"four side by side", sim::ServiceModel(curve({{1, 800ms}, {4, 800ms}}), 4)},
                    {.latency = 2s, .quantile = 0.95}});
  trials.push_back({{"eight that slow each other down",
                     sim::ServiceModel(curve({{1, 300ms}, {2, 350ms}, {4, 500ms}, {8, 900ms}}), 8)},
                    {.latency = 1500ms, .quantile = 0.95}});
  trials.push_back({{"batches of eight",
                     sim::ServiceModel(curve({{1, 400ms}, {8, 1100ms}}), 8, {.max_batch = 8})},
                    {.latency = 3s, .quantile = 0.95}});
  trials.push_back(
      {{"a language model of 16 slots",
        sim::ServiceModel(
            any, 16, {.prefill_tokens_per_s = 6000, .decode_base = 18ms, .decode_per_job = 600us}),
        0.0, 256, 64},
       {.latency = 10s, .quantile = 0.95, .first_token = 600ms, .per_token = 40ms},
       Task::kChat});
  trials.push_back(
      {{"a language model of 32 slots",
        sim::ServiceModel(
            any, 32, {.prefill_tokens_per_s = 12000, .decode_base = 12ms, .decode_per_job = 300us}),
        0.0, 256, 64},
       {.latency = 2s, .quantile = 0.99},
       Task::kChat});
  return trials;
}

// The rate of a replica that is never without work.
inline double true_plateau(const VirtualUnit& unit) {
  constexpr int kRequests = 3000;
  sim::ReplicaEngine engine(unit.model);
  std::vector<sim::JobEvent> events;
  Prng prng(1);
  for (int i = 0; i < kRequests; ++i) {
    engine.arrive({.id = sim::JobId(static_cast<std::uint64_t>(i)),
                   .factor = draw_factor(prng, unit.spread),
                   .output_tokens = unit.output_tokens,
                   .prompt_tokens = unit.prompt_tokens},
                  TimePoint{}, events);
  }
  TimePoint last{};
  while (const auto event = engine.next_event()) engine.advance(last = *event, events);
  return kRequests / to_seconds(last - TimePoint{});
}

}  // namespace signalbox::profiler
