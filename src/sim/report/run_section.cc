// SPDX-License-Identifier: Apache-2.0
#include "sim/report/run_section.h"

#include <fmt/format.h>

#include <algorithm>

namespace signalbox::sim {

namespace {

// A policy that flaps may switch thousands of times; nobody reads so many.
constexpr std::size_t kMostChanges = 40;

const char* short_name(core::Mode mode) {
  return mode == core::Mode::kCostOptimized ? "cost" : "capacity";
}

}  // namespace

PlotTime plot_time(const RunPlots& run, const std::vector<Happening>& happenings) {
  PlotTime time;
  time.first = run.history.points.front().since_start;
  time.step = run.history.step;
  time.points = run.history.points.size();
  time.axis = run.axis;
  time.happenings = happenings;
  time.capacity_mode = capacity_mode_windows(run.result);
  return time;
}

std::string happenings_key(const RunPlots& run, const std::vector<Happening>& happenings) {
  const bool shaded = !capacity_mode_windows(run.result).empty();
  if (!shaded && happenings.empty()) return {};
  std::string out = "<ul class=\"key\">\n";
  if (shaded) out += "<li><i class=\"shade\"></i>in capacity mode</li>\n";
  for (std::size_t i = 0; i < happenings.size(); ++i) {
    out += fmt::format("<li><i class=\"mark\">{}</i>{}, {} to {}</li>\n",
                       static_cast<char>('A' + static_cast<char>(i % 26)),
                       escape_html(happenings[i].text), run.axis.text(happenings[i].when.from),
                       run.axis.text(happenings[i].when.to));
  }
  return out + "</ul>\n";
}

std::string mode_changes(const RunPlots& run) {
  const auto& changes = run.result.mode_changes;
  if (changes.empty()) return {};
  std::string out =
      fmt::format("<details class=\"changes\"><summary>{} of mode, and why</summary>\n<ol>\n",
                  changes.size() == 1 ? "1 change" : fmt::format("{} changes", changes.size()));
  for (std::size_t i = 0; i < std::min(changes.size(), kMostChanges); ++i) {
    const core::ModeChange& change = changes[i];
    out += fmt::format("<li><b>{}</b> {} &rarr; {}<span>{}</span></li>\n",
                       run.axis.text(change.at - TimePoint{}), short_name(change.from),
                       short_name(change.to), escape_html(change.evidence));
  }
  out += "</ol>\n";
  if (changes.size() > kMostChanges) {
    out += fmt::format("<p>and {} more</p>\n", changes.size() - kMostChanges);
  }
  return out + "</details>\n";
}

}  // namespace signalbox::sim
