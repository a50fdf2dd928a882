// SPDX-License-Identifier: Apache-2.0
#include "profiler/stage.h"

#include <gtest/gtest.h>

namespace signalbox::profiler {
namespace {

constexpr TimePoint kStart{100s};

Stage closed(int in_flight, double most_s) {
  return Stage({.in_flight = in_flight, .stagger_s = 1.0, .most_s = most_s}, 0, Prng(1), kStart,
               kStart);
}

TEST(Stage, a_closed_stage_keeps_its_requests_in_flight) {
  Stage stage = closed(2, 60.0);
  EXPECT_EQ(stage.poll(kStart).size(), 1U);
  EXPECT_TRUE(stage.poll(kStart + 400ms).empty());
  EXPECT_EQ(stage.poll(kStart + 500ms).size(), 1U) << "the second begins half a stagger later";
  EXPECT_TRUE(stage.poll(kStart + 600ms).empty());
  stage.on_outcome(0, {}, kStart + 700ms);
  const auto next = stage.poll(kStart + 700ms);
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(next[0].id, 2U);
  EXPECT_EQ(stage.in_flight(), 2);
}

TEST(Stage, an_open_stage_sends_whatever_the_answers_do) {
  Stage stage({.rate_per_s = 10.0, .most_s = 100.0}, 0, Prng(1), kStart, kStart);
  std::size_t sent = 0;
  for (Duration at{}; at < 100s; at += 10ms) sent += stage.poll(kStart + at).size();
  EXPECT_NEAR(static_cast<double>(sent), 1000.0, 100.0);
  EXPECT_EQ(stage.in_flight(), static_cast<int>(sent));
}

// A loop that was busy for seconds sends late; the times of those requests count from when they
// were due.
TEST(Stage, a_stall_of_the_sender_hides_no_latency) {
  Stage stage({.rate_per_s = 1.0, .most_s = 100.0}, 0, Prng(1), kStart, kStart);
  const auto late = stage.poll(kStart + 20s);
  ASSERT_GT(late.size(), 5U);
  EXPECT_LT(late.front().due, kStart + 10s);
  stage.on_outcome(late.front().id, {}, kStart + 21s);
  EXPECT_GT(stage.result().records.front().latency_s(), 10.0);
}

TEST(Stage, a_hopeless_queue_is_broken_off_and_says_so) {
  Stage stage({.rate_per_s = 100.0, .most_s = 100.0, .bound = 20}, 0, Prng(1), kStart, kStart);
  for (Duration at{}; at < 5s && !stage.is_stopped(); at += 10ms) stage.poll(kStart + at);
  EXPECT_TRUE(stage.is_stopped());
  EXPECT_TRUE(stage.result().broken_off);
  EXPECT_FALSE(stage.is_over()) << "what is in flight may still be answered";
  EXPECT_FALSE(stage.next_deadline().has_value());
}

TEST(Stage, ends_when_its_time_is_up_and_all_are_answered) {
  Stage stage = closed(1, 2.0);
  stage.poll(kStart);
  EXPECT_EQ(stage.next_deadline(), kStart + 2s);
  EXPECT_TRUE(stage.poll(kStart + 2s).empty());
  EXPECT_TRUE(stage.is_stopped());
  EXPECT_FALSE(stage.is_over());
  stage.on_outcome(0, {}, kStart + 3s);
  EXPECT_TRUE(stage.is_over());
}

TEST(Stage, counts_failures_and_keeps_the_last_reason) {
  Stage stage = closed(1, 60.0);
  stage.poll(kStart);
  Outcome failed;
  failed.ok = false;
  failed.problem = "it answered 404";
  stage.on_outcome(0, failed, kStart + 1s);
  EXPECT_EQ(stage.result().errors(), 1);
  EXPECT_EQ(stage.result().problem, "it answered 404");
}

TEST(Stage, equal_seeds_send_at_equal_times) {
  const auto times = [](std::uint64_t seed) {
    Stage stage({.rate_per_s = 5.0, .most_s = 10.0}, 0, Prng(seed), kStart, kStart);
    std::vector<TimePoint> due;
    for (const Send& send : stage.poll(kStart + 10s)) due.push_back(send.due);
    return due;
  };
  EXPECT_EQ(times(4), times(4));
  EXPECT_NE(times(4), times(5));
}

}  // namespace
}  // namespace signalbox::profiler
