// SPDX-License-Identifier: Apache-2.0
#include "net/deadlines.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "net/clock.h"

namespace signalbox::net {
namespace {

TEST(Deadlines, come_in_order_of_time_whatever_the_order_they_were_set_in) {
  asio::io_context io;
  Deadlines deadlines(io);
  std::string order;
  Deadline a(deadlines, [&] { order += 'a'; });
  Deadline b(deadlines, [&] { order += 'b'; });
  Deadline c(deadlines, [&] { order += 'c'; });
  const TimePoint start = now();
  b.set(start + 2ms);
  c.set(start + 3ms);
  a.set(start + 1ms);
  io.run();
  EXPECT_EQ(order, "abc");
  EXPECT_GE(now(), start + 3ms);
  EXPECT_FALSE(a.is_set());
}

TEST(Deadlines, one_that_was_moved_or_cleared_does_not_come_at_its_old_time) {
  asio::io_context io;
  Deadlines deadlines(io);
  std::vector<TimePoint> came;
  Deadline moved(deadlines, [&] { came.push_back(now()); });
  Deadline cleared(deadlines, [&] { FAIL() << "cleared"; });
  const TimePoint start = now();
  moved.set(start + 1ms);
  cleared.set(start + 1ms);
  moved.set(start + 4ms);
  cleared.clear();
  io.run();
  ASSERT_EQ(came.size(), 1U);
  EXPECT_GE(came[0], start + 4ms);
}

TEST(Deadlines, those_that_were_moved_still_come_in_order_of_time) {
  asio::io_context io;
  Deadlines deadlines(io);
  std::string order;
  Deadline a(deadlines, [&] { order += 'a'; });
  Deadline b(deadlines, [&] { order += 'b'; });
  Deadline c(deadlines, [&] { order += 'c'; });
  const TimePoint start = now();
  c.set(start + 1ms);
  b.set(start + 9ms);
  a.set(start + 4ms);
  c.set(start + 6ms);            // later
  b.set(start + 5ms);            // earlier
  while (now() < start + 6ms) {  // all are due when the loop first looks
  }
  io.run();
  EXPECT_EQ(order, "abc");
}

TEST(Deadlines, one_that_was_cleared_may_be_set_to_any_time_again) {
  asio::io_context io;
  Deadlines deadlines(io);
  int calls = 0;
  Deadline earlier(deadlines, [&] { calls += 1; });
  Deadline later(deadlines, [&] { calls += 10; });
  const TimePoint start = now();
  for (Deadline* const deadline : {&earlier, &later}) {
    deadline->set(start + 2ms);
    deadline->clear();
    EXPECT_FALSE(deadline->is_set());
  }
  earlier.set(start + 1ms);
  later.set(start + 3ms);
  io.run();
  EXPECT_EQ(calls, 11);
  EXPECT_GE(now(), start + 3ms);
}

TEST(Deadlines, one_may_destroy_itself_and_others_when_it_comes) {
  asio::io_context io;
  Deadlines deadlines(io);
  int calls = 0;
  auto other = std::make_unique<Deadline>(deadlines, [&] { ++calls; });
  std::unique_ptr<Deadline> self;
  self = std::make_unique<Deadline>(deadlines, [&] {
    ++calls;
    other.reset();
    self.reset();
  });
  const TimePoint start = now();
  self->set(start);
  other->set(start);
  io.run();
  EXPECT_EQ(calls, 1);
}

TEST(Deadlines, one_that_sets_itself_again_keeps_the_loop_turning_for_others) {
  asio::io_context io;
  Deadlines deadlines(io);
  int left = 3;
  Deadline again(deadlines, [&] {
    if (--left > 0) again.set(now());
  });
  again.set(now());
  io.run();
  EXPECT_EQ(left, 0);
}

TEST(Deadlines, nothing_comes_after_stop) {
  asio::io_context io;
  Deadlines deadlines(io);
  Deadline never(deadlines, [&] { FAIL() << "stopped"; });
  never.set(now() + 1ms);
  deadlines.stop();
  io.run();
}

}  // namespace
}  // namespace signalbox::net
