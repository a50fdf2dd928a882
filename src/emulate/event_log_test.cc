// SPDX-License-Identifier: Apache-2.0
#include "emulate/event_log.h"

#include <gtest/gtest.h>

namespace signalbox::emulate {
namespace {

LoggedEvent event_of(std::uint64_t id) {
  LoggedEvent event;
  event.id = EndpointId{id};
  return event;
}

TEST(EventLog, numbers_events_from_one) {
  EventLog log;
  EXPECT_EQ(log.latest(), 0u);
  log.append(event_of(7));
  log.append(event_of(8));
  EXPECT_EQ(log.latest(), 2u);
  const auto page = log.after(0);
  ASSERT_EQ(page.events.size(), 2u);
  EXPECT_EQ(page.events[0].sequence, 1u);
  EXPECT_EQ(page.events[1].id, EndpointId{8});
  EXPECT_FALSE(page.missed);
}

TEST(EventLog, gives_only_what_is_new_to_the_reader) {
  EventLog log;
  for (std::uint64_t id = 1; id <= 3; ++id) log.append(event_of(id));
  EXPECT_EQ(log.after(2).events.size(), 1u);
  EXPECT_TRUE(log.after(3).events.empty());
  EXPECT_FALSE(log.after(3).missed);
}

TEST(EventLog, tells_a_reader_who_stayed_away_too_long_and_gives_what_is_left) {
  EventLog log(2);
  for (std::uint64_t id = 1; id <= 4; ++id) log.append(event_of(id));
  EXPECT_FALSE(log.after(2).missed);
  const auto page = log.after(1);
  EXPECT_TRUE(page.missed);
  ASSERT_EQ(page.events.size(), 2u);
  EXPECT_EQ(page.events[0].sequence, 3u);
}

TEST(EventLog, tells_a_reader_of_a_former_log_that_it_missed_something) {
  EventLog log;
  log.append(event_of(1));
  const auto page = log.after(900);
  EXPECT_TRUE(page.missed);
  EXPECT_EQ(page.events.size(), 1u);
}

}  // namespace
}  // namespace signalbox::emulate
