// SPDX-License-Identifier: Apache-2.0
#include "sim/report/sample_runs.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

#include "base/distributions.h"
#include "base/prng.h"
#include "sim/report/sample_summaries.h"

namespace signalbox::sim {

namespace {

constexpr std::size_t kUnits = 5;
using PerUnit = std::array<double, kUnits>;

constexpr std::array kNames = {"sd21-inf2-neuron", "sd21-trn1-neuron", "sd21-g5-triton",
                               "sd21-g6-triton", "sd21-g5-cuda"};
constexpr PerUnit kPlateauPerMinute = {123, 138, 100, 65, 71};
constexpr PerUnit kPriceUsdPerHour = {0.7582, 1.3438, 1.006, 0.8048, 1.006};
constexpr PerUnit kWeights = {40, 20, 15, 10, 15};
constexpr PerUnit kCheapest = {100, 0, 0, 0, 0};
constexpr PerUnit kEqual = {20, 20, 20, 20, 20};
constexpr std::size_t kInf2 = 0;
constexpr std::size_t kG6 = 3;

double rate_at(const SampleRun& sample, Duration t) {
  const double phase = 2.0 * std::numbers::pi * to_seconds(t) / to_seconds(sample.period);
  return 0.35 + sample.peak_per_s * (1.0 - std::cos(phase)) / 2.0;
}

bool in_capacity_mode(const SampleRun& sample, Duration t) {
  switch (sample.story) {
    case SampleRun::Story::kWeights:
      return false;
    case SampleRun::Story::kCap:
      return true;
    case SampleRun::Story::kShortage:
      return sample_shortage().contains(t);
  }
  return false;
}

// Who should serve at `t`; sums to 1.
PerUnit shares_at(const SampleRun& sample, Duration t) {
  PerUnit shares = sample.story == SampleRun::Story::kWeights ? kWeights
                   : in_capacity_mode(sample, t)              ? kEqual
                                                              : kCheapest;
  if (sample.story == SampleRun::Story::kCap && sample_cap().contains(t)) {
    shares[kG6] = 0.0;
    shares[0] += 10.0;
    shares[1] += 10.0;
  }
  if (sample.story == SampleRun::Story::kShortage && in_capacity_mode(sample, t)) {
    shares[kInf2] = 12.0;  // what still runs
  }
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  for (double& share : shares) share /= sum;
  return shares;
}

// A count with the spread of a Poisson one.
std::uint64_t counted(Prng& prng, double mean) {
  const double drawn = mean + std::sqrt(mean) * draw_standard_normal(prng);
  return static_cast<std::uint64_t>(std::llround(std::max(0.0, drawn)));
}

HistorySlot slot_at(const SampleRun& sample, Duration t, Prng& prng) {
  HistorySlot slot;
  slot.from = TimePoint{} + t;
  const double rate = rate_at(sample, t);
  const double later = rate_at(sample, t + 12min);  // replicas are launched ahead of need
  const PerUnit shares = shares_at(sample, t);
  const PerUnit later_shares = shares_at(sample, t + 12min);
  slot.mode =
      in_capacity_mode(sample, t) ? core::Mode::kCapacityOptimized : core::Mode::kCostOptimized;
  for (std::size_t u = 0; u < kUnits; ++u) {
    const std::uint64_t count = counted(prng, 60.0 * rate * shares[u]);
    slot.forwarded.push_back(count);
    slot.arrivals += count;
    const double flat_s = 60.0 / kPlateauPerMinute[u];
    slot.mean_in_replica_s.push_back(
        count == 0 ? 0.0
                   : flat_s * (1.0 + 0.03 * draw_standard_normal(prng) /
                                         std::sqrt(static_cast<double>(count))));
    const auto replicas = [&](double r, double share) {
      return static_cast<int>(std::ceil(r * share * flat_s * (1.0 + sample.extra_capacity) - 0.2));
    };
    const int ready = std::max(0, replicas(rate, shares[u]));
    const int wanted = std::max(0, replicas(later, later_shares[u]));
    slot.ready.push_back(ready);
    slot.booting.push_back(std::max(0, wanted - ready));
    slot.cost_usd_per_hour += kPriceUsdPerHour[u] * (ready + slot.booting.back());
  }
  slot.work = static_cast<double>(slot.arrivals);
  const Duration since = t - sample_shortage().from;
  const bool strained = sample.story == SampleRun::Story::kShortage && since >= 0s && since < 9min;
  slot.p50_s = 0.51 + 0.05 * prng.uniform() + (strained ? 0.35 : 0.0);
  slot.p99_s = 0.9 + 0.35 * prng.uniform() + (strained ? 1.5 : 0.0);
  slot.refused = strained && sample.policy != "signalbox" ? slot.arrivals / 50 : 0;
  slot.within_objective = slot.arrivals - slot.refused -
                          static_cast<std::uint64_t>(0.0004 * static_cast<double>(slot.arrivals));
  if (sample.bound) {
    slot.bound_usd_per_hour = rate * 60.0 / kPlateauPerMinute[0] * kPriceUsdPerHour[0];
  }
  return slot;
}

void add_mode_changes(const SampleRun& sample, RunResult& run) {
  if (sample.story != SampleRun::Story::kShortage) return;
  core::ModeChange leave;
  leave.from = core::Mode::kCostOptimized;
  leave.to = core::Mode::kCapacityOptimized;
  leave.at = TimePoint{} + sample_shortage().from;
  leave.evidence = "a launch of sd21-inf2-neuron was refused while 14 more were needed";
  core::ModeChange back;
  back.from = core::Mode::kCapacityOptimized;
  back.to = core::Mode::kCostOptimized;
  back.at = TimePoint{} + sample_shortage().to;
  back.evidence = "sd21-inf2-neuron launched again and was whole for 10 min";
  run.mode_changes = {leave, back};
}

MeasuredRun measured(const RunResult& run, double cost_factor, double miss, Prng& prng) {
  MeasuredRun m;
  m.result = run;
  RunTotals& totals = m.result.totals;
  const double jitter = 1.0 + 0.012 * draw_standard_normal(prng);
  m.lower_bound_usd = totals.cost_usd / 1.15;
  totals.cost_usd = m.lower_bound_usd * cost_factor * jitter;
  const double missed = miss * std::exp(0.25 * draw_standard_normal(prng));
  totals.within_objective = static_cast<std::uint64_t>(
      std::llround((1.0 - missed) * static_cast<double>(totals.requests)));
  totals.refused =
      static_cast<std::uint64_t>(std::llround(0.3 * missed * static_cast<double>(totals.requests)));
  totals.p99 = scale(totals.p99, 0.9 + 12.0 * miss);
  m.wall_s = 2.9;
  m.reported = 45h;
  return m;
}

struct SamplePolicy {
  const char* name;
  double cost_factor;
  double miss;
};
constexpr std::array kPolicies = std::to_array<SamplePolicy>({
    {"signalbox", 1.104, 0.0006},
    {"forecast+ilp", 1.15, 0.003},
    {"lcp", 1.19, 0.0035},
    {"afhc", 1.21, 0.0024},
    {"melange", 1.24, 0.021},
    {"melange-oracle", 1.18, 0.0042},
    {"spothedge", 1.42, 0.0011},
    {"wva-like", 1.33, 0.012},
    {"keda-per-unit", 1.52, 0.031},
    {"paper-weighted", 1.61, 0.018},
    {"paper-equal", 1.78, 0.009},
    {"paper-binary", 1.58, 0.038},
    {"static-peak", 2.04, 0.0},
});

}  // namespace

TimeWindow sample_cap() { return {9h + 20min, 11h + 20min}; }  // 21:20 to 23:20 from noon on
TimeWindow sample_shortage() { return {22h + 30min, 30h + 40min}; }
std::vector<double> sample_weights() { return {kWeights.begin(), kWeights.end()}; }
std::vector<Duration> sample_flat_latencies() {
  std::vector<Duration> flat;
  for (const double plateau : kPlateauPerMinute) flat.push_back(from_seconds(60.0 / plateau));
  return flat;
}

RunResult sample_run(const SampleRun& sample) {
  RunResult run;
  run.scenario = sample.scenario;
  run.policy = sample.policy;
  run.seed = sample.seed;
  run.units.assign(kNames.begin(), kNames.end());
  Prng prng(sample.seed);
  const Duration length = sample.period * sample.waves;
  for (Duration t{}; t < length; t += run.slot) run.history.push_back(slot_at(sample, t, prng));
  add_mode_changes(sample, run);
  RunTotals& totals = run.totals;
  for (const HistorySlot& slot : run.history) {
    totals.requests += slot.arrivals;
    totals.within_objective += slot.within_objective;
    totals.refused += slot.refused;
    totals.failed += slot.failed;
    totals.work += slot.work;
    totals.cost_usd += slot.cost_usd_per_hour / 60.0;
  }
  totals.answered = totals.requests - totals.refused - totals.failed;
  totals.mode_switches = run.mode_changes.size();
  totals.mean_in_replica = 530ms;
  totals.p50 = 521ms;
  totals.p95 = 870ms;
  totals.p99 = 1130ms;
  totals.p999 = 1870ms;
  totals.violation_minutes = 3;
  return run;
}

PageInput sample_page() {
  PageInput page;
  page.title = "Signalbox against published policies";
  page.command = "signalbox simulate --scenario s1,s2 --policy all --seeds 20 --html report.html";
  page.version = "0.1.0";
  page.seeds = "1 to 20";
  page.equally_tuned = true;
  const auto scenario_of = [](const std::string& name, const std::string& title) {
    ScenarioReport scenario;
    scenario.name = name;
    scenario.title = title;
    scenario.length = 45h;
    scenario.objective = 2s;
    scenario.objective_quantile = 0.99;
    std::vector<MeasuredRun> runs;
    const RunResult base = sample_run({.scenario = name});
    Prng prng(11);
    for (const SamplePolicy& policy : kPolicies) {
      RunResult run = base;
      run.history.clear();
      run.policy = policy.name;
      for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        run.seed = seed;
        runs.push_back(measured(run, policy.cost_factor, policy.miss, prng));
      }
    }
    scenario.summaries = summarise(runs);
    scenario.comparisons = compare_to("signalbox", runs);
    scenario.runs = {
        base, sample_run({.scenario = name, .policy = "lcp", .extra_capacity = 0.16}),
        sample_run({.scenario = name, .policy = "keda-per-unit", .extra_capacity = 0.45})};
    scenario.happenings = {{{18h + 45min, 30h}, "no inf2 can be launched"},
                           {{37h, 39h}, "L4 capped to zero"}};
    return scenario;
  };
  page.scenarios.push_back(scenario_of("s1", "Paper replay"));
  page.scenarios.back().description =
      "Three cosine waves of 15 hours with a peak of 51 requests a second on the paper's five "
      "units, at its prices. While load rises for the second time no inf2 can be launched any "
      "more; "
      "at the third peak the pool of L4 cards is capped to zero for two hours.";
  page.scenarios.push_back(scenario_of("s3", "Mixed tiers on spot"));
  page.scenarios.back().description = "A shape of conversations with diurnal and weekly waves.";
  page.scenarios.back().notes = {
      "Spot availability was recorded for V100 instances, which stand in for those named here."};
  return page;
}

