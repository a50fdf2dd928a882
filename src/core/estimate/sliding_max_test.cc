// SPDX-License-Identifier: Apache-2.0
//
// The monotonic queue against looking at everything.
#include "core/estimate/sliding_max.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/model/testdata/fleets.h"

namespace signalbox::core {
namespace {

using testdata::at;

TEST(SlidingMax, holds_a_peak_for_exactly_the_window) {
  SlidingMax max;
  EXPECT_EQ(max.push(9, at(0s), 10s), 9);
  EXPECT_EQ(max.push(3, at(10s), 10s), 9);
  EXPECT_EQ(max.push(3, at(10s) + 1ns, 10s), 3);
}

TEST(SlidingMax, without_a_window_only_the_present_counts) {
  SlidingMax max;
  EXPECT_EQ(max.push(9, at(0s), 0s), 9);
  EXPECT_EQ(max.push(2, at(1s), 0s), 2);
}

RC_GTEST_PROP(SlidingMax, agrees_with_brute_force, ()) {
  const auto steps = *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::inRange(0, 5), rc::gen::inRange(-50, 50)));
  const Duration window = std::chrono::seconds(*rc::gen::inRange(0, 20));
  SlidingMax max;
  std::vector<std::pair<TimePoint, int>> all;
  TimePoint now{};
  for (const auto& [gap, value] : steps) {
    now += std::chrono::seconds(gap);
    all.emplace_back(now, value);
    int expected = value;
    for (const auto& [when, seen] : all) {
      if (when >= now - window) expected = std::max(expected, seen);
    }
    RC_ASSERT(max.push(value, now, window) == expected);
  }
}

}  // namespace
}  // namespace signalbox::core
