// SPDX-License-Identifier: Apache-2.0
//
// The order of events is what makes a seed reproduce a run: tested as a total order, and the heap
// against a stable sort.
#include "sim/engine/event_queue.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace signalbox::sim {
namespace {

TimePoint at_ns(int ns) { return TimePoint{Duration{ns}}; }

TEST(EventOrder, earlier_time_comes_first_whatever_the_sequence) {
  EXPECT_TRUE(happens_before({at_ns(1), 9}, {at_ns(2), 0}));
  EXPECT_FALSE(happens_before({at_ns(2), 0}, {at_ns(1), 9}));
}

TEST(EventOrder, at_the_same_time_the_one_scheduled_first_comes_first) {
  EXPECT_TRUE(happens_before({at_ns(5), 0}, {at_ns(5), 1}));
  EXPECT_FALSE(happens_before({at_ns(5), 1}, {at_ns(5), 0}));
}

TEST(EventOrder, nothing_happens_before_itself) {
  EXPECT_FALSE(happens_before({at_ns(5), 3}, {at_ns(5), 3}));
}

RC_GTEST_PROP(EventOrder, is_total_and_transitive, (std::vector<int> times)) {
  std::vector<EventOrder> orders;
  for (const int t : times) orders.push_back({at_ns(t % 4), orders.size()});
  for (const auto& a : orders) {
    for (const auto& b : orders) {
      if (a.sequence != b.sequence) RC_ASSERT(happens_before(a, b) != happens_before(b, a));
      for (const auto& c : orders) {
        if (happens_before(a, b) && happens_before(b, c)) RC_ASSERT(happens_before(a, c));
      }
    }
  }
}

RC_GTEST_PROP(EventQueue, pops_what_a_stable_sort_by_time_would, (std::vector<int> times)) {
  EventQueue<std::size_t> queue;
  std::vector<std::size_t> expected(times.size());
  for (std::size_t i = 0; i < times.size(); ++i) {
    times[i] %= 8;  // many ties
    queue.push(at_ns(times[i]), i);
    expected[i] = i;
  }
  std::stable_sort(expected.begin(), expected.end(),
                   [&](std::size_t a, std::size_t b) { return times[a] < times[b]; });
  RC_ASSERT(queue.size() == times.size());
  for (const std::size_t i : expected) {
    RC_ASSERT(queue.top().payload == i);
    RC_ASSERT(queue.pop().payload == i);
  }
  RC_ASSERT(queue.empty());
}

RC_GTEST_PROP(EventQueue, stays_ordered_while_events_schedule_events,
              (std::vector<std::uint8_t> delays)) {
  EventQueue<int> queue;
  queue.push(at_ns(0), 0);
  EventOrder last{at_ns(-1), 0};
  std::size_t popped = 0;
  while (!queue.empty()) {
    const auto event = queue.pop();
    RC_ASSERT(happens_before(last, event.order));
    last = event.order;
    if (popped < delays.size()) {
      queue.push(event.order.at + Duration{delays[popped]}, 0);
      if (delays[popped] % 3 == 0) queue.push(event.order.at, 0);
    }
    ++popped;
  }
}

TEST(EventQueue, carries_payloads_that_can_only_be_moved) {
  EventQueue<std::unique_ptr<int>> queue;
  queue.push(at_ns(2), std::make_unique<int>(2));
  queue.push(at_ns(1), std::make_unique<int>(1));
  EXPECT_EQ(*queue.pop().payload, 1);
  EXPECT_EQ(*queue.pop().payload, 2);
}

}  // namespace
}  // namespace signalbox::sim
