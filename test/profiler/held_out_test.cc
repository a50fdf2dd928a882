// SPDX-License-Identifier: Apache-2.0
//
// What the fitted model says of loads that were not tried, against what those loads do.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "test/profiler/units.h"

namespace signalbox::profiler {
namespace {

constexpr double kLoads[] = {0.2, 0.4, 0.5, 0.7, 0.9};

TEST(Profiling, predicts_latency_at_loads_it_did_not_try) {
  auto trials = paper_units();
  for (auto& trial : other_units()) trials.push_back(trial);
  std::vector<double> errors;
  for (const Trial& trial : trials) {
    const double plateau = true_plateau(trial.unit);
    std::vector<double> of_unit;
    for (const std::uint64_t seed : {1U, 2U}) {
      VirtualRun run(trial.unit, trial.options(), seed);
      const Profiler& profiler = run.run();
      for (const double load : kLoads) {
        const double rate = load * plateau;
        const int requests = trial.task == Task::kChat ? 30'000 : 100'000;
        const LongRun truth = long_run(trial.unit, rate, trial.objective, requests, 7);
        const ExpectedTimes expected =
            profiler.fitted().model.expected(rate, trial.objective.quantile);
        of_unit.push_back(std::abs(expected.mean_s / truth.mean_s - 1.0));
        of_unit.push_back(std::abs(expected.quantile_s / truth.quantile_s - 1.0));
      }
    }
    errors.insert(errors.end(), of_unit.begin(), of_unit.end());
    std::sort(of_unit.begin(), of_unit.end());
    EXPECT_LE(of_unit[of_unit.size() / 2], 0.10) << trial.unit.name;
  }
  std::sort(errors.begin(), errors.end());
  EXPECT_LE(errors[errors.size() / 2], 0.05);
}

}  // namespace
}  // namespace signalbox::profiler
