// SPDX-License-Identifier: Apache-2.0
#include "gateway/idle_line.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <deque>

namespace signalbox::gateway {
namespace {

constexpr TimePoint kStart{1000s};

class Line : public ::testing::Test {
 protected:
  void put(int name, Duration at) { line_.put(std::make_shared<int>(name), kStart + at); }
  std::vector<int> take_since(Duration latest) {
    std::vector<int> names;
    for (const auto& one : line_.take_since(kStart + latest)) names.push_back(*one);
    return names;
  }

  IdleLine<int> line_;
};

TEST_F(Line, the_newest_goes_first_so_that_the_others_grow_old) {
  put(1, 0s);
  put(2, 1s);
  EXPECT_EQ(*line_.take(), 2);
  put(2, 2s);
  EXPECT_EQ(line_.oldest(), kStart) << "nobody needed the first";
  EXPECT_EQ(take_since(1s), std::vector{1});
  EXPECT_EQ(line_.size(), 1U);
}

TEST_F(Line, who_has_waited_long_enough_is_taken_out_the_oldest_first_and_to_the_moment) {
  for (int i = 0; i < 4; ++i) put(i, i * 1s);
  EXPECT_EQ(take_since(2s - 1ns), (std::vector{0, 1}));
  EXPECT_EQ(take_since(2s), std::vector{2});
  EXPECT_EQ(take_since(2s), std::vector<int>{});
  EXPECT_EQ(line_.oldest(), kStart + 3s);
}

TEST_F(Line, nobody_waits_in_an_empty_one) {
  EXPECT_TRUE(line_.empty());
  EXPECT_EQ(line_.oldest(), TimePoint::max());
  EXPECT_EQ(take_since(1h), std::vector<int>{});
}

TEST_F(Line, one_that_ended_by_itself_is_removed_wherever_it_stands) {
  const auto ended = std::make_shared<int>(7);
  put(1, 0s);
  line_.put(ended, kStart + 1s);
  put(2, 2s);
  line_.remove(*ended);
  line_.remove(*ended);
  EXPECT_EQ(take_since(1h), (std::vector{1, 2}));
}

RC_GTEST_PROP(LineProperty, is_a_stack_from_which_the_old_are_taken_at_the_other_end, ()) {
  IdleLine<int> line;
  std::deque<std::pair<int, TimePoint>> model;
  TimePoint now = kStart;
  const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 4));
  int next = 0;
  for (const int step : steps) {
    now += std::chrono::seconds(*rc::gen::inRange(0, 3));
    if (step <= 1) {
      line.put(std::make_shared<int>(next), now);
      model.emplace_back(next++, now);
    } else if (step == 2 && !model.empty()) {
      RC_ASSERT(*line.take() == model.back().first);
      model.pop_back();
    } else {
      const TimePoint latest = now - 5s;
      for (const auto& old : line.take_since(latest)) {
        RC_ASSERT(!model.empty());
        RC_ASSERT(*old == model.front().first);
        model.pop_front();
      }
      RC_ASSERT(model.empty() || model.front().second > latest);
    }
    RC_ASSERT(line.size() == model.size());
    RC_ASSERT(line.oldest() == (model.empty() ? TimePoint::max() : model.front().second));
  }
}

}  // namespace
}  // namespace signalbox::gateway
