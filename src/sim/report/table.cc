// SPDX-License-Identifier: Apache-2.0
//
// Drawn on observe's canvas, which clips and measures whatever names turn up.
#include "sim/report/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "observe/canvas.h"
#include "observe/figures.h"
#include "observe/unicode.h"
#include "observe/wrapping.h"
#include "sim/report/result_columns.h"
#include "sim/report/wording.h"

namespace signalbox::sim {

namespace {

using observe::Canvas;
using observe::Ink;
using observe::Style;

constexpr Style kMuted = {Ink::kGrey};
constexpr Style kStrong = {Ink::kDefault, Ink::kDefault, true};
constexpr Style kBest = {Ink::kGreen, Ink::kDefault, true};
constexpr Style kBad = {Ink::kRed};

struct Cell {
  std::string text;
  bool best = false;
};

struct DrawnColumn {
  const ResultColumn* column;
  std::vector<Cell> cells;  // by row
  int width = 0;
};

DrawnColumn draw(const ResultColumn& column, std::span<const PolicySummary> rows,
                 const TableOptions& options) {
  DrawnColumn drawn{&column, {}, observe::display_width(column.title)};
  const auto best = best_rows(column, rows, options.attainment_target);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    drawn.cells.push_back({column.text(rows[i]), best[i]});
    drawn.width = std::max(drawn.width, observe::display_width(drawn.cells.back().text));
  }
  return drawn;
}

constexpr int kIndent = 1;
constexpr int kGap = 2;  // of these the first column carries the mark

int total_width(int names, const std::vector<DrawnColumn>& drawn) {
  int width = kIndent + names + 1;
  for (const auto& column : drawn) width += kGap + column.width;
  return width;
}

// Least important first, until the rest fits. Returns the titles that had to go, in table order.
std::vector<std::string_view> make_fit(int names, int width, std::vector<DrawnColumn>& drawn) {
  std::vector<const ResultColumn*> gone;
  while (drawn.size() > 1 && total_width(names, drawn) > width) {
    const auto least = std::max_element(
        drawn.begin(), drawn.end(),
        [](const auto& a, const auto& b) { return a.column->rank <= b.column->rank; });
    if (least->column->rank == 0) break;
    gone.push_back(least->column);
    drawn.erase(least);
  }
  std::sort(gone.begin(), gone.end());
  std::vector<std::string_view> titles;
  for (const ResultColumn* column : gone) titles.push_back(column->title);
  return titles;
}

std::string facts(const PolicySummary& first, std::span<const PolicySummary> rows) {
  std::string text =
      fmt::format("{} {}, {} requests each", first.seeds, first.seeds == 1 ? "seed" : "seeds",
                  mean_count_text(std::round(first.requests)));
  double low = 0.0;
  double high = 0.0;
  for (const auto& row : rows) {
    if (!row.lower_bound_usd) continue;
    low = low == 0.0 ? *row.lower_bound_usd : std::min(low, *row.lower_bound_usd);
    high = std::max(high, *row.lower_bound_usd);
  }
  if (high > 0.0) {
    const std::string from = observe::usd_text(low);
    const std::string to = observe::usd_text(high);
    text += ", lower bound " + (from == to ? from : from + " to " + to);
  }
  return text;
}

std::string join(const std::vector<std::string_view>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + std::string(word);
  return out;
}

std::string render_block(std::span<const PolicySummary> rows, const TableOptions& options) {
  int names = observe::display_width("policy");
  for (const auto& row : rows) names = std::max(names, observe::display_width(row.policy));
  names = std::min(names, std::max(8, options.width / 3));
  std::vector<DrawnColumn> drawn;
  for (const ResultColumn& column : result_columns()) {
    DrawnColumn one = draw(column, rows, options);
    const bool says_something = std::any_of(one.cells.begin(), one.cells.end(),
                                            [](const Cell& cell) { return cell.text != "-"; });
    if (says_something) drawn.push_back(std::move(one));
  }
  const auto gone = make_fit(names, options.width, drawn);
  const bool marked = std::any_of(drawn.begin(), drawn.end(), [](const auto& column) {
    return std::any_of(column.cells.begin(), column.cells.end(),
                       [](const Cell& cell) { return cell.best; });
  });
  std::vector<std::string> notes;
  if (marked) {
    notes.push_back(options.attainment_target
                        ? fmt::format("* best of its column; money among those that keep {}",
                                      observe::quantile_text(*options.attainment_target))
                        : "* best of its column");
  }
  if (!gone.empty()) notes.push_back("a wider terminal also shows " + join(gone));
  std::vector<std::string> note_lines;
  for (const auto& note : notes) {
    for (auto& line : observe::wrap(note, std::max(20, options.width - kIndent))) {
      note_lines.push_back(std::move(line));
    }
  }

  Canvas canvas({options.width, 3 + static_cast<int>(rows.size() + note_lines.size()) +
                                    (note_lines.empty() ? 0 : 1)});
  const int after = canvas.text(0, kIndent, rows.front().scenario, kStrong);
  canvas.text(0, after + kGap, facts(rows.front(), rows), kMuted);
  int row = 2;
  canvas.text(row, kIndent, "policy", kMuted);
  int end = kIndent + names + 1;
  for (const auto& column : drawn) {
    end += kGap + column.width;
    canvas.text_right(row, end - 1, column.column->title, kMuted);
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ++row;
    canvas.text(row, kIndent, rows[i].policy, kStrong, names);
    const bool kept = keeps_objective(rows[i], options.attainment_target);
    end = kIndent + names + 1;
    for (const auto& column : drawn) {
      end += kGap + column.width;
      const Cell& cell = column.cells[i];
      const bool missed = !kept && column.column->good == Good::kLarge;
      const Style style = missed                          ? kBad
                          : cell.best                     ? kBest
                          : kept || !column.column->money ? Style{}
                                                          : kMuted;
      canvas.text_right(row, end - 1, cell.text, style);
      if (cell.best) canvas.put(row, end - 1, U'*', kBest);
    }
  }
  if (!note_lines.empty()) row += 1;
  for (const auto& line : note_lines) canvas.text(++row, kIndent, line, kMuted);
  return canvas.render(options.color) + '\n';
}

}  // namespace

