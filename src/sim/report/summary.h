// SPDX-License-Identifier: Apache-2.0
//
// What a policy came to on a scenario, over its seeds. Every figure is that of the average run:
// money, counts and minutes are means over the seeds, shares and ratios are sums over sums, so the
// figures of one summary agree with each other (gap = cost / bound, attainment = met / requests).
// Quantiles of latency are the mean of the runs' quantiles. Intervals are bootstrapped over seeds.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "sim/report/bootstrap.h"
#include "sim/run/run_result.h"

namespace signalbox::sim {

// One run with what is known of it from outside.
struct MeasuredRun {
  RunResult result;
  double lower_bound_usd = 0.0;  // at this run's own share of misses; 0 when it was not computed
  double wall_s = 0.0;           // the machine's time for the whole run
  Duration reported{};           // length of the window the totals are counted over; 0 = unknown
  // Requests simulated, also outside that window; 0 = as many as the totals count.
  std::uint64_t simulated_requests = 0;
};

struct PolicySummary {
  std::string scenario, policy;
  int seeds = 0;

  double cost_usd = 0.0;
  std::optional<double> lower_bound_usd;  // nullopt when any run has none
  std::optional<double> gap;              // cost / bound
  double slo_attainment = 1.0;            // refusals, losses and late answers are all misses
  double requests = 0.0;
  double refused = 0.0;
  double dropped = 0.0;  // lost to the client: 5xx, broken or never answered
  double p50_ms = 0.0, p95_ms = 0.0, p99_ms = 0.0, p999_ms = 0.0;
  double mean_in_replica_ms = 0.0;
  double violation_minutes = 0.0;
  double mode_switches = 0.0;
  std::optional<double> usd_per_1k_within_slo;  // nullopt when no request was in time
  std::optional<double> goodput_per_s;          // in time, per second; nullopt without a window
  double wall_s = 0.0;
  std::optional<double> requests_per_s;  // simulated per second of the machine

  // 95 %; nullopt with fewer than two seeds.
  std::optional<Interval> cost_interval, gap_interval, attainment_interval;
};

// Groups by scenario and policy, in order of first appearance.
std::vector<PolicySummary> summarise(std::span<const MeasuredRun> runs);

// A policy against another one on the seeds they share: the same arrivals, the same faults.
struct PairedComparison {
  std::string scenario, policy, reference;
  int pairs = 0;
  double cost_ratio = 1.0;             // the policy's cost / the reference's
  double attainment_difference = 0.0;  // the policy's share minus the reference's
  std::optional<Interval> cost_ratio_interval, attainment_difference_interval;
};

// Every policy but `reference` against it, per scenario; those without a shared seed are left out.
std::vector<PairedComparison> compare_to(std::string_view reference,
                                         std::span<const MeasuredRun> runs);

}  // namespace signalbox::sim
