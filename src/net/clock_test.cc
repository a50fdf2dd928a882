// SPDX-License-Identifier: Apache-2.0
//
// What can be said of a clock without waiting on it: it never runs back, and its two faces agree on
// what they are.
#include "net/clock.h"

#include <gtest/gtest.h>

#include <chrono>

namespace signalbox::net {
namespace {

TEST(Clock, never_runs_backwards) {
  TimePoint last = now();
  for (int i = 0; i < 100'000; ++i) {
    const TimePoint next = now();
    ASSERT_GE(next, last);
    last = next;
  }
}

TEST(Clock, unix_nanos_is_the_date) {
  constexpr std::int64_t k2020 = 1'577'836'800'000'000'000;
  constexpr std::int64_t k2200 = 7'258'118'400'000'000'000;
  EXPECT_GT(unix_nanos(), k2020);
  EXPECT_LT(unix_nanos(), k2200);
}

}  // namespace
}  // namespace signalbox::net
