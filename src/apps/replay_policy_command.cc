// SPDX-License-Identifier: Apache-2.0
//
// `signalbox replay LOG --policy X`: what other policies would have made of the requests of a log.
// Who asked when is a fact; what it would have cost and missed is modelled, and said to be.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "apps/commands.h"
#include "apps/exit_code.h"
#include "apps/progress_line.h"
#include "journal/input_log_reader.h"
#include "net/clock.h"
#include "sim/policy/registry.h"
#include "sim/report/json.h"
#include "sim/report/summary.h"
#include "sim/report/table.h"
#include "sim/scenario/experiment.h"
#include "sim/scenario/logged_scenario.h"

namespace signalbox::apps {

namespace {

constexpr int kTableWidth = 120;

int fail(const std::string& why) {
  fmt::print(stderr, "signalbox replay: {}\n", why);
  return kExitBadUsage;
}

}  // namespace

int replay_policy_command(const ReplayOptions& options) {
  std::vector<const sim::PolicySpec*> policies;
  for (const auto& name : options.policies) {
    const auto policy = sim::find_policy(name);
    if (!policy.ok()) return fail(policy.error().message);
    policies.push_back(*policy);
  }
  auto log = journal::InputLogReader::open(options.log);
  if (!log.ok()) return fail(log.error().message);
  const auto logged = sim::logged_scenario(*log);
  if (!logged.ok()) return fail(logged.error().message);
  const sim::Scenario& scenario = logged->scenario;
  if (scenario.fleet.services.size() != 1) {
    return fail(
        fmt::format("the log's fleet has {} services; the policies compared with direct one",
                    scenario.fleet.services.size()));
  }

  ProgressLine progress;
  std::vector<sim::MeasuredRun> runs;
  sim::Hindsight hindsight(scenario, 1);
  for (std::size_t i = 0; i < policies.size(); ++i) {
    sim::Experiment experiment;
    experiment.scenario = &scenario;
    experiment.policy = policies[i];
    experiment.options.progress = [&](double share) {
      progress.show(std::string(policies[i]->name), static_cast<double>(i) + share,
                    static_cast<double>(policies.size()));
    };
    const TimePoint began = net::now();
    sim::MeasuredRun run;
    run.result = sim::run(experiment, hindsight);
    run.wall_s = to_seconds(net::now() - began);
    run.reported = scenario.length;
    const auto bound = hindsight.bound_usd(1.0 - run.result.totals.slo_attainment());
    run.lower_bound_usd = bound.ok() ? *bound : 0.0;
    runs.push_back(std::move(run));
  }
  progress.clear();
  const auto summaries = sim::summarise(runs);
  if (options.json) {
    for (const auto& summary : summaries) fmt::print("{}\n", sim::to_json_line(summary));
    return kExitOk;
  }
  const double share =
      static_cast<double>(logged->within_objective) / static_cast<double>(logged->requests);
  fmt::print("As it was: {} requests in {:.0f} s, {} answered, {:.2f} % in time.\n\n",
             logged->requests, to_seconds(scenario.length), logged->answered, 100.0 * share);
  sim::TableOptions table;
  table.width = kTableWidth;
  table.color = isatty(STDOUT_FILENO) != 0;
  fmt::print("{}", sim::render_table(summaries, table));
  fmt::print(
      "\nModelled, not measured: sizes are taken from {} of {} requests whose service was seen, "
      "fleets\nbegin empty, launches always succeed and nothing else befalls them.\n",
      logged->measured, logged->requests);
  return kExitOk;
}

}  // namespace signalbox::apps
