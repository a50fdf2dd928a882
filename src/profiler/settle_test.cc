// SPDX-License-Identifier: Apache-2.0
#include "profiler/settle.h"

#include <gtest/gtest.h>

namespace signalbox::profiler {
namespace {

TEST(Settle, says_nothing_of_too_few_times) {
  EXPECT_FALSE(settled_after({}).has_value());
  EXPECT_FALSE(settled_after({1.0, 1.0, 1.0, 1.0}).has_value());
}

TEST(Settle, even_times_are_warm_from_the_start) {
  EXPECT_EQ(settled_after({1.0, 1.02, 0.99, 1.01, 1.0, 0.98}), 0U);
}

TEST(Settle, a_graph_that_is_compiled_first_is_cut) {
  EXPECT_EQ(settled_after({40.0, 1.0, 1.02, 0.99, 1.01, 1.0}), 1U);
}

TEST(Settle, a_slope_is_cut_where_it_ends) {
  const auto cut = settled_after({3.0, 2.2, 1.5, 1.01, 1.0, 0.99, 1.0, 1.01, 1.0});
  ASSERT_TRUE(cut.has_value());
  EXPECT_EQ(*cut, 3U);
}

TEST(Settle, waits_while_most_of_what_was_seen_was_warming_up) {
  EXPECT_FALSE(settled_after({9.0, 8.0, 7.0, 6.0, 5.0, 1.0, 1.0, 1.0, 1.0}).has_value());
}

TEST(Settle, noise_is_no_warm_up) {
  EXPECT_EQ(settled_after({1.2, 0.9, 1.1, 0.8, 1.0, 1.15, 0.85, 1.05}), 0U);
}

}  // namespace
}  // namespace signalbox::profiler
