// SPDX-License-Identifier: Apache-2.0
//
// Printing diagnostics: the caret stands under the right character whatever the line holds.
#include "config/diagnostics.h"

#include <gtest/gtest.h>

#include <string>

namespace signalbox::config {
namespace {

Diagnostic at(std::string source, int column) {
  return {.file = "a.yaml",
          .mark = {7, column},
          .key = "k",
          .message = "m",
          .hint = "h",
          .allowed = "",
          .source = std::move(source)};
}

TEST(Rendering, looks_like_a_compilers) {
  Diagnostic diagnostic = at("latency: 2", 10);
  diagnostic.allowed = "x, y";
  EXPECT_EQ(render(diagnostic),
            "a.yaml:7:10: k: m; h\n"
            "    7 | latency: 2\n"
            "      |          ^\n"
            "      = allowed: x, y\n");
}

TEST(Rendering, the_whole_file_has_neither_line_nor_caret) {
  Diagnostic diagnostic = at("", 0);
  diagnostic.mark = {};
  diagnostic.key = "";
  EXPECT_EQ(render(diagnostic), "a.yaml: m; h\n");
}

TEST(Rendering, keeps_tabs_and_counts_characters_not_bytes) {
  EXPECT_EQ(render(at("\tüx: 2", 5)),
            "a.yaml:7:5: k: m; h\n"
            "    7 | \tüx: 2\n"
            "      | \t   ^\n");
}

TEST(Rendering, the_caret_may_stand_behind_the_end_of_the_line) {
  EXPECT_EQ(render(at("ab", 4)),
            "a.yaml:7:4: k: m; h\n"
            "    7 | ab\n"
            "      |    ^\n");
}

TEST(Rendering, shows_a_window_of_a_very_long_line) {
  const std::string shown = render(at(std::string(5000, 'x') + "!" + std::string(5000, 'y'), 5001));
  EXPECT_LT(shown.size(), 400U);
  const auto source = shown.find("...");
  const auto bang = shown.find('!') - shown.rfind('\n', shown.find('!'));
  const auto caret = shown.find('^') - shown.rfind('\n', shown.find('^'));
  EXPECT_NE(source, std::string::npos);
  EXPECT_EQ(bang, caret);
}

TEST(Rendering, never_sends_control_characters_to_the_terminal) {
  const std::string shown =
      render(at("a: \x1b[31m\xC2\x9B"
                "2J\xFF",
                4));
  for (const char c : shown) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
  EXPECT_EQ(shown.find("\xC2\x9B"), std::string::npos);
  EXPECT_EQ(find_invalid_utf8(shown), std::string::npos);
}

TEST(Rendering, shows_the_first_fifty_and_counts_all) {
  Diagnostics many;
  for (int i = 0; i < 60; ++i) many.list.push_back(at("x", 1));
  const std::string shown = render(many);
  EXPECT_TRUE(shown.ends_with("60 errors in a.yaml; the first 50 are shown\n"));
  EXPECT_EQ(render(Diagnostics{}), "");
}

TEST(Reporting, sorts_by_place) {
  const Text text("a: 1\nb: 2\n", "a.yaml");
  Report report(text);
  report.add({"b", {2, 4}}, "second");
  report.add({"a", {1, 4}}, "first");
  report.add({"", {}}, "file");
  const auto sorted = std::move(report).sorted();
  ASSERT_EQ(sorted.list.size(), 3U);
  EXPECT_EQ(sorted.list[0].message, "file");
  EXPECT_EQ(sorted.list[1].source, "a: 1");
  EXPECT_EQ(sorted.list[2].source, "b: 2");
}

TEST(Quoting, cuts_long_values_between_characters) {
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "ü";
  const std::string shown = in_quotes(umlauts);
  EXPECT_EQ(find_invalid_utf8(shown), std::string::npos);
  EXPECT_TRUE(shown.ends_with("...'"));
  EXPECT_EQ(in_quotes("a\nb"), "'a\\nb'");
}

TEST(Utf8, finds_the_first_wrong_byte) {
  EXPECT_EQ(find_invalid_utf8("grün 漢字 😀"), std::string::npos);
  EXPECT_EQ(find_invalid_utf8("ab\xFF"), 2U);
  EXPECT_EQ(find_invalid_utf8("a\xC0\x80"), 1U);         // overlong
  EXPECT_EQ(find_invalid_utf8("\xED\xA0\x80"), 0U);      // surrogate
  EXPECT_EQ(find_invalid_utf8("\xF4\x90\x80\x80"), 0U);  // beyond U+10FFFF
  EXPECT_EQ(find_invalid_utf8("a\xE2\x82"), 1U);         // cut short
}

}  // namespace
}  // namespace signalbox::config
