// SPDX-License-Identifier: Apache-2.0
//
// How exact the profiler is, in one run: for each simulated unit, twenty measurements of at most
// two minutes of virtual time, against what weeks of the same unit show. The counters are the
// result; the time is that of one measurement.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "test/profiler/units.h"

namespace signalbox::profiler {
namespace {

constexpr int kSeeds = 20;
constexpr int kHeldOutSeeds = 4;
constexpr double kLoads[] = {0.2, 0.4, 0.5, 0.7, 0.9};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0.0 : values[values.size() / 2];
}

void profile_unit(benchmark::State& state, const Trial& trial) {
  const double plateau = true_plateau(trial.unit);
  const int requests = trial.task == Task::kChat ? 100'000 : 1'000'000;
  const double breaking = true_breaking(trial.unit, plateau, trial.objective, requests);
  std::vector<LongRun> truths;
  for (const double load : kLoads) {
    truths.push_back(long_run(trial.unit, load * plateau, trial.objective, requests / 5, 7));
  }
  std::vector<double> errors, plateau_errors, held_out;
  double longest_s = 0.0;
  int held = 0, measured = 0;
  for (auto _ : state) {
    for (int seed = 1; seed <= kSeeds; ++seed) {
      VirtualRun run(trial.unit, trial.options(), static_cast<std::uint64_t>(seed));
      const Profiler& profiler = run.run();
      const auto result = profiler.result();
      if (!result.ok()) continue;
      ++measured;
      errors.push_back(std::abs(result->breaking_per_s.value / breaking - 1.0));
      plateau_errors.push_back(std::abs(result->plateau_per_s.value / plateau - 1.0));
      longest_s = std::max(longest_s, to_seconds(result->took));
      held += result->breaking_per_s.low <= breaking && breaking <= result->breaking_per_s.high;
      for (std::size_t i = 0; seed <= kHeldOutSeeds && i < truths.size(); ++i) {
        const auto expected =
            profiler.fitted().model.expected(kLoads[i] * plateau, trial.objective.quantile);
        held_out.push_back(std::abs(expected.mean_s / truths[i].mean_s - 1.0));
        held_out.push_back(std::abs(expected.quantile_s / truths[i].quantile_s - 1.0));
      }
    }
  }
  state.counters["measured"] = measured;
  state.counters["breaking_per_s"] = breaking;
  state.counters["worst_%"] = 100.0 * *std::max_element(errors.begin(), errors.end());
  state.counters["median_%"] = 100.0 * median(errors);
  state.counters["worst_plateau_%"] =
      100.0 * *std::max_element(plateau_errors.begin(), plateau_errors.end());
  state.counters["held_out_median_%"] = 100.0 * median(held_out);
  state.counters["in_interval"] = held;
  state.counters["longest_s"] = longest_s;
}

const bool registered = [] {
  auto trials = paper_units();
  for (auto& trial : other_units()) trials.push_back(trial);
  for (const Trial& trial : trials) {
    benchmark::RegisterBenchmark(("Profile/" + trial.unit.name).c_str(),
                                 [trial](benchmark::State& state) { profile_unit(state, trial); })
        ->Iterations(1)
        ->Unit(benchmark::kSecond);
  }
  return true;
}();

}  // namespace
}  // namespace signalbox::profiler
