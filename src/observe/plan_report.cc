// SPDX-License-Identifier: Apache-2.0
//
// Words, a table and a flat object; see plan_report.h.
#include "observe/plan_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <cstddef>
#include <limits>

#include "observe/json_text.h"
#include "observe/unicode.h"

namespace signalbox::observe {

namespace {

double total_demand(const PlanReport& report) {
  double sum = 0.0;
  for (const double demand : report.what_if.demand_per_s) sum += demand;
  return sum;
}

std::string per_thousand(const PlanReport& report, const core::FleetPlan& plan) {
  const double demand = total_demand(report);
  if (demand <= 0.0) return "";
  return fmt::format(" (${:.4f} per 1000 requests)",
                     plan.cost.replicas_usd_per_hour / (demand * 3.6));
}

// "20 of inf2, 2 of g5", over all services.
std::string in_words(const core::FleetSpec& spec, const core::FleetPlan& plan) {
  std::string text;
  for (std::size_t u = 0; u < spec.units.size(); ++u) {
    int count = 0;
    for (std::size_t s = 0; s < spec.services.size(); ++s) count += plan.at(s, u);
    if (count == 0) continue;
    text += fmt::format("{}{} of {}", text.empty() ? "" : ", ", count, spec.units[u].name);
  }
  return text.empty() ? "nothing" : text;
}

std::string lost_in_words(const PlanReport& report) {
  std::string text;
  for (const UnitId id : report.what_if.lost) {
    text += (text.empty() ? "" : ", ") + report.spec->unit(id).name;
  }
  return text;
}

std::string why_it_lost(const PlanReport& report) {
  const core::FleetPlan& second = report.second->plan;
  if (second.end != core::FleetPlanEnd::kPlanned) return second.binding;
  const double more = second.cost.total() - report.plan.cost.total();
  if (more <= 0.0) return "as cheap";
  const double share = report.plan.cost.total() > 0.0 ? 100.0 * more / report.plan.cost.total()
                                                      : std::numeric_limits<double>::infinity();
  return std::isfinite(share) ? fmt::format("dearer by ${:.2f} per hour ({:.1f} %)", more, share)
                              : fmt::format("dearer by ${:.2f} per hour", more);
}

void append_table(const PlanReport& report, std::size_t s, std::string& out) {
  const core::FleetSpec& spec = *report.spec;
  int width = 12;
  for (const auto& unit : spec.units) width = std::max(width, display_width(unit.name));
  const auto pad = [&](std::string_view name) {
    return std::string(name) +
           std::string(static_cast<std::size_t>(width - display_width(name)), ' ');
  };
  out += fmt::format("    {}  replicas  of at most  capacity/s  USD/hour\n", pad("unit"));
  int replicas = 0;
  double capacity = 0.0;
  double price = 0.0;
  for (std::size_t u = 0; u < spec.units.size(); ++u) {
    const int count = report.plan.at(s, u);
    if (count == 0) continue;
    const auto& pool = report.question.problem.pools[u];
    const double own = count * report.question.problem.services[s].capacity_per_s[u];
    replicas += count;
    capacity += own;
    price += count * pool.price_usd_per_hour;
    out += fmt::format("    {}  {:>8}  {:>10}  {:>10.1f}  {:>8.2f}{}\n", pad(spec.units[u].name),
                       count, pool.most, own, count * pool.price_usd_per_hour,
                       core::is_prepaid(spec.units[u].tier) ? "  paid for anyway" : "");
  }
  out += fmt::format("    {}  {:>8}  {:>10}  {:>10.1f}  {:>8.2f}\n", pad("together"), replicas, "",
                     capacity, price);
}

void append_service(const PlanReport& report, std::size_t s, std::string& out) {
  const auto& service = report.spec->services[s];
  const double demand = report.what_if.demand_per_s[s];
  if (demand <= 0.0) return;
  const auto resilience = report.question.problem.services[s].resilience;
  out += fmt::format(
      "  {}: {:.1f} requests/s, {:g} % within {:.0f} ms: needs {:.1f}/s of capacity{}\n",
      service.name, demand, 100.0 * service.objective.quantile,
      to_millis(service.objective.latency) * report.what_if.latency_factor,
      report.question.required_per_s[s],
      resilience == core::Resilience::kNone
          ? ""
          : fmt::format(", whichever {} is lost", core::to_string(resilience)));
  append_table(report, s, out);
}

}  // namespace

std::string obstacle_of(const PlanReport& report) {
  if (!report.question.hopeless.empty()) return report.question.hopeless;
  return report.plan.end == core::FleetPlanEnd::kPlanned ? "" : report.plan.binding;
}

std::string render_plan(const PlanReport& report) {
  std::string out = report.config;
  if (!report.what_if.lost.empty()) out += ", without " + lost_in_words(report);
  out += "\n";
  const std::string obstacle = obstacle_of(report);
  if (!obstacle.empty()) {
    const bool proven =
        report.plan.end == core::FleetPlanEnd::kImpossible || !report.question.hopeless.empty();
    out += fmt::format("  {}: {}\n", proven ? "There is no such plan" : "No such plan was found",
                       obstacle);
    if (report.question.hopeless.empty()) {
      out +=
          fmt::format("  The nearest: {}, for ${:.2f} per hour\n",
                      in_words(*report.spec, report.plan), report.plan.cost.replicas_usd_per_hour);
    }
    return out;
  }
  for (std::size_t s = 0; s < report.spec->services.size(); ++s) append_service(report, s, out);
  for (std::size_t u = 0; u < report.plan.spare.size(); ++u) {
    if (report.plan.spare[u] == 0) continue;
    out += fmt::format("  {} of {} run all the same, by their minimum\n", report.plan.spare[u],
                       report.spec->units[u].name);
  }
  out +=
      fmt::format("  Costs ${:.2f} per hour{}; no plan can cost less than ${:.2f} (gap {:.2f} %)\n",
                  report.plan.cost.replicas_usd_per_hour, per_thousand(report, report.plan),
                  report.plan.lower_bound_usd_per_hour, 100.0 * std::max(0.0, report.plan.gap()));
  if (report.second) {
    const auto& without = report.spec->unit(report.second->without).name;
    const bool stands = report.second->plan.end == core::FleetPlanEnd::kPlanned;
    out += stands ? fmt::format("  Runner-up, without {}: {}, for ${:.2f} per hour: {}\n", without,
                                in_words(*report.spec, report.second->plan),
                                report.second->plan.cost.replicas_usd_per_hour, why_it_lost(report))
                  : fmt::format("  No runner-up. Without {}: {}\n", without, why_it_lost(report));
  }
  return out;
}

std::string plan_json(const PlanReport& report) {
  boost::json::object object;
  const std::string obstacle = obstacle_of(report);
  object["config"] = report.config;
  object["demand_per_s"] = rounded(total_demand(report), 6);
  object["lost"] = lost_in_words(report);
  object["planned"] = obstacle.empty();
  object["binding"] = obstacle;
  for (std::size_t s = 0; s < report.spec->services.size(); ++s) {
    const std::string& service = report.spec->services[s].name;
    object["required_per_s." + service] = rounded(report.question.required_per_s[s], 6);
    object["shortfall_per_s." + service] = rounded(report.plan.shortfall_per_s[s], 6);
    for (std::size_t u = 0; u < report.spec->units.size(); ++u) {
      if (report.plan.at(s, u) == 0) continue;
      object["replicas." + service + "." + report.spec->units[u].name] = report.plan.at(s, u);
    }
  }
  object["cost_usd_per_hour"] = rounded(report.plan.cost.replicas_usd_per_hour, 6);
  if (obstacle.empty()) {
    object["lower_bound_usd_per_hour"] = rounded(report.plan.lower_bound_usd_per_hour, 6);
    object["gap"] = rounded(std::max(0.0, report.plan.gap()), 6);
  }
  if (obstacle.empty() && report.second) {
    object["runner_up_without"] = report.spec->unit(report.second->without).name;
    const bool stands = report.second->plan.end == core::FleetPlanEnd::kPlanned;
    object["runner_up_planned"] = stands;
    if (stands) {
      object["runner_up"] = in_words(*report.spec, report.second->plan);
      object["runner_up_usd_per_hour"] = rounded(report.second->plan.cost.replicas_usd_per_hour, 6);
    }
    object["runner_up_lost"] = why_it_lost(report);
  }
  return json_text(object, Layout::kOneLine);
}

}  // namespace signalbox::observe
