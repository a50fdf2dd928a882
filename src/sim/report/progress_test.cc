// SPDX-License-Identifier: Apache-2.0
#include "sim/report/progress.h"

#include <gtest/gtest.h>

#include "observe/unicode.h"

namespace signalbox::sim {
namespace {

TEST(ProgressLine, says_what_how_far_and_how_long) {
  EXPECT_EQ(render_progress({"s1 signalbox seed 3/20", 42, 100, 58s}, 80),
            "s1 signalbox seed 3/20  [########------------]   42 %  1 min 30 s left");
}

TEST(ProgressLine, is_coarser_the_longer_it_takes) {
  const auto left_of = [](double done, Duration elapsed) {
    const std::string line = render_progress({"x", done, 100, elapsed}, 80);
    return line.substr(line.find("%") + 1);
  };
  EXPECT_EQ(left_of(50, 7s), "  7 s left");
  EXPECT_EQ(left_of(50, 120s), "  2 min left");
  EXPECT_EQ(left_of(50, 1000s), "  17 min left");
  EXPECT_EQ(left_of(1, 100s), "  2 h 45 min left");
  EXPECT_EQ(left_of(100, 100s), "  done");
}

TEST(ProgressLine, promises_nothing_before_it_can_tell) {
  EXPECT_FALSE(time_left({"x", 0, 100, 10s}));
  EXPECT_FALSE(time_left({"x", 50, 100, 100ms}));
  EXPECT_FALSE(time_left({"x", 0, 0, 10s})) << "no work at all";
  EXPECT_EQ(render_progress({"x", 0, 100, Duration{}}, 60), "x  [--------------------]    0 %");
}

TEST(ProgressLine, keeps_to_the_width_and_gives_up_the_bar_first) {
  const Progress progress{"s1 signalbox seed 3/20", 42, 100, 58s};
  EXPECT_EQ(render_progress(progress, 50), "s1 signalbox seed 3/20   42 %  1 min 30 s left");
  for (const int width : {10, 30, 45, 60, 100}) {
    EXPECT_LE(observe::display_width(render_progress(progress, width)), width);
  }
}

TEST(ProgressLine, never_shows_more_than_all) {
  EXPECT_NE(render_progress({"x", 150, 100, 10s}, 60).find("100 %"), std::string::npos);
}

}  // namespace
}  // namespace signalbox::sim
