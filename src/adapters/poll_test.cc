// SPDX-License-Identifier: Apache-2.0
//
// When the next question follows, and that there is one at a time.
#include "adapters/poll.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>

#include "adapters/trouble.h"

namespace signalbox::adapters {
namespace {

TEST(Poll, questions_come_about_the_interval_apart_and_never_in_step) {
  Prng prng(1);
  Duration least = 1h, most{};
  for (int i = 0; i < 1000; ++i) {
    const Duration pause = pause_before_next(10s, 0, prng);
    least = std::min(least, pause);
    most = std::max(most, pause);
  }
  EXPECT_GE(least, 9s);
  EXPECT_LE(most, 11s);
  EXPECT_GT(most - least, 1s);
}

TEST(Poll, after_failures_questions_come_less_and_less_often_up_to_a_minute) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Prng prng(seed);
    for (const auto& [failures, longest] :
         {std::pair{1, 10s}, {2, 20s}, {3, 40s}, {4, 60s}, {1000, 60s}}) {
      const Duration pause = pause_before_next(5s, failures, prng);
      EXPECT_GE(pause, longest / 2) << failures;
      EXPECT_LE(pause, longest) << failures;
    }
    EXPECT_GE(pause_before_next(10min, 7, prng), 5min) << "never more often than it was";
    EXPECT_LE(pause_before_next(10min, 7, prng), 10min);
  }
}

TEST(Poll, no_question_begins_before_the_one_before_has_ended) {
  asio::io_context io(1);
  int asked = 0;
  Poll poll(io, 1ms, 1, [&] { ++asked; });
  poll.start();
  io.run_for(std::chrono::milliseconds(50));
  EXPECT_EQ(asked, 1);
  poll.done(true);
  io.restart();
  io.run_for(std::chrono::milliseconds(50));
  EXPECT_EQ(asked, 2);
}

TEST(Poll, stopped_or_gone_it_asks_no_more) {
  asio::io_context io(1);
  int asked = 0;
  std::optional<Poll> poll;
  poll.emplace(io, 1ms, 1, [&] { ++asked; });
  poll->start();
  poll.reset();
  poll.emplace(io, 1ms, 1, [&] { ++asked; });
  poll->start();
  poll->stop();
  io.run_for(std::chrono::milliseconds(30));
  EXPECT_EQ(asked, 0);
}

TEST(Trouble, is_told_when_it_begins_changes_and_ends) {
  std::vector<std::string> told;
  Trouble trouble([&](const std::string& line) { told.push_back(line); }, "source x");
  trouble.end();
  for (int i = 0; i < 3; ++i) trouble.begin({"page", "line " + std::to_string(i) + " is wrong"});
  trouble.begin({"timeout", "did not answer in time"});
  trouble.end();
  trouble.end();
  trouble.begin({"page", "line 9 is wrong"});
  trouble.end();
  EXPECT_EQ(told, (std::vector<std::string>{
                      "source x: line 0 is wrong", "source x: did not answer in time",
                      "source x: is well again, after 4 failures", "source x: line 9 is wrong",
                      "source x: is well again, after 1 failure"}));
}

}  // namespace
}  // namespace signalbox::adapters
