// SPDX-License-Identifier: Apache-2.0
//
// Rise and fall: only probes in a row change an endpoint's standing.
#include "core/estimate/health.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace signalbox::core {
namespace {

TEST(ProbeHealth, one_lost_probe_changes_nothing) {
  ProbeHealth health;
  EXPECT_FALSE(health.observe(false, 2, 3));
  EXPECT_FALSE(health.observe(true, 2, 3));
  EXPECT_TRUE(health.healthy());
}

TEST(ProbeHealth, falls_after_three_failures_in_a_row_and_rises_after_two_passes) {
  ProbeHealth health;
  EXPECT_FALSE(health.observe(false, 2, 3));
  EXPECT_FALSE(health.observe(false, 2, 3));
  EXPECT_TRUE(health.observe(false, 2, 3));
  EXPECT_FALSE(health.healthy());
  EXPECT_FALSE(health.observe(false, 2, 3)) << "the standing changed once, not again";
  EXPECT_FALSE(health.observe(true, 2, 3));
  EXPECT_TRUE(health.observe(true, 2, 3));
  EXPECT_TRUE(health.healthy());
}

TEST(ProbeHealth, a_pass_between_failures_starts_the_count_again) {
  ProbeHealth health;
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(health.observe(false, 2, 3));
    EXPECT_FALSE(health.observe(false, 2, 3));
    EXPECT_FALSE(health.observe(true, 2, 3));
  }
  EXPECT_TRUE(health.healthy());
}

// Against the definition: the standing is the last one that `rise` or `fall` equal probes in a row
// have confirmed.
RC_GTEST_PROP(ProbeHealth, agrees_with_its_definition, (std::vector<bool> probes)) {
  const int rise = *rc::gen::inRange(1, 5);
  const int fall = *rc::gen::inRange(1, 5);
  ProbeHealth health;
  bool expected = true;
  int run = 0;
  bool running = true;
  for (const bool passed : probes) {
    run = passed == running ? run + 1 : 1;
    running = passed;
    const bool before = expected;
    if (run >= (passed ? rise : fall)) expected = passed;
    RC_ASSERT(health.observe(passed, rise, fall) == (before != expected));
    RC_ASSERT(health.healthy() == expected);
  }
}

}  // namespace
}  // namespace signalbox::core
