// SPDX-License-Identifier: Apache-2.0
#include "observe/wall_time.h"

#include <gtest/gtest.h>

namespace signalbox::observe {
namespace {

TEST(WallTime, dates_by_the_calendar) {
  EXPECT_EQ(timestamp_text(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(timestamp_text(1'709'164'799'999'999'999), "2024-02-28T23:59:59.999Z");
  EXPECT_EQ(timestamp_text(1'709'164'800'000'000'000), "2024-02-29T00:00:00.000Z") << "a leap day";
  EXPECT_EQ(timestamp_text(-1), "1969-12-31T23:59:59.999Z");
}

TEST(WallTime, an_offset_places_the_timeline) {
  const WallOffset wall{1'700'000'000'000'000'000};
  EXPECT_EQ(timestamp_text(wall.at(TimePoint{1500ms})), "2023-11-14T22:13:21.500Z");
}

}  // namespace
}  // namespace signalbox::observe
