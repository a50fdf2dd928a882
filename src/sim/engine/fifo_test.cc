// SPDX-License-Identifier: Apache-2.0
#include "sim/engine/fifo.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <deque>
#include <memory>

namespace signalbox::sim {
namespace {

// Against std::deque, through growth, wrapping round and removal from the middle.
RC_GTEST_PROP(Fifo, does_what_a_deque_does, (std::vector<std::uint8_t> steps)) {
  Fifo<int> fifo;
  std::deque<int> model;
  int next = 0;
  for (const auto step : steps) {
    if (step % 5 < 3) {
      fifo.push_back(next);
      model.push_back(next++);
    } else if (!model.empty() && step % 5 == 3) {
      RC_ASSERT(fifo.pop_front() == model.front());
      model.pop_front();
    } else if (!model.empty()) {
      const std::size_t i = step % model.size();
      fifo.erase(i);
      model.erase(model.begin() + static_cast<std::ptrdiff_t>(i));
    }
    RC_ASSERT(fifo.size() == model.size());
    RC_ASSERT(fifo.empty() == model.empty());
    for (std::size_t i = 0; i < model.size(); ++i) RC_ASSERT(fifo[i] == model[i]);
  }
}

TEST(Fifo, carries_what_can_only_be_moved) {
  Fifo<std::unique_ptr<int>> fifo;
  for (int i = 0; i < 9; ++i) fifo.push_back(std::make_unique<int>(i));
  for (int i = 0; i < 9; ++i) EXPECT_EQ(*fifo.pop_front(), i);
}

TEST(FifoDeathTest, nothing_comes_out_of_an_empty_one) {
  Fifo<int> fifo;
  EXPECT_DEATH(fifo.pop_front(), "i < size_");
}

}  // namespace
}  // namespace signalbox::sim
