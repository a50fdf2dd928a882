// SPDX-License-Identifier: Apache-2.0
//
// The bound is the point: a full vector says so and keeps what it has.
#include "base/bounded_vector.h"

#include <gtest/gtest.h>

#include <numeric>

namespace signalbox {
namespace {

using Three = BoundedVector<int, 3>;

TEST(BoundedVector, starts_empty_and_fills_in_order) {
  Three items;
  EXPECT_TRUE(items.empty());
  EXPECT_TRUE(items.push_back(1));
  EXPECT_TRUE(items.push_back(2));
  EXPECT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0], 1);
  EXPECT_EQ(items.back(), 2);
  EXPECT_FALSE(items.full());
}

TEST(BoundedVector, refuses_what_does_not_fit_and_keeps_its_contents) {
  Three items;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(items.push_back(i));
  EXPECT_TRUE(items.full());
  EXPECT_FALSE(items.push_back(99));
  EXPECT_EQ(items.size(), Three::capacity());
  EXPECT_EQ(std::accumulate(items.begin(), items.end(), 0), 3);
}

TEST(BoundedVector, can_be_filled_again_after_clear) {
  Three items;
  for (int i = 0; i < 3; ++i) items.push_back(i);
  items.clear();
  EXPECT_TRUE(items.empty());
  EXPECT_TRUE(items.push_back(7));
  EXPECT_EQ(items[0], 7);
}

TEST(BoundedVector, a_copy_is_independent) {
  Three items;
  items.push_back(1);
  Three copy = items;
  copy[0] = 5;
  copy.push_back(6);
  EXPECT_EQ(items[0], 1);
  EXPECT_EQ(items.size(), 1U);
}

TEST(BoundedVector, assigning_a_shorter_one_forgets_the_rest) {
  Three items;
  for (int i = 0; i < 3; ++i) items.push_back(i);
  Three shorter;
  shorter.push_back(9);
  items = shorter;
  EXPECT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0], 9);
}

TEST(BoundedVectorDeathTest, reading_past_the_end_is_a_bug) {
  Three items;
  items.push_back(1);
  EXPECT_DEATH(static_cast<void>(items[1]), "i < size_");
  items.clear();
  EXPECT_DEATH(static_cast<void>(items.back()), "i < size_");
}

}  // namespace
}  // namespace signalbox
