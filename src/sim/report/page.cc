// SPDX-License-Identifier: Apache-2.0
//
// The page from top to bottom. Whatever text comes from outside passes escape_html() on its way.
#include "sim/report/page.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>

#include "observe/figures.h"
#include "sim/report/chart.h"
#include "sim/report/document.h"
#include "sim/report/frontier.h"
#include "sim/report/history_charts.h"
#include "sim/report/result_columns.h"
#include "sim/report/run_section.h"
#include "sim/report/thinned_history.h"
#include "sim/report/wording.h"

namespace signalbox::sim {

namespace {

std::optional<double> target_of(const ScenarioReport& scenario) {
  return scenario.objective_quantile > 0.0 ? std::optional(scenario.objective_quantile)
                                           : std::nullopt;
}

std::string fact(std::string_view name, std::string_view value) {
  return value.empty()
             ? std::string()
             : fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", name, escape_html(value));
}

std::string anchor(std::size_t scenario) { return fmt::format("scenario-{}", scenario + 1); }

std::string header(const PageInput& input) {
  std::string out = "<header>\n<h1>" + escape_html(input.title) + "</h1>\n";
  if (!input.command.empty()) {
    out += "<pre class=\"command\"><code>" + escape_html(input.command) + "</code></pre>\n";
  }
  out += "<dl class=\"facts\">\n";
  out += fact("Seeds", input.seeds);
  out += fact("Version", input.version);
  out += "</dl>\n";
  if (input.scenarios.size() > 1) {
    out += "<nav aria-label=\"Scenarios\"><ul>\n";
    for (std::size_t i = 0; i < input.scenarios.size(); ++i) {
      const auto& scenario = input.scenarios[i];
      out += fmt::format("<li><a href=\"#{}\"><b>{}</b> {}</a></li>\n", anchor(i),
                         escape_html(scenario.name), escape_html(scenario.title));
    }
    out += "</ul></nav>\n";
  }
  return out + "</header>\n";
}

std::string tile(std::string_view name, const std::string& value, const std::string& note) {
  return fmt::format("<div><dt>{}</dt><dd>{}</dd><dd class=\"note\">{}</dd></div>\n", name,
                     escape_html(value), escape_html(note));
}

// The headline of the policy this page is about.
std::string tiles(const ScenarioReport& scenario, const PolicySummary& s) {
  const auto target = target_of(scenario);
  std::string out = fmt::format("<dl class=\"tiles\" aria-label=\"{}\">\n", escape_html(s.policy));
  out += tile("Cost", observe::usd_text(s.cost_usd), s.policy);
  if (s.gap) {
    out += tile("Over the bound", observe::times_text(*s.gap, 1.0),
                "lower bound " + observe::usd_text(*s.lower_bound_usd));
  }
  out += tile("In time", attainment_text(s.slo_attainment),
              target ? "objective " + observe::quantile_text(*target) : "of all requests");
  out += tile("p99", ms_text(s.p99_ms),
              scenario.objective > Duration::zero()
                  ? "objective " + observe::setting_text(scenario.objective)
                  : "from arrival");
  out += tile("Lost", mean_count_text(s.dropped),
              "of " + mean_count_text(std::round(s.requests)) + ", " + mean_count_text(s.refused) +
                  " refused");
  return out + "</dl>\n";
}

const PairedComparison* comparison_of(const ScenarioReport& scenario, std::string_view policy) {
  const auto found = std::find_if(scenario.comparisons.begin(), scenario.comparisons.end(),
                                  [&](const auto& c) { return c.policy == policy; });
  return found == scenario.comparisons.end() ? nullptr : &*found;
}

std::string with_interval(const std::string& text, const std::optional<std::string>& interval,
                          bool best = false) {
  std::string out = escape_html(text);
  if (best) out += "<sup>*</sup>";
  if (interval) out += "<small>" + escape_html(*interval) + "</small>";
  return out;
}

std::string paired_cell(const PairedComparison* comparison) {
  if (comparison == nullptr) return "<td class=\"muted\">-</td>";
  const auto ratio = [](double r) { return fmt::format("{:.3f}", r); };
  std::optional<std::string> interval;
  if (comparison->cost_ratio_interval) {
    interval = ratio(comparison->cost_ratio_interval->low) + " to " +
               ratio(comparison->cost_ratio_interval->high);
  }
  return "<td>" + with_interval(ratio(comparison->cost_ratio), interval) + "</td>";
}

std::string table(const ScenarioReport& scenario, std::string_view highlighted) {
  const auto& rows = scenario.summaries;
  const auto target = target_of(scenario);
  const bool paired = !scenario.comparisons.empty();
  std::vector<const ResultColumn*> columns;
  std::vector<std::vector<bool>> best;
  for (const ResultColumn& column : result_columns()) {
    const bool known = std::any_of(rows.begin(), rows.end(),
                                   [&](const auto& row) { return column.text(row) != "-"; });
    if (!known || column.terminal_only) continue;
    columns.push_back(&column);
    best.push_back(best_rows(column, rows, target));
  }
  std::string out = "<div class=\"scroll\"><table class=\"results\">\n<caption><span>";
  const int seeds = rows.front().seeds;
  out += seeds == 1 ? std::string("1 seed")
                    : fmt::format("Means of {} seeds; below them 95 % intervals", seeds);
  if (rows.size() > 1) {
    out += ". Bold and marked *: best of its column";
    if (target) {
      out += fmt::format("; money among those that keep {}", observe::quantile_text(*target));
    }
  }
  out += ".</span></caption>\n<thead><tr><th scope=\"col\">policy</th>";
  for (std::size_t c = 0; c < columns.size(); ++c) {
    out += fmt::format("<th scope=\"col\" title=\"{}\">{}</th>",
                       escape_html(columns[c]->explanation), escape_html(columns[c]->title));
    if (c == 0 && paired) {
      out += fmt::format("<th scope=\"col\" title=\"cost over that of {}, same seeds\">/{}</th>",
                         escape_html(scenario.comparisons.front().reference),
                         escape_html(scenario.comparisons.front().reference));
    }
  }
  out += "</tr></thead>\n<tbody>\n";
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const bool kept = keeps_objective(rows[r], target);
    out += fmt::format("<tr{}><th scope=\"row\">{}</th>",
                       rows[r].policy == highlighted ? " class=\"own\"" : "",
                       escape_html(rows[r].policy));
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const ResultColumn& column = *columns[c];
      const bool missed = !kept && column.good == Good::kLarge;
      const char* look = best[c][r]              ? " class=\"best\""
                         : missed                ? " class=\"missed\""
                         : !kept && column.money ? " class=\"muted\""
                                                 : "";
      const auto interval = column.interval == nullptr ? std::nullopt : column.interval(rows[r]);
      out += fmt::format("<td{}>{}</td>", look,
                         with_interval(column.text(rows[r]), interval, best[c][r]));
      if (c == 0 && paired) out += paired_cell(comparison_of(scenario, rows[r].policy));
    }
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string notes(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out += "<p class=\"note\">" + escape_html(line) + "</p>\n";
  return out;
}

std::string runs(const ScenarioReport& scenario, std::size_t index, std::size_t most_points,
                 ChartSheet& charts) {
  std::vector<const RunResult*> shown;
  for (const RunResult& run : scenario.runs) {
    if (!run.history.empty()) shown.push_back(&run);
  }
  if (shown.empty()) return {};
  std::string out = "<h3>How it went</h3>\n";
  const std::string group = fmt::format("run-of-{}", anchor(index));
  if (shown.size() > 1) {
    out += "<fieldset class=\"choice\"><legend>Policy</legend>\n";
    for (std::size_t i = 0; i < shown.size(); ++i) {
      out += fmt::format(
          "<label><input type=\"radio\" name=\"{}\" value=\"{}\"{}><span>{}</span></label>\n",
          group, i, i == 0 ? " checked" : "", escape_html(shown[i]->policy));
    }
    out += "</fieldset>\n";
  }
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const RunResult& run = *shown[i];
    out += fmt::format("<div class=\"run\" data-group=\"{}\" data-value=\"{}\"{}>\n", group, i,
                       i == 0 ? "" : " hidden");
    out += fmt::format("<p class=\"note\">{}, seed {}.</p>\n", escape_html(run.policy), run.seed);
    const ThinnedHistory history = thinned(run, most_points);
    const RunPlots plots{run, history, scenario.axis};
    const auto time = charts.add(plot_time(plots, scenario.happenings));
    out += happenings_key(plots, scenario.happenings);
    out += "<div class=\"plots\">\n";
    out += charts.add(share_chart(plots), time);
    out += charts.add(replicas_chart(plots), time);
    out += charts.add(latency_chart(plots, scenario.objective), time);
    out += charts.add(cost_chart(plots), time);
    out += charts.add(rate_chart(plots), time);
    out += charts.add(unit_latency_chart(plots), time);
    out += "</div>\n" + mode_changes(plots) + "</div>\n";
  }
  return out;
}

std::string section(const PageInput& input, std::size_t index, std::size_t most_points,
                    ChartSheet& charts) {
  const ScenarioReport& scenario = input.scenarios[index];
  std::string out = fmt::format("<section id=\"{}\">\n<h2><span>{}</span> {}</h2>\n", anchor(index),
                                escape_html(scenario.name), escape_html(scenario.title));
  if (!scenario.description.empty()) out += "<p>" + escape_html(scenario.description) + "</p>\n";
  out += "<dl class=\"facts\">\n";
  if (scenario.length > Duration::zero()) out += fact("Length", length_text(scenario.length));
  if (scenario.objective > Duration::zero() && scenario.objective_quantile > 0.0) {
    out += fact("Objective",
                fmt::format("{} within {}", observe::quantile_text(scenario.objective_quantile),
                            observe::setting_text(scenario.objective)));
  }
  out += "</dl>\n";
  const auto own = std::find_if(scenario.summaries.begin(), scenario.summaries.end(),
                                [&](const auto& s) { return s.policy == input.highlighted; });
  if (own != scenario.summaries.end()) out += tiles(scenario, *own);
  if (!scenario.summaries.empty()) {
    if (scenario.summaries.size() > 1) {
      out += charts.add(frontier_chart(scenario.summaries, input.highlighted, target_of(scenario)));
    }
    out += table(scenario, input.highlighted);
  }
  out += notes(scenario.notes);
  out += runs(scenario, index, most_points, charts);
  return out + "</section>\n";
}

std::string footer(const PageInput& input) {
  const auto any = [&](auto holds) {
    return std::any_of(input.scenarios.begin(), input.scenarios.end(), [&](const auto& scenario) {
      return std::any_of(scenario.summaries.begin(), scenario.summaries.end(), holds);
    });
  };
  std::string out = "<footer>\n<h2>What these figures are, and are not</h2>\n<ul>\n";
  if (any([&](const PolicySummary& s) { return s.policy != input.highlighted; })) {
    out += fmt::format(
        "<li>Every policy but {} is our own implementation of what was published. {} A figure here "
        "says how such a rule does on these traces; it is no statement about anybody's "
        "product.</li>\n",
        escape_html(input.highlighted),
        input.equally_tuned
            ? "All were tuned equally: the same budget, on the first half of each scenario; the "
              "second half is reported."
            : "None was tuned for this page: all ran with the parameters they are shipped with.");
  }
  if (any([](const PolicySummary& s) { return s.gap.has_value(); })) {
    out +=
        "<li>The lower bound is what no fleet could have spent less than: it knew all requests "
        "and faults in advance and was allowed the same share of misses. It comes from a linear "
        "program whose dual solution is checked by code of our own, so it need not be believed "
        "of the solver. It may lie below what any real fleet can reach.</li>\n";
  }
  out +=
      "<li>Refused, lost and late requests are all misses; refusals are also counted apart."
      "</li>\n"
      "<li>All of it is simulated: service times are drawn from published profiles, and the "
      "decisions are those of the code that serves. Nothing here was validated on the hardware "
      "named.</li>\n</ul>\n</footer>\n";
  return out;
}

// Fewer points per series when there are so many runs that the page would grow past two megabytes.
std::size_t points_per_series(const PageInput& input) {
  constexpr std::size_t kBytesForPlots = 1'400'000;
  constexpr std::size_t kBytesPerNumber = 6;
  std::size_t series = 0;
  for (const auto& scenario : input.scenarios) {
    for (const auto& run : scenario.runs) {
      if (!run.history.empty())
        series += 3 * run.units.size() + 8;  // by unit: share, ready, latency
    }
  }
  const std::size_t affordable =
      kBytesForPlots / kBytesPerNumber / std::max<std::size_t>(1, series);
  return std::clamp<std::size_t>(std::min(affordable, input.most_points), 24, 600);
}

}  // namespace

std::string render_page(const PageInput& input) {
  ChartSheet charts;
  const std::size_t most_points = points_per_series(input);
  std::string body = header(input) + "<main>\n";
  for (std::size_t i = 0; i < input.scenarios.size(); ++i) {
    body += section(input, i, most_points, charts);
  }
  body += "</main>\n" + footer(input);
  return render_document({input.title, std::move(body)}, charts);
}

}  // namespace signalbox::sim
