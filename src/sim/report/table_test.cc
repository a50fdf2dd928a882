// SPDX-License-Identifier: Apache-2.0
#include "sim/report/table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "observe/unicode.h"
#include "sim/report/golden.h"
#include "sim/report/sample_summaries.h"

namespace signalbox::sim {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string line_with(const std::string& text, std::string_view words) {
  for (const auto& line : lines_of(text)) {
    if (line.find(words) != std::string::npos) return line;
  }
  return {};
}

std::vector<PolicySummary> two_scenarios() {
  auto runs = sample_comparison("s1");
  const auto more = sample_comparison("s2");
  runs.insert(runs.end(), more.begin(), more.end());
  return summarise(runs);
}

TEST(ResultTable, reads_well_on_a_wide_terminal) {
  expect_golden("table_wide.txt",
                render_table(two_scenarios(), {.width = 140, .attainment_target = 0.99}));
}

TEST(ResultTable, reads_well_on_a_terminal_of_80_columns) {
  expect_golden("table_80.txt",
                render_table(two_scenarios(), {.width = 80, .attainment_target = 0.99}));
}

TEST(ResultTable, never_calls_cheapest_what_misses_the_objective) {
  const std::string table =
      render_table(two_scenarios(), {.width = 120, .attainment_target = 0.99});
  EXPECT_NE(line_with(table, "signalbox").find("$445.00*"), std::string::npos) << table;
  EXPECT_EQ(line_with(table, "keda-per-unit").find("$425.00*"), std::string::npos) << table;
  const std::string without_target = render_table(two_scenarios(), {.width = 120});
  EXPECT_NE(line_with(without_target, "keda-per-unit").find("$425.00*"), std::string::npos);
}

TEST(ResultTable, marks_nothing_where_all_are_equal) {
  const std::string table = render_table(two_scenarios(), {.width = 140});
  EXPECT_EQ(table.find("508 ms*"), std::string::npos) << "every policy has this p50";
}

TEST(ResultTable, keeps_to_any_width_whatever_the_names) {
  const std::vector<MeasuredRun> runs = {sample_measured("s1", "信号箱-мост-\xff\x1b[31m", 1),
                                         sample_measured("s1", "lcp", 1),
                                         sample_measured("s1", std::string(200, 'x'), 1)};
  for (const int width : {40, 60, 80, 200}) {
    const std::string table = render_table(summarise(runs), {.width = width});
    for (const auto& line : lines_of(table)) EXPECT_LE(observe::display_width(line), width) << line;
    EXPECT_EQ(table.find('\x1b'), std::string::npos) << "a name may not drive the terminal";
    EXPECT_NE(table.find("$400.00"), std::string::npos) << "cost is never left out";
  }
}

TEST(ResultTable, colours_only_when_told_and_says_the_same_with_and_without) {
  const std::string plain = render_table(two_scenarios(), {.width = 120});
  std::string coloured = render_table(two_scenarios(), {.width = 120, .color = true});
  EXPECT_EQ(plain.find('\x1b'), std::string::npos);
  EXPECT_NE(coloured.find('\x1b'), std::string::npos);
  for (auto at = coloured.find('\x1b'); at != std::string::npos; at = coloured.find('\x1b')) {
    coloured.erase(at, coloured.find('m', at) - at + 1);
  }
  EXPECT_EQ(plain, coloured);
}

TEST(ResultTable, of_nothing_is_nothing) { EXPECT_EQ(render_table({}, {}), ""); }

TEST(ScenarioList, reads_well) {
  const std::vector<ScenarioListing> scenarios = {
      {"s1", "Paper replay: three waves, an inf2 shortage, L4 capped at a peak", 45h, 4'131'000},
      {"s1b", "S1, and half of the running inf2 lost while the load rises", 45h, 4'131'000},
      {"s3", "Mixed tiers on spot", 14 * 24h, 31'104'000},
      {"figures-8-9", "信号: capacity mode with a capped pool", 2h + 30min, 181'440.4},
  };
  expect_golden("scenarios.txt", render_scenarios(scenarios, 80, false));
}

}  // namespace
}  // namespace signalbox::sim
