// SPDX-License-Identifier: Apache-2.0
//
// Per group, the runs' figures as columns; each figure of the summary is then one short formula.
#include "sim/report/summary.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

namespace signalbox::sim {

namespace {

using Group = std::vector<const MeasuredRun*>;

bool same_group(const MeasuredRun& a, const MeasuredRun& b) {
  return a.result.scenario == b.result.scenario && a.result.policy == b.result.policy;
}

std::vector<Group> grouped(std::span<const MeasuredRun> runs) {
  std::vector<Group> groups;
  for (const MeasuredRun& run : runs) {
    const auto found = std::find_if(groups.begin(), groups.end(), [&](const Group& group) {
      return same_group(*group.front(), run);
    });
    if (found != groups.end()) {
      found->push_back(&run);
    } else {
      groups.push_back({&run});
    }
  }
  return groups;
}

template <class Figure>
std::vector<double> column(const Group& group, Figure figure) {
  std::vector<double> values;
  values.reserve(group.size());
  for (const MeasuredRun* run : group) values.push_back(static_cast<double>(figure(*run)));
  return values;
}

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}
double mean(const std::vector<double>& values) {
  return sum(values) / static_cast<double>(values.size());
}
bool all_positive(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return value > 0.0; });
}

PolicySummary summary_of(const Group& group) {
  PolicySummary s;
  s.scenario = group.front()->result.scenario;
  s.policy = group.front()->result.policy;
  s.seeds = static_cast<int>(group.size());

  // The mean over the seeds of one of the totals.
  const auto mean_of = [&](auto figure) {
    return mean(column(group, [&](const MeasuredRun& r) { return figure(r.result.totals); }));
  };
  const auto cost = column(group, [](const MeasuredRun& r) { return r.result.totals.cost_usd; });
  const auto bound = column(group, [](const MeasuredRun& r) { return r.lower_bound_usd; });
  const auto requests =
      column(group, [](const MeasuredRun& r) { return r.result.totals.requests; });
  const auto within =
      column(group, [](const MeasuredRun& r) { return r.result.totals.within_objective; });
  const auto wall = column(group, [](const MeasuredRun& r) { return r.wall_s; });

  s.cost_usd = mean(cost);
  s.cost_interval = bootstrap_mean(cost);
  if (all_positive(bound)) {
    s.lower_bound_usd = mean(bound);
    s.gap = sum(cost) / sum(bound);
    s.gap_interval = bootstrap_ratio(cost, bound);
  }
  s.requests = mean(requests);
  if (all_positive(requests)) {
    s.slo_attainment = sum(within) / sum(requests);
    s.attainment_interval = bootstrap_ratio(within, requests);
  }
  s.refused = mean_of([](const RunTotals& t) { return t.refused; });
  s.dropped = mean_of([](const RunTotals& t) { return t.failed; });
  s.p50_ms = mean_of([](const RunTotals& t) { return to_millis(t.p50); });
  s.p95_ms = mean_of([](const RunTotals& t) { return to_millis(t.p95); });
  s.p99_ms = mean_of([](const RunTotals& t) { return to_millis(t.p99); });
  s.p999_ms = mean_of([](const RunTotals& t) { return to_millis(t.p999); });
  s.mean_in_replica_ms = mean_of([](const RunTotals& t) { return to_millis(t.mean_in_replica); });
  s.violation_minutes = mean_of([](const RunTotals& t) { return t.violation_minutes; });
  s.mode_switches = mean_of([](const RunTotals& t) { return t.mode_switches; });
  if (sum(within) > 0.0) s.usd_per_1k_within_slo = 1000.0 * sum(cost) / sum(within);
  const auto reported = column(group, [](const MeasuredRun& r) { return to_seconds(r.reported); });
  if (all_positive(reported)) s.goodput_per_s = sum(within) / sum(reported);
  s.wall_s = mean(wall);
  if (all_positive(wall)) {
    const auto simulated = column(group, [](const MeasuredRun& r) {
      return r.simulated_requests > 0 ? r.simulated_requests : r.result.totals.requests;
    });
    s.requests_per_s = sum(simulated) / sum(wall);
  }
  return s;
}

using Pair = std::pair<const MeasuredRun*, const MeasuredRun*>;  // the policy's, the reference's

std::vector<Pair> pairs_of(const Group& group, const Group& reference) {
  std::vector<Pair> pairs;
  for (const MeasuredRun* run : group) {
    for (const MeasuredRun* other : reference) {
      if (other->result.seed == run->result.seed) {
        pairs.emplace_back(run, other);
        break;
      }
    }
  }
  return pairs;
}

PairedComparison comparison_of(const std::vector<Pair>& pairs) {
  PairedComparison c;
  c.scenario = pairs.front().first->result.scenario;
  c.policy = pairs.front().first->result.policy;
  c.reference = pairs.front().second->result.policy;
  c.pairs = static_cast<int>(pairs.size());
  std::vector<double> cost, reference_cost, differences;
  for (const auto& [run, other] : pairs) {
    cost.push_back(run->result.totals.cost_usd);
    reference_cost.push_back(other->result.totals.cost_usd);
    differences.push_back(run->result.totals.slo_attainment() -
                          other->result.totals.slo_attainment());
  }
  if (all_positive(reference_cost)) {
    c.cost_ratio = sum(cost) / sum(reference_cost);
    c.cost_ratio_interval = bootstrap_ratio(cost, reference_cost);
  }
  c.attainment_difference = mean(differences);
  c.attainment_difference_interval = bootstrap_mean(differences);
  return c;
}

}  // namespace

std::vector<PolicySummary> summarise(std::span<const MeasuredRun> runs) {
  std::vector<PolicySummary> summaries;
  for (const Group& group : grouped(runs)) summaries.push_back(summary_of(group));
  return summaries;
}

std::vector<PairedComparison> compare_to(std::string_view reference,
                                         std::span<const MeasuredRun> runs) {
  const auto groups = grouped(runs);
  std::vector<PairedComparison> comparisons;
  for (const Group& group : groups) {
    const RunResult& first = group.front()->result;
    if (first.policy == reference) continue;
    const auto other = std::find_if(groups.begin(), groups.end(), [&](const Group& candidate) {
      const RunResult& r = candidate.front()->result;
      return r.policy == reference && r.scenario == first.scenario;
    });
    if (other == groups.end()) continue;
    const auto pairs = pairs_of(group, *other);
    if (!pairs.empty()) comparisons.push_back(comparison_of(pairs));
  }
  return comparisons;
}

}  // namespace signalbox::sim
