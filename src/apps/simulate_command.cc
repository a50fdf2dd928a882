// SPDX-License-Identifier: Apache-2.0
//
// `signalbox simulate`: scenarios under policies, seed by seed, on the virtual clock; what came of
// it as a table, as JSON or as a page.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "apps/commands.h"
#include "apps/exit_code.h"
#include "apps/progress_line.h"
#include "apps/simulation_page.h"
#include "journal/input_log_writer.h"
#include "net/clock.h"
#include "sim/policy/registry.h"
#include "sim/report/json.h"
#include "sim/report/summary.h"
#include "sim/report/table.h"
#include "sim/scenario/catalogue.h"
#include "sim/scenario/experiment.h"
#include "sim/scenario/scenario_file.h"

namespace signalbox::apps {

namespace {

constexpr int kTableWidth = 120;

int complain(const Error& error) {
  fmt::print(stderr, "simulate: {}\n", error.message);
  return kExitBadUsage;
}

int list_scenarios(const sim::TraceDirectory& traces) {
  std::vector<sim::ScenarioListing> rows;
  for (const auto& entry : sim::catalogue()) {
    const auto scenario = entry.build(traces);
    if (!scenario.ok()) return complain(scenario.error());
    // Counted, not estimated: the first seed's requests.
    const sim::Hindsight hindsight(*scenario, 1);
    rows.push_back({std::string(entry.name), std::string(entry.title), scenario->length,
                    static_cast<double>(hindsight.truth().total_requests())});
  }
  fmt::print("{}", sim::render_scenarios(rows, kTableWidth, isatty(STDOUT_FILENO) != 0));
  fmt::print("\nPolicies (--policy NAME, or all)\n");
  for (const auto& policy : sim::policies()) {
    fmt::print("  {:<24} {}{}\n", policy.name, policy.title,
               policy.oracle ? " (knows the future)" : "");
  }
  if (!traces.exists()) {
    fmt::print(
        "\nNo public traces here: stand-ins serve for s2, s3 and s4. docs/traces.md says how "
        "to get them.\n");
  }
  return kExitOk;
}

Result<std::vector<sim::Scenario>> scenarios_of(const SimulateOptions& options,
                                                const sim::TraceDirectory& traces) {
  std::vector<sim::Scenario> scenarios;
  for (const auto& name : options.scenarios) {
    const bool file = name.ends_with(".yaml") || name.ends_with(".yml");
    if (file) {
      auto scenario = sim::load_scenario(name, traces);
      if (!scenario.ok()) return scenario.error();
      scenarios.push_back(std::move(*scenario));
      continue;
    }
    const auto entry = sim::find_scenario(name);
    if (!entry.ok()) return entry.error();
    auto scenario = (*entry)->build(traces);
    if (!scenario.ok()) return scenario.error();
    scenarios.push_back(std::move(*scenario));
  }
  return scenarios;
}

Result<std::vector<const sim::PolicySpec*>> policies_of(const SimulateOptions& options) {
  std::vector<const sim::PolicySpec*> chosen;
  for (const auto& name : options.policies) {
    if (name == "all") {
      for (const auto& policy : sim::policies()) chosen.push_back(&policy);
      continue;
    }
    const auto policy = sim::find_policy(name);
    if (!policy.ok()) return policy.error();
    chosen.push_back(*policy);
  }
  return chosen;
}

// A log is one run of the core itself, told the truth: nothing else can be decided again.
Result<std::unique_ptr<journal::InputLogWriter>> open_input_log(
    const SimulateOptions& options, const std::vector<sim::Scenario>& scenarios,
    const std::vector<const sim::PolicySpec*>& policies) {
  if (scenarios.size() != 1 || options.seeds != 1 || policies.size() != 1 ||
      policies[0]->name != "signalbox") {
    return Error{"--input-log takes one scenario, one seed and the policy signalbox"};
  }
  for (const auto& fault : scenarios[0].signal_faults) {
    if (fault.fault.load_factor == 1.0) continue;
    return Error{
        "--input-log: the scenario falsifies the reported load, and a falsified digest "
        "cannot be made again from the Router's inputs"};
  }
  constexpr std::uint64_t kSegmentBytes = 256ULL << 20;
  constexpr std::uint32_t kSegments = 1024;
  return journal::InputLogWriter::open({.directory = options.input_log,
                                        .segment_bytes = kSegmentBytes,
                                        .segments = kSegments,
                                        .drop_oldest = false,
                                        .check_every = 4096,
                                        .started_unix_nanos = net::unix_nanos()});
}

// The clairvoyant's cost rate beside the policy's, where there is a bound.
void add_bound(sim::RunResult& result, sim::Hindsight& hindsight, const sim::Scenario& scenario) {
  const auto rate = hindsight.bound_rate_usd_per_hour();
  const auto first = static_cast<std::size_t>(scenario.report_from / result.slot);
  for (std::size_t slot = first; slot < result.history.size(); ++slot) {
    if (slot - first < rate.size()) result.history[slot].bound_usd_per_hour = rate[slot - first];
  }
}

double seconds_since(TimePoint began) { return to_seconds(net::now() - began); }

}  // namespace

int simulate_command(const SimulateOptions& options) {
  const auto traces = sim::TraceDirectory::find(options.traces);
  if (!traces.ok()) return complain(traces.error());
  if (options.list) return list_scenarios(*traces);
  const auto scenarios = scenarios_of(options, *traces);
  if (!scenarios.ok()) return complain(scenarios.error());
  const auto policies = policies_of(options);
  if (!policies.ok()) return complain(policies.error());

  std::unique_ptr<journal::InputLogWriter> input_log;
  if (!options.input_log.empty()) {
    auto opened = open_input_log(options, *scenarios, *policies);
    if (!opened.ok()) return complain(opened.error());
    input_log = std::move(*opened);
  }
  ProgressLine progress;
  std::vector<sim::MeasuredRun> runs;
  const bool page = !options.report.empty();
  double total = 0.0;
  for (const auto& scenario : *scenarios) {
    total += to_seconds(scenario.length) * static_cast<double>(policies->size()) * options.seeds;
  }
  double done = 0.0;
  for (const auto& scenario : *scenarios) {
    for (int i = 0; i < options.seeds; ++i) {
      const std::uint64_t seed = options.first_seed + static_cast<std::uint64_t>(i);
      sim::Hindsight hindsight(scenario, seed);
      for (const auto* policy : *policies) {
        const std::string label =
            fmt::format("{} {} seed {}/{}", scenario.name, policy->name, i + 1, options.seeds);
        sim::Experiment experiment;
        experiment.scenario = &scenario;
        experiment.policy = policy;
        experiment.router =
            options.same_router ? sim::RouterChoice::kSignalbox : sim::RouterChoice::kNative;
        experiment.options.seed = seed;
        experiment.options.history = page && i == 0;
        experiment.options.progress = [&](double share) {
          progress.show(label, done + share * to_seconds(scenario.length), total);
        };
        progress.show(label, done, total);
        experiment.options.sink = input_log.get();
        const TimePoint began = net::now();
        sim::MeasuredRun run;
        run.result = sim::run(experiment, hindsight);
        run.wall_s = seconds_since(began);
        run.reported = scenario.length - scenario.report_from;
        for (const auto forwarded : run.result.forwarded) run.simulated_requests += forwarded;
        const auto bound = hindsight.bound_usd(1.0 - run.result.totals.slo_attainment());
        run.lower_bound_usd = bound.ok() ? *bound : 0.0;
        if (experiment.options.history) add_bound(run.result, hindsight, scenario);
        runs.push_back(std::move(run));
        done += to_seconds(scenario.length);
      }
    }
  }
  progress.clear();
  if (input_log) {
    input_log->close();
    const auto& status = input_log->status();
    if (!status.stopped_because.empty()) return complain({status.stopped_because});
    fmt::print(stderr, "input log: {} requests in {} bytes, {}\n", status.requests, status.bytes,
               status.first_segment);
  }

  const auto summaries = sim::summarise(runs);
  if (options.json) {
    for (const auto& summary : summaries) fmt::print("{}\n", sim::to_json_line(summary));
  } else {
    sim::TableOptions table;
    table.width = kTableWidth;
    table.color = isatty(STDOUT_FILENO) != 0;
    fmt::print("{}", sim::render_table(summaries, table));
    for (const auto& scenario : *scenarios) {
      fmt::print("\n{}: {}\n", scenario.name, scenario.about);
    }
  }
  if (page) {
    const std::string text =
        simulation_page(*scenarios, runs, {options.command, options.first_seed, options.seeds});
    std::ofstream file(options.report, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    if (!file) {
      return complain({fmt::format("cannot write the report to '{}'", options.report)});
    }
    if (!options.json) fmt::print("\nThe page is {}\n", options.report);
  }
  return kExitOk;
}

}  // namespace signalbox::apps
