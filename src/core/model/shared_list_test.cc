// SPDX-License-Identifier: Apache-2.0
//
// Copies share until somebody writes, and then only the writer sees it.
#include "core/model/shared_list.h"

#include <gtest/gtest.h>

#include <vector>

namespace signalbox::core {
namespace {

TEST(SharedList, a_copy_is_the_same_list_in_memory) {
  const SharedList<int> list(std::vector{1, 2, 3});
  const SharedList<int> copy = list;
  EXPECT_TRUE(copy.shares_with(list));
  EXPECT_EQ(copy.begin(), list.begin());
  EXPECT_EQ(copy.size(), 3U);
  EXPECT_EQ(copy.at(2), 3);
}

TEST(SharedList, a_writer_gets_a_list_of_its_own) {
  const SharedList<int> list(std::vector{1, 2, 3});
  SharedList<int> copy = list;
  copy[0] = 7;
  copy.push_back(4);
  for (int& item : copy) item += 1;
  EXPECT_FALSE(copy.shares_with(list));
  EXPECT_EQ(std::vector<int>(copy.begin(), copy.end()), (std::vector{8, 3, 4, 5}));
  EXPECT_EQ(std::vector<int>(list.begin(), list.end()), (std::vector{1, 2, 3}));
}

TEST(SharedList, an_only_owner_writes_in_place) {
  SharedList<int> list(std::vector{1, 2, 3});
  const int* before = &list[0];
  list[1] = 5;
  EXPECT_EQ(&list[0], before);
}

TEST(SharedList, none_is_an_empty_list) {
  const SharedList<int> none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.begin(), none.end());
  SharedList<int> list(std::vector{1});
  list.clear();
  EXPECT_TRUE(list.empty());
}

}  // namespace
}  // namespace signalbox::core
