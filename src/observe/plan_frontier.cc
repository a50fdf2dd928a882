// SPDX-License-Identifier: Apache-2.0
//
// The frontier as text; see plan_frontier.h. The plot is in plan_frontier_svg.cc.
#include "observe/plan_frontier.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstddef>

#include "observe/json_text.h"

namespace signalbox::observe {

namespace {

std::string heading(core::Resilience resilience) {
  switch (resilience) {
    case core::Resilience::kNone:
      return "nothing lost";
    case core::Resilience::kZone:
      return "any zone lost";
    case core::Resilience::kUnit:
      return "any unit lost";
  }
  return "?";
}

}  // namespace

std::string render_frontier(const PlanFrontier& frontier) {
  std::string out =
      fmt::format("Cheapest plan for {}, USD per hour\n\n  {:<14}", frontier.question, "latency");
  for (const auto& line : frontier.lines) out += fmt::format("{:>16}", heading(line.resilience));
  out += "\n";
  for (std::size_t k = 0; k < frontier.latencies.size(); ++k) {
    const auto& latency = frontier.latencies[k];
    out += fmt::format("  {:<14}", latency.label + (latency.factor == 1.0 ? " *" : ""));
    for (const auto& line : frontier.lines) {
      const bool planned = line.no_question.empty() && line.cells[k].planned;
      out += fmt::format("{:>16}",
                         planned ? fmt::format("{:.2f}", line.cells[k].cost_usd_per_hour) : "-");
    }
    out += "\n";
  }
  out += "\n  *  as configured\n";
  for (const auto& line : frontier.lines) {
    if (!line.no_question.empty()) {
      out += fmt::format("  -  {}: {}\n", heading(line.resilience), line.no_question);
      continue;
    }
    const auto first = std::find_if(line.cells.begin(), line.cells.end(),
                                    [](const FrontierCell& cell) { return !cell.planned; });
    if (first == line.cells.end()) continue;
    const auto at = static_cast<std::size_t>(first - line.cells.begin());
    out += fmt::format("  -  {}, {}: {}\n", heading(line.resilience), frontier.latencies[at].label,
                       first->obstacle);
  }
  return out;
}

std::string frontier_json(const PlanFrontier& frontier) {
  std::string out;
  for (const auto& line : frontier.lines) {
    for (std::size_t k = 0; k < frontier.latencies.size(); ++k) {
      const bool asked = line.no_question.empty();
      boost::json::object object;
      object["question"] = frontier.question;
      object["latency"] = frontier.latencies[k].label;
      object["latency_factor"] = frontier.latencies[k].factor;
      object["resilience"] = core::to_string(line.resilience);
      object["planned"] = asked && line.cells[k].planned;
      object["binding"] = asked ? line.cells[k].obstacle : line.no_question;
      if (asked && line.cells[k].planned) {
        object["cost_usd_per_hour"] = rounded(line.cells[k].cost_usd_per_hour, 6);
        object["lower_bound_usd_per_hour"] = rounded(line.cells[k].lower_bound_usd_per_hour, 6);
      }
      out += json_text(object, Layout::kOneLine) + "\n";
    }
  }
  return out;
}

}  // namespace signalbox::observe
