// SPDX-License-Identifier: Apache-2.0
//
// For tests: runs with figures one can check by head, and the summaries of a small comparison.
#pragma once

#include <string>
#include <vector>

#include "sim/report/summary.h"

namespace signalbox::sim {

struct SampleFigures {
  double cost_usd = 400.0;
  double lower_bound_usd = 400.0;
  std::uint64_t within_objective = 990'000;
  Duration p99 = 1420ms;
};

inline MeasuredRun sample_measured(std::string scenario, std::string policy, std::uint64_t seed,
                                   const SampleFigures& figures = {}) {
  MeasuredRun run;
  run.result.scenario = std::move(scenario);
  run.result.policy = std::move(policy);
  run.result.seed = seed;
  RunTotals& totals = run.result.totals;
  totals.requests = 1'000'000;
  totals.within_objective = figures.within_objective;
  totals.cost_usd = figures.cost_usd;
  totals.answered = 999'000;
  totals.refused = 1'000;
  totals.p50 = 508ms;
  totals.p95 = 930ms;
  totals.p99 = figures.p99;
  totals.p999 = 2100ms;
  totals.mean_in_replica = 495ms;
  totals.violation_minutes = 4;
  totals.mode_switches = 2;
  run.lower_bound_usd = figures.lower_bound_usd;
  run.wall_s = 0.8;
  run.reported = 10h;
  return run;
}

// Three policies on two seeds: ours, one that is cheap because it misses, one that is dear.
inline std::vector<MeasuredRun> sample_comparison(const std::string& scenario) {
  return {
      sample_measured(scenario, "signalbox", 1, {440, 400, 999'700, 1420ms}),
      sample_measured(scenario, "signalbox", 2, {450, 405, 999'500, 1440ms}),
      sample_measured(scenario, "keda-per-unit", 1, {430, 399, 960'000, 3100ms}),
      sample_measured(scenario, "keda-per-unit", 2, {420, 404, 955'000, 3300ms}),
      sample_measured(scenario, "static-peak", 1, {860, 400, 1'000'000, 880ms}),
      sample_measured(scenario, "static-peak", 2, {870, 405, 1'000'000, 890ms}),
  };
}

}  // namespace signalbox::sim
