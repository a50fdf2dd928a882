// SPDX-License-Identifier: Apache-2.0
//
// `signalbox simulate --reproduce FILE`: the paper's Figures 6 to 11 run with its own policies, one
// page of plots beside what the originals show, and checks computed from the runs.
#include <fmt/format.h>

#include <array>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "apps/commands.h"
#include "apps/exit_code.h"
#include "apps/progress_line.h"
#include "apps/simulation_page.h"
#include "sim/report/reproduction_page.h"
#include "sim/scenario/experiment.h"
#include "sim/scenario/paper.h"
#include "sim/scenario/paper_experiments.h"

namespace signalbox::apps {

namespace {

constexpr std::size_t kInf2 = 0;
constexpr std::size_t kTrn1 = 1;
constexpr std::size_t kL4 = 3;
constexpr Duration kObjective = 2s;

std::vector<Duration> flat_latencies(const sim::Scenario& scenario) {
  std::vector<Duration> flat;
  for (const auto& unit : scenario.fleet.units) flat.push_back(unit.profile.latency(1));
  return flat;
}

sim::RunResult run(const sim::Scenario& scenario, const char* policy, std::uint64_t seed,
                   ProgressLine& progress, double before, double total) {
  const sim::Hindsight hindsight(scenario, seed);
  sim::Experiment experiment;
  experiment.scenario = &scenario;
  experiment.policy = *sim::find_policy(policy);
  // Room for a wave that rises while replicas boot: near their breaking point units are busy so
  // often that others get their share.
  experiment.parameters = {{"target_utilisation", 0.5}};
  experiment.options.seed = seed;
  experiment.options.history = true;
  experiment.options.progress = [&](double share) {
    progress.show(scenario.name, before + share * to_seconds(scenario.length), total);
  };
  return sim::run(experiment, hindsight);
}

}  // namespace

int reproduce_command(const ReproduceOptions& options) {
  const std::array scenarios = {sim::figures_6_7(), sim::figures_8_9(), sim::figures_10_11()};
  constexpr std::array kPolicies = {"paper-weighted", "paper-equal", "paper-binary"};
  constexpr std::array kOurs = {
      "The hand-set weights of the authors' repository, each unit scaled on the traffic they bring "
      "it. One wave of 15 h.",
      "Equal shares for every unit that is up. Two waves of 15 h from midnight, so that the cap "
      "falls on a peak, as it does in the figure.",
      "Weights until a poll, every five minutes, finds launches refused; then equal shares until "
      "the load cycle begins again. Three waves of 15 h."};
  double total = 0.0;
  for (const auto& scenario : scenarios) total += to_seconds(scenario.length);
  ProgressLine progress;
  sim::ReproductionInput page;
  page.command =
      fmt::format("signalbox simulate --reproduce {} --seed {}", options.page, options.seed);
  page.version = SIGNALBOX_VERSION;
  double before = 0.0;
  for (std::size_t i = 0; i < scenarios.size(); ++i) {
    const sim::Scenario& scenario = scenarios[i];
    const auto& original = sim::original_figures(scenario.name);
    sim::Reproduction shown;
    shown.id = original.id;
    shown.title = original.title;
    shown.original = original.original;
    shown.ours = kOurs[i];
    shown.result = run(scenario, kPolicies[i], options.seed, progress, before, total);
    shown.objective = kObjective;
    shown.happenings = happenings_of(scenario);
    if (i == 1) shown.axis = {Duration{}};
    page.reproductions.push_back(std::move(shown));
    before += to_seconds(scenario.length);
  }
  progress.clear();

  auto& weights = page.reproductions[0];
  weights.checks = sim::check_figures_6_and_7(
      weights.result,
      {.weights = {sim::kPaperHandSetWeights.begin(), sim::kPaperHandSetWeights.end()},
       .flat_latency = flat_latencies(scenarios[0])},
      weights.axis);
  auto& cap = page.reproductions[1];
  cap.checks = sim::check_figures_8_and_9(cap.result,
                                          {.capped = kL4,
                                           .cap = {21h + 20min, 23h + 20min},
                                           .taking_over = {kInf2, kTrn1},
                                           .flat_latency = flat_latencies(scenarios[1])},
                                          cap.axis);
  auto& shortage = page.reproductions[2];
  shortage.checks = sim::check_figures_10_and_11(
      shortage.result,
      {.short_unit = kInf2,
       .shortage = {18h + 45min, 30h},
       .next_wave = {28h + 30min, 37h + 30min},  // its trough is at 30 h
       .flat_latency = flat_latencies(scenarios[2]),
       .objective = kObjective},
      shortage.axis);
  bool all_hold = true;
  for (const auto& reproduction : page.reproductions) {
    fmt::print("{}\n", reproduction.title);
    for (const auto& check : reproduction.checks) {
      fmt::print("  {} {}: {}\n", check.ok ? "yes" : "NO ", check.text, check.value);
      all_hold = all_hold && check.ok;
    }
  }
  std::ofstream file(options.page, std::ios::binary | std::ios::trunc);
  file << sim::render_reproduction_page(page);
  file.close();
  if (!file) {
    fmt::print(stderr, "simulate: cannot write the page to '{}'\n", options.page);
    return kExitBadUsage;
  }
  fmt::print("\nThe page is {}\n", options.page);
  return all_hold ? kExitOk : kExitFailed;
}

}  // namespace signalbox::apps