ReproductionInput sample_reproductions() {
  ReproductionInput input;
  input.command = "make reproduce";
  input.version = "0.1.0";
  const auto add = [&](std::string_view id, const SampleRun& sample) -> Reproduction& {
    const OriginalFigures& original = original_figures(id);
    Reproduction r;
    r.id = original.id;
    r.title = original.title;
    r.original = original.original;
    r.result = sample_run(sample);
    r.objective = 2s;
    input.reproductions.push_back(std::move(r));
    return input.reproductions.back();
  };
  Reproduction& weights = add("figures-6-7", {.story = SampleRun::Story::kWeights,
                                              .policy = "paper-weighted",
                                              .waves = 1,
                                              .bound = false});
  weights.ours =
      "One wave of 15 hours in cost mode, routed by the weights of the paper's "
      "repository: 40 inf2, 20 trn1, 15 g5-triton, 10 g6, 15 g5-cuda.";
  weights.checks = check_figures_6_and_7(
      weights.result, {.weights = sample_weights(), .flat_latency = sample_flat_latencies()},
      weights.axis);

  Reproduction& cap =
      add("figures-8-9", {.story = SampleRun::Story::kCap, .waves = 1, .bound = false});
  cap.axis = {12h};
  cap.ours =
      "One wave from noon on in capacity mode; the pool of the L4 unit has room for none "
      "from 21:20 to 23:20.";
  cap.happenings = {{sample_cap(), "L4 capped to zero"}};
  cap.checks = check_figures_8_and_9(cap.result,
                                     {.capped = kG6,
                                      .cap = sample_cap(),
                                      .taking_over = {0, 1},
                                      .flat_latency = sample_flat_latencies()},
                                     cap.axis);

  Reproduction& shortage =
      add("figures-10-11", {.story = SampleRun::Story::kShortage, .bound = false});
  shortage.ours =
      "Three waves of 15 hours; launches of inf2 are refused from the second peak "
      "until the third wave begins.";
  shortage.happenings = {{sample_shortage(), "no inf2 can be launched"}};
  shortage.checks = check_figures_10_and_11(shortage.result,
                                            {.short_unit = kInf2,
                                             .shortage = sample_shortage(),
                                             .next_wave = {30h, 37h + 30min},
                                             .flat_latency = sample_flat_latencies()},
                                            shortage.axis);
  return input;
}

}  // namespace signalbox::sim
