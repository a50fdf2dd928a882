// SPDX-License-Identifier: Apache-2.0
//
// `signalbox plan`: what would so much demand take, and what if something were lost? Answered by
// the planner that serves, before anything is launched.
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/commands.h"
#include "apps/exit_code.h"
#include "config/config.h"
#include "config/nearest.h"
#include "core/scale/fleet_plan.h"
#include "core/scale/what_if.h"
#include "observe/plan_frontier.h"
#include "observe/plan_report.h"
#include "solve/fleet_optimum.h"

namespace signalbox::apps {

namespace {

// More than the live tick may take: here somebody waits for one answer.
constexpr core::FleetPlanEffort kEffort{.price_steps = 1000, .rounds = 10, .partial_mixes = 256};
constexpr std::size_t kExactColumns = 200;
constexpr int kExactNodes = 2'000;
constexpr double kLatencyFactors[] = {0.4, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0};

int complain(std::string_view message) {
  fmt::print(stderr, "plan: {}\n", message);
  return kExitBadUsage;
}

std::vector<std::string_view> service_names(const core::FleetSpec& fleet) {
  std::vector<std::string_view> names;
  for (const auto& service : fleet.services) names.push_back(service.name);
  return names;
}

Error unknown(std::string_view option, std::string_view name, std::string_view what,
              const std::vector<std::string_view>& names) {
  const std::string near = config::did_you_mean(name, names);
  return Error{fmt::format("{}: '{}' is no {} of this configuration; {}{}there are: {}", option,
                           name, what, near, near.empty() ? "" : " ", config::listed(names))};
}

// "40rps" or "90rpm", per second.
Result<double> parse_demand(std::string_view text) {
  const auto refuse = [&] {
    return Error{fmt::format(
        "--demand: '{}' is no demand; write requests per second as 40rps, or per minute as 2400rpm",
        text)};
  };
  const bool per_minute = text.ends_with("rpm");
  if (!per_minute && !text.ends_with("rps")) return refuse();
  const std::string number(text.substr(0, text.size() - 3));
  if (number.empty() || number.find_first_not_of("0123456789.") != std::string::npos ||
      number.front() == '.' || std::count(number.begin(), number.end(), '.') > 1) {
    return refuse();
  }
  const double value = std::stod(number) / (per_minute ? 60.0 : 1.0);
  if (!(value > 0.0) || value > 1e7) {
    return Error{
        fmt::format("--demand: '{}' is out of range; it must be above 0 and at most "
                    "10000000rps",
                    text)};
  }
  return value;
}

// By service. Written as 40rps where there is one service it can mean, else as chat=40rps.
Result<std::vector<double>> demands_of(const PlanOptions& options, const core::FleetSpec& fleet) {
  std::vector<double> demands(fleet.services.size(), 0.0);
  const auto names = service_names(fleet);
  if (!options.service.empty() && !fleet.find_service(options.service)) {
    return unknown("--service", options.service, "service", names);
  }
  for (const std::string& text : options.demands) {
    const std::size_t equals = text.find('=');
    std::string name = options.service;
    if (equals != std::string::npos) {
      name = text.substr(0, equals);
    } else if (name.empty() && fleet.services.size() == 1) {
      name = fleet.services[0].name;
    } else if (name.empty()) {
      return Error{
          fmt::format("--demand: '{}' does not say of which service; write {}={}, or add "
                      "--service. There are: {}",
                      text, names.front(), text, config::listed(names))};
    }
    const auto id = fleet.find_service(name);
    if (!id) return unknown("--demand", name, "service", names);
    if (demands[id->index()] > 0.0) {
      return Error{fmt::format("--demand: service {} is given two demands", name)};
    }
    const auto demand = parse_demand(equals == std::string::npos ? text : text.substr(equals + 1));
    if (!demand.ok()) return demand.error();
    demands[id->index()] = *demand;
  }
  return demands;
}

// Units by name, or all units of a zone.
Result<std::vector<UnitId>> lost_units(const PlanOptions& options, const core::FleetSpec& fleet) {
  std::vector<UnitId> lost;
  for (const std::string& name : options.lost) {
    const std::size_t before = lost.size();
    for (std::size_t u = 0; u < fleet.units.size(); ++u) {
      const auto& unit = fleet.units[u];
      if (unit.name != name && unit.zone != name) continue;
      const UnitId id(static_cast<std::uint32_t>(u));
      if (std::find(lost.begin(), lost.end(), id) == lost.end()) lost.push_back(id);
    }
    if (lost.size() > before) continue;
    std::vector<std::string_view> names;
    for (const auto& unit : fleet.units) names.push_back(unit.name);
    for (const auto& unit : fleet.units) {
      if (unit.zone.empty() || std::find(names.begin(), names.end(), unit.zone) != names.end()) {
        continue;
      }
      names.push_back(unit.zone);
    }
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;  // named twice
    return unknown("--lose", name, "unit or zone", names);
  }
  return lost;
}

std::string question_in_words(const core::FleetSpec& fleet, const core::WhatIf& what_if) {
  std::string text;
  for (std::size_t s = 0; s < fleet.services.size(); ++s) {
    if (what_if.demand_per_s[s] <= 0.0) continue;
    text += fmt::format("{}{:.1f} requests/s of {}", text.empty() ? "" : " and ",
                        what_if.demand_per_s[s], fleet.services[s].name);
  }
  return text;
}

// As a time where one service is asked about, else as a multiple of each one's own.
std::string latency_label(const core::FleetSpec& fleet, const core::WhatIf& what_if,
                          double factor) {
  const core::ServiceSpec* only = nullptr;
  for (std::size_t s = 0; s < fleet.services.size(); ++s) {
    if (what_if.demand_per_s[s] <= 0.0) continue;
    if (only != nullptr) return fmt::format("{:g}x", factor);
    only = &fleet.services[s];
  }
  const double seconds = to_seconds(only->objective.latency) * factor;
  return seconds < 1.0 ? fmt::format("{:g}ms", seconds * 1e3) : fmt::format("{:g}s", seconds);
}

// The planner's plan, or the exact one where the problem is small enough to look for it: a frontier
// is of what is possible.
observe::FrontierCell cheapest_of(const core::FleetPlanProblem& problem) {
  const core::FleetPlan plan = core::plan_fleet(problem, kEffort);
  observe::FrontierCell cell;
  cell.planned = plan.end == core::FleetPlanEnd::kPlanned;
  cell.cost_usd_per_hour = plan.cost.replicas_usd_per_hour;
  cell.lower_bound_usd_per_hour = plan.lower_bound_usd_per_hour;
  cell.obstacle = plan.binding;
  if (plan.end == core::FleetPlanEnd::kImpossible) return cell;
  if (problem.services.size() * problem.pools.size() > kExactColumns) return cell;
  const solve::FleetOptimum optimum = solve::fleet_optimum(problem, kExactNodes);
  if (optimum.replicas.empty()) return cell;
  if (cell.planned && optimum.cost.replicas_usd_per_hour >= cell.cost_usd_per_hour) return cell;
  cell.planned = true;
  cell.cost_usd_per_hour = optimum.cost.replicas_usd_per_hour;
  cell.obstacle.clear();
  return cell;
}

observe::PlanFrontier frontier_of(const core::FleetSpec& fleet, core::WhatIf what_if) {
  observe::PlanFrontier frontier;
  frontier.question = question_in_words(fleet, what_if);
  for (const double factor : kLatencyFactors) {
    frontier.latencies.push_back({factor, latency_label(fleet, what_if, factor)});
  }
  for (const auto resilience :
       {core::Resilience::kNone, core::Resilience::kZone, core::Resilience::kUnit}) {
    observe::FrontierLine line;
    line.resilience = resilience;
    line.no_question = core::no_such_resilience(fleet, resilience);
    for (std::size_t k = 0; line.no_question.empty() && k < frontier.latencies.size(); ++k) {
      what_if.resilience = resilience;
      what_if.latency_factor = frontier.latencies[k].factor;
      const core::WhatIfQuestion question = core::ask_what_if(fleet, what_if);
      observe::FrontierCell cell;
      if (!question.hopeless.empty()) {
        cell.obstacle = question.hopeless;
      } else {
        cell = cheapest_of(question.problem);
      }
      line.cells.push_back(std::move(cell));
    }
    frontier.lines.push_back(std::move(line));
  }
  return frontier;
}

int draw_frontier(const PlanOptions& options, const core::FleetSpec& fleet,
                  const core::WhatIf& what_if) {
  const observe::PlanFrontier frontier = frontier_of(fleet, what_if);
  if (!options.svg.empty()) {
    std::ofstream file(options.svg, std::ios::binary);
    file << observe::frontier_svg(frontier);
    file.close();
    if (!file) return complain(fmt::format("cannot write '{}'", options.svg));
  }
  fmt::print("{}",
             options.json ? observe::frontier_json(frontier) : observe::render_frontier(frontier));
  if (!options.svg.empty() && !options.json) fmt::print("\n  Drawn in {}\n", options.svg);
  return kExitOk;
}

}  // namespace

int plan_command(const PlanOptions& options) {
  const auto config = config::load_file(options.config);
  if (!config.ok()) {
    fmt::print(stderr, "{}", config::render(config.error()));
    return kExitBadUsage;
  }
  const core::FleetSpec& fleet = config->fleet;
  const auto demands = demands_of(options, fleet);
  if (!demands.ok()) return complain(demands.error().message);
  const auto lost = lost_units(options, fleet);
  if (!lost.ok()) return complain(lost.error().message);
  core::WhatIf what_if;
  what_if.demand_per_s = *demands;
  what_if.lost = *lost;
  if (options.pareto) return draw_frontier(options, fleet, what_if);

  observe::PlanReport report;
  report.config = options.config;
  report.spec = &fleet;
  report.what_if = what_if;
  report.question = core::ask_what_if(fleet, what_if);
  report.plan = core::plan_fleet(report.question.problem, kEffort);
  const bool planned = observe::obstacle_of(report).empty();
  if (planned) report.second = core::runner_up(fleet, what_if, report.plan, kEffort);
  fmt::print("{}", options.json ? observe::plan_json(report) + "\n" : observe::render_plan(report));
  return planned ? kExitOk : kExitFailed;
}

}  // namespace signalbox::apps
