// SPDX-License-Identifier: Apache-2.0
#include "control/beat.h"

#include <gtest/gtest.h>

namespace signalbox::control {
namespace {

constexpr TimePoint kAnchor{100s};

TEST(Beat, the_first_beat_is_the_anchor_itself) {
  EXPECT_EQ(next_beat(kAnchor, 1s, kAnchor - 5s), kAnchor);
}

TEST(Beat, on_a_beat_the_next_one_is_a_period_later) {
  EXPECT_EQ(next_beat(kAnchor, 1s, kAnchor), kAnchor + 1s);
  EXPECT_EQ(next_beat(kAnchor, 1s, kAnchor + 1s), kAnchor + 2s);
}

TEST(Beat, lateness_does_not_shift_the_beats_that_follow) {
  TimePoint now = kAnchor;
  for (int beat = 1; beat <= 1000; ++beat) {
    now = next_beat(kAnchor, 1s, now);
    ASSERT_EQ(now, kAnchor + beat * 1s);
    now += 300ms;  // noticed late, each time
  }
}

TEST(Beat, beats_that_were_missed_are_skipped) {
  EXPECT_EQ(next_beat(kAnchor, 1s, kAnchor + 7500ms), kAnchor + 8s);
}

TEST(Beat, a_year_of_nanoseconds_is_exact) {
  const TimePoint late = kAnchor + 365 * 24h + 1ns;
  EXPECT_EQ(next_beat(kAnchor, 1s, late), kAnchor + 365 * 24h + 1s);
}

}  // namespace
}  // namespace signalbox::control
