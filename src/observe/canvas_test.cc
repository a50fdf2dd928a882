// SPDX-License-Identifier: Apache-2.0
#include "observe/canvas.h"

#include <gtest/gtest.h>

namespace signalbox::observe {
namespace {

TEST(Canvas, text_that_does_not_fit_ends_in_an_ellipsis) {
  Canvas canvas({8, 2});
  EXPECT_EQ(canvas.text(0, 0, "precisely"), 8);
  canvas.text(1, 2, "abcdef", {}, 4);
  EXPECT_EQ(canvas.render(false), "precise…\n  abc…");
}

TEST(Canvas, a_wide_glyph_is_whole_or_absent) {
  Canvas canvas({5, 1});
  canvas.text(0, 0, "推論推");
  EXPECT_EQ(canvas.render(false), "推論…");
  canvas.put(0, 1, U'x');
  EXPECT_EQ(canvas.render(false), " x論…") << "half of the overwritten glyph is gone too";
}

TEST(Canvas, drawing_outside_is_ignored) {
  Canvas canvas({3, 1});
  canvas.put(-1, 0, U'x');
  canvas.put(0, 3, U'x');
  canvas.put(1, 0, U'x');
  canvas.text(0, 7, "far");
  canvas.text(5, 0, "below");
  canvas.bar(0, 1, 80, {});
  EXPECT_EQ(canvas.render(false), " ██");
}

TEST(Canvas, bars_are_exact_to_an_eighth) {
  Canvas canvas({4, 1});
  canvas.bar(0, 0, 19, {});
  EXPECT_EQ(canvas.render(false), "██▍");
}

TEST(Canvas, colour_changes_only_where_the_style_does) {
  Canvas canvas({6, 1});
  canvas.text(0, 0, "ab", {Ink::kRed});
  canvas.text(0, 2, "cd", {Ink::kRed, Ink::kDefault, true});
  canvas.text(0, 4, "e");
  EXPECT_EQ(canvas.render(true), "\x1b[0;38;5;167mab\x1b[0;1;38;5;167mcd\x1b[0me");
  EXPECT_EQ(canvas.render(false), "abcde");
}

TEST(Canvas, terminal_controls_in_text_do_not_get_through) {
  Canvas canvas({12, 1});
  canvas.text(0, 0, "a\x1b[2J\n\u202eb");
  EXPECT_EQ(canvas.render(true), "a\uFFFD[2J\uFFFDb");
}

}  // namespace
}  // namespace signalbox::observe
