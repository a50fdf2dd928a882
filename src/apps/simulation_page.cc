// SPDX-License-Identifier: Apache-2.0
//
// Scenario to page; see simulation_page.h.
#include "apps/simulation_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "sim/policy/registry.h"

namespace signalbox::apps {

namespace {

std::string in_words(const sim::Fault& fault) {
  std::vector<std::string> parts;
  if (fault.refuse_launches) {
    parts.emplace_back(*fault.refuse_launches ? "launches refused" : "launches accepted again");
  }
  if (fault.cap) {
    parts.push_back(*fault.cap ? fmt::format("capped to {}", **fault.cap) : "cap lifted");
  }
  if (fault.lose > 0.0) parts.push_back(fmt::format("{:.0f} % lost", 100.0 * fault.lose));
  if (fault.crash > 0.0) parts.push_back(fmt::format("{:.0f} % crash", 100.0 * fault.crash));
  if (fault.hang > 0.0) parts.push_back(fmt::format("{:.0f} % hang", 100.0 * fault.hang));
  if (fault.slowdown) parts.push_back(fmt::format("{:g} times slower", *fault.slowdown));
  if (fault.slow_nodes) {
    parts.push_back(fmt::format("{:.0f} % of the replicas {:g} times slower",
                                100.0 * fault.slow_nodes->share, fault.slow_nodes->slowdown));
  }
  if (fault.error_rate) parts.push_back(fmt::format("{:.0f} % errors", 100.0 * *fault.error_rate));
  if (fault.boot_failure) {
    parts.push_back(fmt::format("{:.0f} % of boots fail", 100.0 * *fault.boot_failure));
  }
  if (fault.flap) parts.emplace_back("flapping");
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string in_words(const sim::SignalFault& fault) {
  if (fault.blackout) return "metrics dark";
  if (fault.delay > Duration{}) {
    return fmt::format("metrics {:g} s late", to_seconds(fault.delay));
  }
  if (fault.load_factor != 1.0) return fmt::format("load reported {:g} times", fault.load_factor);
  return fmt::format("prices reported {:g} times", fault.price_factor);
}

}  // namespace

std::vector<sim::Happening> happenings_of(const sim::Scenario& scenario) {
  std::vector<sim::Happening> happenings;
  std::map<std::size_t, std::vector<std::size_t>> open;  // by unit: indices that a heal ends
  for (const auto& scheduled : scenario.faults) {
    const std::size_t unit = scheduled.unit.index();
    if (scheduled.fault.heal) {
      for (const std::size_t index : open[unit]) happenings[index].when.to = scheduled.at;
      open[unit].clear();
    }
    const std::string words = in_words(scheduled.fault);
    if (words.empty()) continue;
    open[unit].push_back(happenings.size());
    happenings.push_back({{scheduled.at, scenario.length},
                          fmt::format("{}: {}", scenario.fleet.units[unit].name, words)});
  }
  for (const auto& scheduled : scenario.signal_faults) {
    happenings.push_back({{scheduled.at, scheduled.until}, in_words(scheduled.fault)});
  }
  std::stable_sort(happenings.begin(), happenings.end(),
                   [](const auto& a, const auto& b) { return a.when.from < b.when.from; });
  return happenings;
}

std::string simulation_page(const std::vector<sim::Scenario>& scenarios,
                            const std::vector<sim::MeasuredRun>& runs, const SimulationPage& page) {
  sim::PageInput input;
  input.command = page.command;
  input.version = SIGNALBOX_VERSION;
  input.seeds = page.seeds == 1
                    ? std::to_string(page.first_seed)
                    : fmt::format("{} to {}", page.first_seed,
                                  page.first_seed + static_cast<std::uint64_t>(page.seeds) - 1);
  for (const auto& scenario : scenarios) {
    std::vector<sim::MeasuredRun> mine;
    for (const auto& run : runs) {
      if (run.result.scenario == scenario.name) mine.push_back(run);
    }
    sim::ScenarioReport report;
    report.name = scenario.name;
    report.title = scenario.title;
    report.description = scenario.about;
    report.length = scenario.length;
    report.objective = scenario.fleet.services.at(0).objective.latency;
    report.objective_quantile = scenario.fleet.services.at(0).objective.quantile;
    if (scenario.fleet.services[0].objective.per_work) report.objective = Duration{};
    report.happenings = happenings_of(scenario);
    report.summaries = sim::summarise(mine);
    report.comparisons = sim::compare_to("signalbox", mine);
    for (const auto& run : mine) {
      if (!run.result.history.empty()) report.runs.push_back(run.result);
    }
    if (scenario.report_from > Duration{}) {
      report.notes.push_back(fmt::format("Figures count requests and cost from {:g} h on.",
                                         to_seconds(scenario.report_from) / 3600.0));
    }
    input.scenarios.push_back(std::move(report));
  }
  return sim::render_page(input);
}

}  // namespace signalbox::apps
