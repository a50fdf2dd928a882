// SPDX-License-Identifier: Apache-2.0
#include "sim/report/reproduction_page.h"

#include <gtest/gtest.h>

#include "sim/report/chart.h"
#include "sim/report/page_checks.h"
#include "sim/report/sample_runs.h"

namespace signalbox::sim {
namespace {

std::string verdict_of(const std::string& page) {
  const std::string p = between(page, "<p class=\"verdict ", "</p>");
  return p.substr(p.find('>') + 1);
}

TEST(ReproductionPage, is_one_sound_file_with_the_three_experiments) {
  const std::string page = render_reproduction_page(sample_reproductions());
  expect_sound_page("reproduction", page);
  for (const char* id : {"figures-6-7", "figures-8-9", "figures-10-11"}) {
    EXPECT_NE(page.find("<section id=\"" + std::string(id) + "\""), std::string::npos);
    EXPECT_NE(page.find(escape_html(original_figures(id).original)), std::string::npos);
  }
  EXPECT_EQ(page_data(page).at("charts").as_array().size(), 3U * 6);
}

TEST(ReproductionPage, shows_a_failed_check_as_plainly_as_the_others) {
  ReproductionInput input = sample_reproductions();
  for (auto& r : input.reproductions) r.checks.clear();
  input.reproductions[0].checks = {{"It holds", "yes", true},
                                   {"It holds too", "it does not", false}};
  const std::string page = render_reproduction_page(input);
  EXPECT_EQ(verdict_of(page), "1 of 2 checks pass");
  EXPECT_NE(page.find("<li class=\"failed\">"), std::string::npos);
  EXPECT_NE(page.find("it does not"), std::string::npos);
  EXPECT_NE(page.find("class=\"verdict failed\""), std::string::npos);
}

TEST(ReproductionPage, without_checks_claims_nothing) {
  ReproductionInput input;
  const std::string page = render_reproduction_page(input);
  expect_sound_page("reproduction_empty", page);
  EXPECT_NE(page.find("class=\"verdict failed\">0 of 0"), std::string::npos);
}

TEST(ReproductionPage, says_so_when_a_run_kept_no_history) {
  ReproductionInput input = sample_reproductions();
  input.reproductions.resize(1);
  input.reproductions[0].result.history.clear();
  const std::string page = render_reproduction_page(input);
  expect_sound_page("reproduction_no_history", page);
  EXPECT_NE(page.find("kept no history"), std::string::npos);
}

TEST(ReproductionPage, no_text_can_become_markup) {
  const std::string evil = "\"><script>alert(1)</script>";
  ReproductionInput input = sample_reproductions();
  input.reproductions.resize(1);
  Reproduction& r = input.reproductions[0];
  r.id = r.title = r.original = r.ours = r.result.policy = evil;
  r.checks = {{evil, evil, false}};
  const std::string page = render_reproduction_page(input);
  expect_sound_page("reproduction_evil", page);
  EXPECT_EQ(page.find("<script>alert"), std::string::npos);
}

}  // namespace
}  // namespace signalbox::sim
