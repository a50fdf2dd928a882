// SPDX-License-Identifier: Apache-2.0
//
// Conversions between integer nanoseconds and fractional seconds, and their rounding.
#include "base/time.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <cstdlib>

namespace signalbox {
namespace {

TEST(Time, converts_to_seconds_and_milliseconds) {
  EXPECT_DOUBLE_EQ(to_seconds(1500ms), 1.5);
  EXPECT_DOUBLE_EQ(to_millis(2s), 2000.0);
}

TEST(Time, rounds_to_the_nearest_nanosecond_on_both_sides_of_zero) {
  EXPECT_EQ(from_seconds(1.4e-9), 1ns);
  EXPECT_EQ(from_seconds(1.6e-9), 2ns);
  EXPECT_EQ(from_seconds(-1.4e-9), -1ns);
  EXPECT_EQ(from_seconds(-1.6e-9), -2ns);
  EXPECT_EQ(from_seconds(0.0), 0ns);
}

TEST(Time, decimal_fractions_come_out_whole) {
  EXPECT_EQ(from_seconds(0.1), 100ms);
  EXPECT_EQ(from_seconds(0.9), 900ms);
  EXPECT_EQ(from_seconds(86400.0), 24h);
}

RC_GTEST_PROP(Time, a_day_survives_the_way_through_seconds, ()) {
  const Duration duration{*rc::gen::inRange<std::int64_t>(-86'400'000'000'000, 86'400'000'000'000)};
  RC_ASSERT(from_seconds(to_seconds(duration)) == duration);
}

TEST(Time, scales_a_duration) {
  EXPECT_EQ(scale(10s, 0.25), 2500ms);
  EXPECT_EQ(scale(3ns, 0.5), 2ns);
}

}  // namespace
}  // namespace signalbox
