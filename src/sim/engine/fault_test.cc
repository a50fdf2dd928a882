// SPDX-License-Identifier: Apache-2.0
#include "sim/engine/fault.h"

#include <gtest/gtest.h>

namespace signalbox::sim {
namespace {

TEST(ShareOf, any_fraction_above_zero_means_at_least_one) {
  EXPECT_EQ(share_of(10, 0.01), 1u);
  EXPECT_EQ(share_of(1, 0.5), 1u);
}

TEST(ShareOf, half_of_an_odd_count_rounds_up) { EXPECT_EQ(share_of(5, 0.5), 3u); }

TEST(ShareOf, nothing_of_anything_and_anything_of_nothing_is_nothing) {
  EXPECT_EQ(share_of(7, 0.0), 0u);
  EXPECT_EQ(share_of(0, 1.0), 0u);
}

TEST(ShareOf, more_than_all_is_all) { EXPECT_EQ(share_of(7, 3.0), 7u); }

}  // namespace
}  // namespace signalbox::sim
