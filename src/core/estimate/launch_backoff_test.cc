// SPDX-License-Identifier: Apache-2.0
//
// A dry pool is asked once per bench time, and only a replica that it gave after its last refusal
// opens it again.
#include "core/estimate/launch_backoff.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

#include "core/model/testdata/fleets.h"

namespace signalbox::core {
namespace {

using testdata::at;
using State = LaunchBackoff::State;

constexpr Duration kBench = 60s;
constexpr Duration kLongest = 600s;
constexpr Duration kPatience = 30s;

TEST(LaunchBackoff, an_open_pool_may_be_asked_for_any_number) {
  const LaunchBackoff backoff;
  EXPECT_TRUE(backoff.open());
  EXPECT_EQ(backoff.state(at(0s)), State::kOpen);
  EXPECT_FALSE(backoff.allowance(at(0s)).has_value());
}

TEST(LaunchBackoff, a_refusal_benches_the_unit) {
  LaunchBackoff backoff;
  backoff.on_refused(at(10s), kBench, kLongest);
  EXPECT_EQ(backoff.state(at(10s)), State::kBenched);
  EXPECT_EQ(backoff.allowance(at(69s)), 0);
  EXPECT_EQ(backoff.until(), at(70s));
}

TEST(LaunchBackoff, one_probe_per_bench_time) {
  LaunchBackoff backoff;
  backoff.on_refused(at(0s), kBench, kLongest);
  EXPECT_EQ(backoff.allowance(at(60s)), 1);
  backoff.on_launch(at(60s), kPatience);
  EXPECT_EQ(backoff.state(at(60s)), State::kProbing);
  EXPECT_EQ(backoff.allowance(at(60s)), 0) << "the probe is under way";
}

TEST(LaunchBackoff, a_pool_nobody_wants_anything_of_is_open_again_after_a_quiet_time) {
  LaunchBackoff backoff;
  backoff.on_refused(at(0s), kBench, kLongest);
  for (int t = 0; t < 360; ++t) backoff.on_unwanted(at(std::chrono::seconds(t)), 300s);
  EXPECT_FALSE(backoff.open()) << "the quiet time begins when the pause has ended";
  backoff.on_unwanted(at(360s), 300s);
  EXPECT_TRUE(backoff.open());
}

TEST(LaunchBackoff, a_probe_or_a_refusal_ends_the_quiet_time) {
  LaunchBackoff backoff;
  backoff.on_refused(at(0s), kBench, kLongest);
  for (int t = 0; t < 350; ++t) backoff.on_unwanted(at(std::chrono::seconds(t)), 300s);
  backoff.on_launch(at(350s), kPatience);
  backoff.on_refused(at(352s), kBench, kLongest);
  for (int t = 353; t < 472 + 300; ++t) backoff.on_unwanted(at(std::chrono::seconds(t)), 300s);
  EXPECT_FALSE(backoff.open());
  backoff.on_unwanted(at(772s), 300s);
  EXPECT_TRUE(backoff.open());
}

TEST(LaunchBackoff, a_probe_that_never_answers_is_followed_by_another) {
  LaunchBackoff backoff;
  backoff.on_refused(at(0s), kBench, kLongest);
  backoff.on_launch(at(60s), kPatience);
  EXPECT_EQ(backoff.allowance(at(89s)), 0);
  EXPECT_EQ(backoff.allowance(at(90s)), 1);
}

TEST(LaunchBackoff, refused_probes_double_the_bench_time_up_to_its_bound) {
  LaunchBackoff backoff;
  TimePoint now = at(0s);
  Duration expected = kBench;
  backoff.on_refused(now, kBench, kLongest);
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(backoff.until() - now, expected);
    now = backoff.until();
    backoff.on_launch(now, kPatience);
    backoff.on_refused(now, kBench, kLongest);
    expected = std::min(expected * 2, kLongest);
  }
}

TEST(LaunchBackoff, a_burst_of_refusals_counts_once) {
  LaunchBackoff backoff;
  for (int i = 0; i < 20; ++i) backoff.on_refused(at(0s) + i * 10ms, kBench, kLongest);
  EXPECT_EQ(backoff.until(), at(60s));
}

TEST(LaunchBackoff, a_probe_that_comes_up_opens_the_pool_and_forgets_the_doubling) {
  LaunchBackoff backoff;
  backoff.on_refused(at(0s), kBench, kLongest);
  backoff.on_launch(at(60s), kPatience);
  backoff.on_ready(at(60s));
  EXPECT_TRUE(backoff.open());
  backoff.on_refused(at(100s), kBench, kLongest);
  EXPECT_EQ(backoff.until(), at(160s));
}

TEST(LaunchBackoff, boots_launched_before_the_refusal_do_not_reopen_the_pool) {
  LaunchBackoff backoff;
  backoff.on_refused(at(10s), kBench, kLongest);
  backoff.on_ready(at(9s));
  EXPECT_FALSE(backoff.open());
}

// Under a virtual clock a refusal can come in the very instant of its launch: what was launched in
// the same batch and did come up is still older news than the refusal.
TEST(LaunchBackoff, boots_launched_in_the_instant_of_the_refusal_do_not_reopen_the_pool) {
  LaunchBackoff backoff;
  backoff.on_refused(at(10s), kBench, kLongest);
  backoff.on_ready(at(10s));
  EXPECT_FALSE(backoff.open());
}

// Whatever happens in whatever order: never more than one probe between two refusals or ready
// signals, and never one inside the bench time.
RC_GTEST_PROP(LaunchBackoff, never_probes_inside_a_bench_time, ()) {
  LaunchBackoff backoff;
  TimePoint now = at(1s);
  TimePoint benched_until = TimePoint::min();
  const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 100));
  for (const int step : steps) {
    now += std::chrono::seconds(*rc::gen::inRange(1, 40));
    const auto allowance = backoff.allowance(now);
    if (allowance) RC_ASSERT(*allowance == 0 || *allowance == 1);
    if (!allowance || *allowance > 0) {
      RC_ASSERT(now >= benched_until);
      backoff.on_launch(now, kPatience);
      if (!backoff.open()) RC_ASSERT(backoff.allowance(now) == 0);
    }
    if (step < 60) {
      backoff.on_refused(now, kBench, kLongest);
      RC_ASSERT(backoff.until() > now);
      RC_ASSERT(backoff.until() - now <= kLongest);
      benched_until = backoff.until();
    } else if (step < 70) {
      backoff.on_ready(now);
      if (backoff.open()) benched_until = TimePoint::min();
    }
  }
}

}  // namespace
}  // namespace signalbox::core
