// SPDX-License-Identifier: Apache-2.0
//
// Two lines, each by deadline, ties by request id so that the order is total; slack and patience in
// orders of their own.
#include "core/route/hold_queue.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "core/model/testdata/fleets.h"

namespace signalbox::core {
namespace {

using testdata::at;
using Line = HoldQueue::Line;

HeldRequest held(std::uint64_t id, Duration deadline, Duration arrival = 0s, double work = 1.0) {
  return {RequestId(id), at(arrival), at(deadline), work};
}

HoldQueue::Place add(HoldQueue& queue, const HeldRequest& request, Duration quickest = 1s) {
  return queue.add(request, request.start_by(quickest));
}

// The line from its head, by setting each aside and bringing all back.
std::vector<std::uint64_t> ids(HoldQueue& queue, Line line) {
  std::vector<std::uint64_t> found;
  while (const auto place = queue.next(line)) {
    found.push_back(queue.at(*place).request.value);
    queue.set_aside(*place);
  }
  queue.bring_back();
  return found;
}

using Ids = std::vector<std::uint64_t>;

TEST(HoldQueue, the_earliest_deadline_stands_first_whoever_came_first) {
  HoldQueue queue;
  add(queue, held(1, 30s));
  add(queue, held(2, 10s));
  add(queue, held(3, 20s));
  EXPECT_EQ(ids(queue, Line::kOnTime), (Ids{2, 3, 1}));
  EXPECT_EQ(ids(queue, Line::kOnTime), (Ids{2, 3, 1})) << "as before, after being set aside";
}

TEST(HoldQueue, equal_deadlines_are_ordered_by_id) {
  HoldQueue queue;
  for (const std::uint64_t id : {9U, 4U, 6U}) add(queue, held(id, 5s));
  EXPECT_EQ(ids(queue, Line::kOnTime), (Ids{4, 6, 9}));
}

TEST(HoldQueue, moving_to_the_late_line_keeps_the_count) {
  HoldQueue queue;
  add(queue, held(1, 10s));
  const auto second = add(queue, held(2, 20s));
  queue.move_to_late(second);
  EXPECT_EQ(queue.size(), 2U);
  EXPECT_EQ(ids(queue, Line::kOnTime), (Ids{1}));
  EXPECT_EQ(ids(queue, Line::kLate), (Ids{2}));
}

TEST(HoldQueue, removes_from_whichever_line_holds_it) {
  HoldQueue queue;
  const auto first = add(queue, held(1, 10s));
  const auto second = queue.add_late(held(2, 10s));
  queue.remove(second);
  queue.remove(first);
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.next(Line::kOnTime), std::nullopt);
  EXPECT_EQ(queue.next(Line::kLate), std::nullopt);
  EXPECT_EQ(queue.next_end_of_slack(), TimePoint::max());
  EXPECT_EQ(queue.first_arrival(), TimePoint::max());
}

TEST(HoldQueue, a_large_request_runs_out_of_slack_before_a_small_one_of_an_earlier_deadline) {
  HoldQueue queue;
  add(queue, held(1, 10s));
  const auto large = add(queue, held(2, 12s, 0s, 8.0));
  EXPECT_EQ(queue.next_end_of_slack(), at(4s));
  EXPECT_EQ(queue.next_out_of_slack(), large);
  EXPECT_EQ(ids(queue, Line::kOnTime), (Ids{1, 2})) << "the order of service is another";
}

TEST(HoldQueue, when_units_slow_down_all_slack_is_judged_anew) {
  HoldQueue queue;
  add(queue, held(1, 10s));
  add(queue, held(2, 14s, 0s, 3.0));
  EXPECT_EQ(queue.next_end_of_slack(), at(9s));
  queue.judge_slack(3s);
  EXPECT_EQ(queue.next_end_of_slack(), at(5s)) << "14 s less three times 3 s";
}

TEST(HoldQueue, slack_can_be_postponed) {
  HoldQueue queue;
  const auto first = add(queue, held(1, 10s));
  const auto second = add(queue, held(2, 11s));
  queue.postpone(first, at(10500ms));
  EXPECT_EQ(queue.next_out_of_slack(), second);
}

TEST(HoldQueue, patience_goes_by_arrival_in_both_lines) {
  HoldQueue queue;
  add(queue, held(1, 10s, 3s));
  const auto late = queue.add_late(held(2, 20s, 1s));
  const auto small = add(queue, held(3, 5s, 2s));
  EXPECT_EQ(queue.longest_held(), late);
  EXPECT_EQ(queue.first_arrival(), at(1s));
  queue.remove(late);
  EXPECT_EQ(queue.longest_held(), small);
}

TEST(HoldQueue, one_set_aside_still_has_its_slack_and_patience) {
  HoldQueue queue;
  const auto place = add(queue, held(1, 10s, 2s));
  queue.set_aside(place);
  EXPECT_EQ(queue.next(Line::kOnTime), std::nullopt);
  EXPECT_EQ(queue.size(), 1U);
  EXPECT_EQ(queue.next_end_of_slack(), at(9s));
  EXPECT_EQ(queue.first_arrival(), at(2s));
}

}  // namespace
}  // namespace signalbox::core
