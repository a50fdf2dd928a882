// SPDX-License-Identifier: Apache-2.0
//
// Rows and columns; see tables.h.
#include "bench/policy/tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <span>
#include <utility>

#include "sim/report/summary.h"

namespace signalbox::bench {

namespace {

std::string parameters_in_words(const sim::Parameters& parameters) {
  std::string text;
  for (const auto& [name, value] : parameters) {
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {:g}", name, value);
  }
  return text.empty() ? "-" : text;
}

std::string with_interval(double value, const std::optional<sim::Interval>& interval, double times,
                          int digits) {
  std::string text = fmt::format("{:.{}f}", value * times, digits);
  if (interval) {
    text += fmt::format(" [{:.{}f}, {:.{}f}]", interval->low * times, digits,
                        interval->high * times, digits);
  }
  return text;
}

struct Row {
  const Entry* entry;
  sim::PolicySummary summary;
};

std::string table_of(const CourseResult& result, sim::RouterChoice router) {
  const double wanted = result.course->wanted;
  std::vector<Row> rows;
  for (const Entry& entry : result.entries) {
    // What comes with our router stands in both tables.
    const bool ours = entry.policy->native_routing == core::RoutingPolicy::kSignalbox;
    if (entry.router != router && !ours) continue;
    const auto summaries = sim::summarise(entry.runs);
    if (!summaries.empty()) rows.push_back({&entry, summaries[0]});
  }
  // Those that reach the objective first, then by cost.
  std::stable_sort(rows.begin(), rows.end(), [wanted](const Row& a, const Row& b) {
    return std::pair(a.summary.slo_attainment < wanted, a.summary.cost_usd) <
           std::pair(b.summary.slo_attainment < wanted, b.summary.cost_usd);
  });
  std::string text =
      "| policy | tuned to | cost $ | cost / bound | in time % | p99 ms | refused | violation min "
      "| $ per 1000 in time |\n|---|---|---|---|---|---|---|---|---|\n";
  for (const Row& row : rows) {
    const auto& s = row.summary;
    text += fmt::format(
        "| {}{}{} | {} | {} | {} | {} | {:.0f} | {:.0f} | {:.0f} | {} |\n",
        row.entry->policy->name == "signalbox" ? "**signalbox**"
                                               : std::string(row.entry->policy->name),
        row.entry->policy->oracle ? " (knows the future)" : "",
        s.slo_attainment < wanted ? fmt::format(" (misses {:g} %)", 100.0 * wanted) : "",
        parameters_in_words(row.entry->tuned), with_interval(s.cost_usd, s.cost_interval, 1.0, 2),
        s.gap ? with_interval(*s.gap, s.gap_interval, 1.0, 3) : "-",
        with_interval(s.slo_attainment, s.attainment_interval, 100.0, 3), s.p99_ms, s.refused,
        s.violation_minutes,
        s.usd_per_1k_within_slo ? fmt::format("{:.4f}", *s.usd_per_1k_within_slo) : "-");
  }
  return text;
}

}  // namespace

std::string render_tables(const std::vector<CourseResult>& results) {
  std::string text;
  for (const CourseResult& result : results) {
    const Course& course = *result.course;
    text += fmt::format("### {}, tuned for {:g} % in time: {}\n\n{}\n\n", course.scenario.name,
                        100.0 * course.wanted, course.scenario.title, course.scenario.about);
    if (result.seeds_done == 0) {
      text += "Not run yet.\n\n";
      continue;
    }
    text += fmt::format(
        "{} paired seed{} of {} wanted, {:.1f} h reported of {:.1f} h; tuned on {} other seed{} of "
        "the first half, six grid points each.\n\n",
        result.seeds_done, result.seeds_done == 1 ? "" : "s", course.seeds,
        to_seconds(course.scenario.length - course.scenario.report_from) / 3600.0,
        to_seconds(course.scenario.length) / 3600.0, course.tuning_seeds,
        course.tuning_seeds == 1 ? "" : "s");
    text += "Each with the router it was published with:\n\n";
    text += table_of(result, sim::RouterChoice::kNative);
    if (course.same_router_too) {
      text += "\nAll with Signalbox's router, so that only the scaling differs:\n\n";
      text += table_of(result, sim::RouterChoice::kSignalbox);
    }
    text += "\n";
  }
  return text;
}

Result<bool> replace_section(const std::string& path, const std::string& section) {
  constexpr std::string_view kBegin = "<!-- policies: begin -->\n";
  constexpr std::string_view kEnd = "<!-- policies: end -->";
  std::ifstream in(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const auto begin = text.find(kBegin);
  const auto end = text.find(kEnd);
  if (!in || begin == std::string::npos || end == std::string::npos || end < begin) {
    return Error{
        fmt::format("'{}' cannot be read, or has no lines '<!-- policies: begin -->' and "
                    "'<!-- policies: end -->' to write between",
                    path)};
  }
  text.replace(begin + kBegin.size(), end - begin - kBegin.size(), "\n" + section);
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out) return Error{fmt::format("cannot write '{}'", path)};
  return true;
}

}  // namespace signalbox::bench
