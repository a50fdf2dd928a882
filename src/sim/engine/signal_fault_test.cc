// SPDX-License-Identifier: Apache-2.0
#include "sim/engine/signal_fault.h"

#include <gtest/gtest.h>

#include <vector>

namespace signalbox::sim {
namespace {

const std::vector<ScheduledSignalFault> kStorm = {
    {10s, 20s, {.blackout = true}},
    {15s, 30s, {.delay = 5s, .load_factor = 0.5}},
    {25s, 40s, {.delay = 2s, .load_factor = 0.5, .price_factor = 3.0}},
};

TEST(SignalFault, nothing_is_wrong_outside_of_all_faults) {
  for (const Duration quiet : {Duration{0s}, Duration{10s - 1ns}, Duration{40s}}) {
    const SignalFault now = in_force(kStorm, quiet);
    EXPECT_FALSE(now.blackout);
    EXPECT_EQ(now.delay, 0s);
    EXPECT_DOUBLE_EQ(now.load_factor, 1.0);
    EXPECT_DOUBLE_EQ(now.price_factor, 1.0);
  }
}

TEST(SignalFault, holds_from_its_begin_to_just_before_its_end) {
  EXPECT_TRUE(in_force(kStorm, 10s).blackout);
  EXPECT_TRUE(in_force(kStorm, 20s - 1ns).blackout);
  EXPECT_FALSE(in_force(kStorm, 20s).blackout);
}

TEST(SignalFault, overlapping_faults_add_up) {
  EXPECT_TRUE(in_force(kStorm, 16s).blackout);
  EXPECT_EQ(in_force(kStorm, 16s).delay, 5s);
  const SignalFault both = in_force(kStorm, 27s);
  EXPECT_EQ(both.delay, 5s);
  EXPECT_DOUBLE_EQ(both.load_factor, 0.25);
  EXPECT_DOUBLE_EQ(both.price_factor, 3.0);
}

}  // namespace
}  // namespace signalbox::sim
