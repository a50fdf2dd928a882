// SPDX-License-Identifier: Apache-2.0
//
// Two lines, each by deadline, ties by request id so that the order is total.
#include "core/route/hold_queue.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "core/model/testdata/fleets.h"

namespace signalbox::core {
namespace {

using testdata::at;

std::vector<std::uint64_t> ids(const HoldQueue::Line& line) {
  std::vector<std::uint64_t> found;
  for (const auto& entry : line) found.push_back(entry.request.value);
  return found;
}

TEST(HoldQueue, the_earliest_deadline_stands_first_whoever_came_first) {
  HoldQueue queue;
  queue.add({at(30s), RequestId(1)}, false);
  queue.add({at(10s), RequestId(2)}, false);
  queue.add({at(20s), RequestId(3)}, false);
  EXPECT_EQ(ids(queue.on_time()), (std::vector<std::uint64_t>{2, 3, 1}));
}

TEST(HoldQueue, equal_deadlines_are_ordered_by_id) {
  HoldQueue queue;
  for (const std::uint64_t id : {9U, 4U, 6U}) queue.add({at(5s), RequestId(id)}, false);
  EXPECT_EQ(ids(queue.on_time()), (std::vector<std::uint64_t>{4, 6, 9}));
}

TEST(HoldQueue, moving_to_the_late_line_keeps_the_count) {
  HoldQueue queue;
  queue.add({at(10s), RequestId(1)}, false);
  queue.add({at(20s), RequestId(2)}, false);
  queue.move_to_late({at(20s), RequestId(2)});
  EXPECT_EQ(queue.size(), 2U);
  EXPECT_EQ(ids(queue.on_time()), (std::vector<std::uint64_t>{1}));
  EXPECT_EQ(ids(queue.late()), (std::vector<std::uint64_t>{2}));
}

TEST(HoldQueue, what_is_not_there_cannot_be_moved_or_removed) {
  HoldQueue queue;
  queue.add({at(10s), RequestId(1)}, false);
  queue.move_to_late({at(10s), RequestId(7)});
  queue.remove({at(11s), RequestId(1)});
  EXPECT_EQ(queue.size(), 1U);
  EXPECT_TRUE(queue.late().empty());
}

TEST(HoldQueue, removes_from_whichever_line_holds_it) {
  HoldQueue queue;
  queue.add({at(10s), RequestId(1)}, false);
  queue.add({at(10s), RequestId(2)}, true);
  queue.remove({at(10s), RequestId(2)});
  queue.remove({at(10s), RequestId(1)});
  EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace signalbox::core
