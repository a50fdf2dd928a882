// SPDX-License-Identifier: Apache-2.0
//
// Laying out a story: tables, wrapped sentences, and the same as JSON.
#include "observe/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "observe/figures.h"
#include "observe/fleet_index.h"
#include "observe/json_text.h"
#include "observe/reasons.h"
#include "observe/unicode.h"
#include "observe/wrapping.h"

namespace signalbox::observe {

namespace json = boost::json;

namespace {

using core::Action;
using core::Candidate;
using core::Decision;
using core::Verdict;

constexpr int kTextColumns = 100;

bool knows_prediction(const Candidate& candidate) { return candidate.predicted > Duration::zero(); }

std::string endpoint_text(const core::FleetView& view, EndpointId id) {
  if (id.value == 0) return "-";
  const auto* endpoint = find_endpoint(view, id);
  const std::string address = endpoint != nullptr ? address_text(*endpoint) : std::string();
  return address.empty() ? fmt::format("endpoint {}", id.value) : address;
}

struct Cell {
  std::string text;
  bool right = false;  // figures are aligned right
};
using Row = std::vector<Cell>;

std::string table(const std::vector<Row>& rows) {
  std::vector<int> widths(rows.front().size(), 0);
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      widths[c] = std::max(widths[c], display_width(row[c].text));
    }
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line = " ";
    for (std::size_t c = 0; c < row.size(); ++c) {
      const auto gap = static_cast<std::size_t>(widths[c] - display_width(row[c].text));
      line += ' ';
      if (row[c].right) line.append(gap, ' ');
      line += row[c].text;
      if (!row[c].right) line.append(gap, ' ');
      line += ' ';
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
  return out;
}

std::string candidates_table(const StoryStep& step) {
  const Decision& decision = step.decision;
  const bool weighted = core::draws_by_weight(decision.routing);
  std::vector<Row> rows;
  Row head = {{" "},           {"unit"}, {"endpoint"}, {"predicted", true}, {"in time", true},
              {"$/1000", true}};
  if (weighted) head.push_back({"weight", true});
  head.push_back({"verdict"});
  rows.push_back(std::move(head));
  for (const auto& c : decision.candidates) {
    const bool known = knows_prediction(c);
    Row row = {{c.verdict == Verdict::kChosen ? ">" : ""},
               {unit_name(*step.view->spec, c.unit)},
               {endpoint_text(*step.view, c.endpoint)},
               {known ? duration_text(c.predicted) : "-", true},
               {known ? probability_text(c.probability) : "-", true},
               {c.cost_usd > 0.0 ? fmt::format("{:.3f}", 1000.0 * c.cost_usd) : "-", true}};
    if (weighted) row.push_back({percent_text(c.weight), true});
    row.push_back({verdict_words(c.verdict)});
    rows.push_back(std::move(row));
  }
  return table(rows);
}

std::string wrapped(std::string_view text, std::string_view indent) {
  std::string out;
  for (const auto& line : wrap(text, kTextColumns - display_width(indent))) {
    out.append(indent).append(line).append("\n");
  }
  return out;
}

std::string step_title(const Decision& decision) {
  const std::string after = duration_text(decision.at - decision.arrival);
  switch (decision.action) {
    case Action::kForward:
      return fmt::format("Attempt {}, {} after arrival, {}", decision.attempt, after,
                         core::to_string(decision.mode));
    case Action::kHold:
      return fmt::format("Held, {} after arrival", after);
    case Action::kReject:
      return fmt::format("Rejected, {} after arrival", after);
  }
  return {};
}

std::string fallbacks_sentence(const StoryStep& step) {
  if (step.decision.action != Action::kForward || step.decision.fallbacks.empty()) return {};
  std::string list;
  for (const EndpointId id : step.decision.fallbacks) {
    const auto* endpoint = find_endpoint(*step.view, id);
    if (!list.empty()) list += ", then ";
    list += endpoint == nullptr
                ? endpoint_text(*step.view, id)
                : fmt::format("{} ({})", unit_name(*step.view->spec, endpoint->unit),
                              endpoint_text(*step.view, id));
  }
  return " Had it failed: " + list + ".";
}

// The service's name, or "-" where none matched.
std::string service_name(const StoryStep& step) {
  const auto& services = step.view->spec->services;
  const bool known = step.decision.reason != core::RejectReason::kNoService &&
                     step.decision.service.index() < services.size();
  return known ? services[step.decision.service.index()].name : "-";
}

json::object candidate_json(const StoryStep& step, const Candidate& c) {
  const auto* endpoint = find_endpoint(*step.view, c.endpoint);
  const bool known = knows_prediction(c);
  json::object out;
  out["unit"] = unit_name(*step.view->spec, c.unit);
  out["endpoint"] = c.endpoint.value == 0 ? json::value(nullptr) : json::value(c.endpoint.value);
  out["address"] = endpoint == nullptr || endpoint->address.host.empty()
                       ? json::value(nullptr)
                       : json::value(address_text(*endpoint));
  out["predicted_ms"] = known ? json::value(rounded(to_millis(c.predicted), 3)) : nullptr;
  out["probability_in_time"] = known ? json::value(rounded(c.probability, 6)) : nullptr;
  out["usd_per_1000_requests"] = rounded(1000.0 * c.cost_usd, 6);
  if (core::draws_by_weight(step.decision.routing)) {
    out["weight_ratio"] = rounded(c.weight, 6);
  }
  out["verdict"] = core::to_string(c.verdict);
  return out;
}

json::object step_json(const RequestStory& story, std::size_t at) {
  const StoryStep& step = story.steps[at];
  const Decision& decision = step.decision;
  json::object out;
  out["action"] = core::to_string(decision.action);
  out["attempt"] = decision.attempt;
  out["after_arrival_ms"] = rounded(to_millis(decision.at - decision.arrival), 3);
  out["mode"] = core::to_string(decision.mode);
  out["routing"] = core::to_string(decision.routing);
  out["view_version"] = decision.view_version;
  if (decision.action == Action::kForward) {
    out["unit"] = unit_name(*step.view->spec, decision.unit);
    out["endpoint"] = decision.endpoint.value;
    out["late"] = decision.late;
    json::array fallbacks;
    for (const EndpointId id : decision.fallbacks) fallbacks.push_back(id.value);
    out["fallback_endpoints"] = std::move(fallbacks);
  }
  if (decision.action == Action::kReject) {
    out["reject_reason"] = core::to_string(decision.reason);
    out["status"] = decision.status;
    out["retry_after_s"] = to_seconds(decision.retry_after);
  }
  out["reason"] = reason_text(story, at);
  json::array candidates;
  for (const auto& candidate : decision.candidates) {
    candidates.push_back(candidate_json(step, candidate));
  }
  out["candidates"] = std::move(candidates);
  if (step.outcome.has_value()) {
    out["outcome"] = {
        {"kind", core::to_string(step.outcome->kind)},
        {"status", step.outcome->status},
        {"time_to_first_byte_ms", rounded(to_millis(step.outcome->time_to_first_byte), 3)}};
  }
  return out;
}

}  // namespace

std::string explain_text(const RequestStory& story) {
  SIGNALBOX_ASSERT(!story.steps.empty());
  std::string out =
      fmt::format("Request {}  {} {}  at {}\n", printable(story.request_id),
                  printable(story.method), printable(story.path), timestamp_text(story.started_at));
  const StoryStep& first = story.steps.front();
  const std::string service = service_name(first);
  if (service != "-") {
    const auto& spec = first.view->spec->service(first.decision.service);
    out += fmt::format("Service {}: {} within {}; {}\n", service,
                       quantile_text(spec.objective.quantile), setting_text(spec.objective.latency),
                       core::to_string(spec.policy));
  }
  for (std::size_t i = 0; i < story.steps.size(); ++i) {
    const StoryStep& step = story.steps[i];
    out += '\n' + step_title(step.decision) + '\n';
    if (!step.decision.candidates.empty()) out += '\n' + candidates_table(step) + '\n';
    out += wrapped(reason_text(story, i) + fallbacks_sentence(step), "  ");
  }
  out += '\n' + wrapped(ending_text(story), "");
  return out;
}

json::object explain_json(const RequestStory& story) {
  SIGNALBOX_ASSERT(!story.steps.empty());
  const std::string service = service_name(story.steps.front());
  json::object out;
  out["request_id"] = story.request_id;
  out["method"] = story.method;
  out["path"] = story.path;
  out["service"] = service == "-" ? json::value(nullptr) : json::value(service);
  out["started_at"] = timestamp_text(story.started_at);
  const Decision& last = story.steps.back().decision;
  out["objective_ms"] = rounded(to_millis(last.deadline - last.arrival), 3);
  json::array steps;
  for (std::size_t i = 0; i < story.steps.size(); ++i) steps.push_back(step_json(story, i));
  out["steps"] = std::move(steps);
  out["finished"] = story.finished;
  out["status"] = story.status;
  out["time_to_first_byte_ms"] = rounded(to_millis(story.time_to_first_byte), 3);
  out["duration_ms"] = rounded(to_millis(story.duration), 3);
  out["ending"] = ending_text(story);
  return out;
}

}  // namespace signalbox::observe