std::string render_table(std::span<const PolicySummary> summaries, const TableOptions& options) {
  std::string out;
  while (!summaries.empty()) {
    const auto end = std::find_if(summaries.begin(), summaries.end(), [&](const auto& s) {
      return s.scenario != summaries.front().scenario;
    });
    const auto rows = static_cast<std::size_t>(end - summaries.begin());
    if (!out.empty()) out += '\n';
    out += render_block(summaries.first(rows), options);
    summaries = summaries.subspan(rows);
  }
  return out;
}

std::string render_scenarios(std::span<const ScenarioListing> scenarios, int width, bool color) {
  int names = 8;
  int lengths = 6;
  int requests = 8;
  for (const auto& scenario : scenarios) {
    names = std::max(names, observe::display_width(scenario.name));
    lengths = std::max(lengths, observe::display_width(length_text(scenario.length)));
    requests = std::max(
        requests, observe::display_width(mean_count_text(std::round(scenario.expected_requests))));
  }
  const int title_at = kIndent + names + 2;
  const int title_width = std::max(16, width - title_at - (lengths + requests + 5));
  std::vector<std::vector<std::string>> titles;
  int rows = 1;
  for (const auto& scenario : scenarios) {
    titles.push_back(observe::wrap(scenario.title, title_width));
    rows += static_cast<int>(titles.back().size());
  }
  int widest = 5;
  for (const auto& lines : titles) {
    for (const auto& line : lines) widest = std::max(widest, observe::display_width(line));
  }
  const int lengths_end = title_at + widest + 2 + lengths;
  const int requests_end = lengths_end + 2 + requests;
  Canvas canvas({std::max(width, requests_end), rows});
  canvas.text(0, kIndent, "scenario", kMuted);
  canvas.text(0, title_at, "title", kMuted);
  canvas.text_right(0, lengths_end, "length", kMuted);
  canvas.text_right(0, requests_end, "requests", kMuted);
  int row = 1;
  for (std::size_t i = 0; i < scenarios.size(); ++i) {
    canvas.text(row, kIndent, scenarios[i].name, kStrong);
    canvas.text_right(row, lengths_end, length_text(scenarios[i].length));
    canvas.text_right(row, requests_end,
                      mean_count_text(std::round(scenarios[i].expected_requests)));
    for (const auto& line : titles[i]) canvas.text(row++, title_at, line);
  }
  return canvas.render(color) + '\n';
}

}  // namespace signalbox::sim
