// SPDX-License-Identifier: Apache-2.0
//
// Which of a source's faults holds when.
#include "sim/engine/source_fault.h"

#include <gtest/gtest.h>

#include <vector>

namespace signalbox::sim {
namespace {

TEST(SourceFault, holds_for_its_source_from_its_begin_to_before_its_end) {
  const std::vector<ScheduledSourceFault> faults = {{10s, 20s, "cloud", {.silent = true}}};
  EXPECT_EQ(in_force(faults, "cloud", 9s), nullptr);
  ASSERT_NE(in_force(faults, "cloud", 10s), nullptr);
  EXPECT_TRUE(in_force(faults, "cloud", 19s)->fault.silent);
  EXPECT_EQ(in_force(faults, "cloud", 20s), nullptr);
  EXPECT_EQ(in_force(faults, "vllm", 15s), nullptr);
}

TEST(SourceFault, of_two_the_later_one_holds) {
  const std::vector<ScheduledSourceFault> faults = {{10s, 100s, "cloud", {.price_factor = 0.0}},
                                                    {20s, 30s, "cloud", {.silent = true}}};
  EXPECT_TRUE(in_force(faults, "cloud", 25s)->fault.silent);
  EXPECT_EQ(in_force(faults, "cloud", 35s)->fault.price_factor, 0.0);
}

TEST(SourceFault, one_that_flaps_holds_in_the_first_half_of_each_period) {
  const SourceFault fault{.price_factor = 9.0, .flap = 2s};
  EXPECT_TRUE(factors_hold(fault, 0s));
  EXPECT_FALSE(factors_hold(fault, 1s));
  EXPECT_TRUE(factors_hold(fault, 2s));
  EXPECT_TRUE(factors_hold({.price_factor = 9.0}, 1s));
}

}  // namespace
}  // namespace signalbox::sim
