// SPDX-License-Identifier: Apache-2.0
#include "sim/report/page.h"

#include <gtest/gtest.h>

#include "sim/report/assets.h"
#include "sim/report/page_checks.h"
#include "sim/report/sample_runs.h"

namespace signalbox::sim {
namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(ReportPage, is_one_sound_file_that_asks_the_network_for_nothing) {
  expect_sound_page("report", render_page(sample_page()));
}

TEST(ReportPage, names_command_seeds_and_every_policy_and_plots_every_run) {
  const PageInput input = sample_page();
  const std::string page = render_page(input);
  EXPECT_TRUE(has(page, input.command));
  EXPECT_TRUE(has(page, "1 to 20"));
  for (const auto& summary : input.scenarios[0].summaries) {
    EXPECT_TRUE(has(page, "<th scope=\"row\">" + summary.policy + "</th>")) << summary.policy;
  }
  // Per scenario a frontier, and six plots for each of three runs.
  EXPECT_EQ(page_data(page).at("charts").as_array().size(), 2U * (1 + 3 * 6));
  EXPECT_EQ(page_data(page).at("times").as_array().size(), 2U * 3);
}

TEST(ReportPage, says_what_its_figures_are_not) {
  PageInput input = sample_page();
  const std::string page = render_page(input);
  EXPECT_TRUE(has(page, "our own implementation of what was published"));
  EXPECT_TRUE(has(page, "tuned equally"));
  EXPECT_TRUE(has(page, "Nothing here was validated on the hardware"));
  EXPECT_TRUE(has(page, "V100 instances, which stand in"));
  input.equally_tuned = false;
  EXPECT_FALSE(has(render_page(input), "tuned equally"));
}

TEST(ReportPage, of_one_run_without_seeds_or_bound_still_shows_it) {
  PageInput input;
  ScenarioReport scenario;
  scenario.name = "mine";
  scenario.runs = {sample_run({.scenario = "mine", .waves = 1, .bound = false})};
  MeasuredRun run;
  run.result = scenario.runs.front();
  const std::vector<MeasuredRun> runs = {run};
  scenario.summaries = summarise(runs);
  input.scenarios = {scenario};
  const std::string page = render_page(input);
  expect_sound_page("report_one_run", page);
  EXPECT_FALSE(has(page, "lower bound is what no fleet")) << "there is none to explain";
  EXPECT_FALSE(has(page, "own implementation")) << "nobody else is shown";
  EXPECT_FALSE(has(page, "class=\"frontier\"")) << "one policy is no comparison";
}

TEST(ReportPage, of_nothing_is_still_a_page) {
  expect_sound_page("report_empty", render_page({}));
  PageInput input;
  input.scenarios.resize(1);
  expect_sound_page("report_empty_scenario", render_page(input));
}

TEST(ReportPage, no_name_can_become_markup_or_script) {
  const std::string evil = "</script><script>alert('x')</script><!-- & \"\xff\u2028";
  PageInput input;
  input.title = input.command = input.version = input.seeds = input.highlighted = evil;
  ScenarioReport scenario;
  scenario.name = scenario.title = scenario.description = evil;
  scenario.notes = {evil};
  scenario.happenings = {{{1h, 2h}, evil}};
  RunResult run = sample_run({.waves = 1});
  run.policy = evil;
  for (auto& unit : run.units) unit = evil;
  core::ModeChange change;
  change.at = TimePoint{} + 3h;
  change.evidence = evil;
  run.mode_changes = {change};
  MeasuredRun measured;
  measured.result = run;
  MeasuredRun other = measured;
  other.result.policy = "other";
  const std::vector<MeasuredRun> runs = {measured, other};
  scenario.summaries = summarise(runs);
  scenario.comparisons = compare_to(evil, runs);
  scenario.runs = {run};
  input.scenarios = {scenario};
  const std::string page = render_page(input);
  expect_sound_page("report_evil", page);
  EXPECT_FALSE(has(page, "alert('x')</script>"));
  EXPECT_FALSE(has(page, "<!--"));
  const auto data = page_data(page);
  const auto& label = data.at("charts").at(1).at("series").at(0).at("label").as_string();
  EXPECT_EQ(std::string(label).rfind("</script><script>alert('x')", 0), 0U)
      << "the data still says what the name was: " << label;
}

TEST(ReportPage, of_very_many_runs_has_fewer_points_and_stays_small) {
  PageInput input = sample_page();
  const auto runs = input.scenarios[0].runs;
  for (int i = 0; i < 15; ++i) {
    input.scenarios[0].runs.insert(input.scenarios[0].runs.end(), runs.begin(), runs.end());
  }
  const std::string page = render_page(input);
  expect_sound_page("report_many", page);
  EXPECT_LT(page_data(page).at("times").at(0).at("points").to_number<int>(), 600);
}

TEST(ReportPage, carries_the_library_with_its_licence) {
  EXPECT_TRUE(has(std::string(kChartLibrary), "Chart.js v3"));
  EXPECT_TRUE(has(std::string(kChartLibrary), "MIT License"));
  for (const auto& asset : {kChartLibrary, kPageScript}) {
    EXPECT_FALSE(has(std::string(asset), "</script"));
    EXPECT_FALSE(has(std::string(asset), "<!--"));
  }
}

}  // namespace
}  // namespace signalbox::sim
