// SPDX-License-Identifier: Apache-2.0
//
// What others have on an endpoint, told from what is ours.
#include "core/estimate/foreign_load.h"

#include <gtest/gtest.h>

namespace signalbox::core {
namespace {

struct Server {
  ForeignLoad load;
  TimePoint now{};
  std::uint64_t forwarded = 0;

  void report(double reported, int own, std::uint64_t sent = 1) {
    now += 5s;
    forwarded += sent;
    load.observe(reported, own, forwarded, now, 15s);
  }
  int others() const { return load.requests(now); }
};

TEST(ForeignLoad, is_what_the_server_has_beyond_ours) {
  Server server;
  for (int i = 0; i < 3; ++i) server.report(7 + i % 2, 3 + i % 2);
  EXPECT_EQ(server.others(), 4);
}

TEST(ForeignLoad, counts_from_the_third_report_on) {
  Server server;
  server.report(9, 0);
  server.report(9, 0);
  EXPECT_EQ(server.others(), 0);
  server.report(9, 0);
  EXPECT_EQ(server.others(), 9);
}

TEST(ForeignLoad, the_least_difference_counts_since_both_are_never_taken_at_once) {
  Server server;
  server.report(6, 2);  // ours had left when it was counted here
  server.report(2, 2);
  server.report(5, 3);
  EXPECT_EQ(server.others(), 0);
}

TEST(ForeignLoad, B59_when_it_is_old_our_own_count_is_all_there_is) {
  Server server;
  for (int i = 0; i < 3; ++i) server.report(8 + i, i);
  EXPECT_EQ(server.others(), 8);
  EXPECT_EQ(server.load.requests(server.now + 15s), 8);
  EXPECT_EQ(server.load.requests(server.now + 16s), 0);
}

TEST(ForeignLoad, a_gauge_that_stands_while_requests_come_and_go_is_stuck) {
  Server server;
  for (int i = 0; i < 9; ++i) server.report(37, i % 3, 10);
  EXPECT_FALSE(server.load.stuck());
  server.report(37, 1, 10);
  EXPECT_TRUE(server.load.stuck());
  EXPECT_EQ(server.others(), 0);
  server.report(36, 1, 10);
  EXPECT_FALSE(server.load.stuck());
}

TEST(ForeignLoad, a_server_that_is_full_of_ours_is_not_stuck) {
  Server server;
  for (int i = 0; i < 40; ++i) server.report(1, i % 2, 10);
  EXPECT_FALSE(server.load.stuck());
}

TEST(ForeignLoad, an_idle_server_is_not_stuck) {
  Server server;
  for (int i = 0; i < 40; ++i) server.report(0, 0, 3);
  EXPECT_FALSE(server.load.stuck()) << "short requests are gone whenever it is looked at";
  Server quiet;
  for (int i = 0; i < 40; ++i) quiet.report(5, 0, 0);
  EXPECT_FALSE(quiet.load.stuck()) << "nothing of ours went there that could have moved it";
  EXPECT_EQ(quiet.others(), 5);
}

}  // namespace
}  // namespace signalbox::core
