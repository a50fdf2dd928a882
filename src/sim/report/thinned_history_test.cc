// SPDX-License-Identifier: Apache-2.0
#include "sim/report/thinned_history.h"

#include <gtest/gtest.h>

#include <numeric>

#include "sim/report/sample_runs.h"

namespace signalbox::sim {
namespace {

RunResult three_minutes() {
  RunResult run;
  run.units = {"a", "b"};
  for (int minute = 0; minute < 3; ++minute) {
    HistorySlot slot;
    slot.from = TimePoint{} + minute * 1min;
    slot.arrivals = 100;
    slot.forwarded = {60, 40};
    slot.mean_in_replica_s = {0.5, 0.0};
    slot.ready = {minute, 1};
    slot.booting = {0, 0};
    slot.p50_s = 0.6;
    slot.p99_s = 1.0;
    slot.cost_usd_per_hour = 10.0;
    run.history.push_back(slot);
  }
  return run;
}

TEST(ThinnedHistory, leaves_alone_what_is_short_enough) {
  const auto history = thinned(three_minutes(), 3);
  ASSERT_EQ(history.points.size(), 3U);
  EXPECT_EQ(history.step, 1min);
  EXPECT_EQ(history.points[1].since_start, 90s);
  EXPECT_EQ(history.points[1].slot.forwarded, (std::vector<std::uint64_t>{60, 40}));
}

TEST(ThinnedHistory, merges_so_that_nothing_is_lost) {
  RunResult run = three_minutes();
  run.history[1].refused = 7;
  run.history[1].p99_s = 4.0;
  run.history[0].mean_in_replica_s[0] = 1.1;
  run.history[0].forwarded[0] = 20;
  run.history[1].cost_usd_per_hour = 20.0;
  const auto history = thinned(run, 2);
  ASSERT_EQ(history.points.size(), 2U);
  const auto& first = history.points[0];
  EXPECT_EQ(first.length, 2min);
  EXPECT_EQ(first.slot.arrivals, 200U);
  EXPECT_EQ(first.slot.refused, 7U);
  EXPECT_EQ(first.slot.p99_s, 4.0) << "the worst, not the mean";
  EXPECT_DOUBLE_EQ(first.slot.mean_in_replica_s[0], (20 * 1.1 + 60 * 0.5) / 80);
  EXPECT_EQ(first.slot.mean_in_replica_s[1], 0.0) << "answered nothing";
  EXPECT_DOUBLE_EQ(first.slot.cost_usd_per_hour, 15.0);
  EXPECT_EQ(first.slot.ready[0], 1) << "at the end of the two";
  EXPECT_EQ(history.points[1].length, 1min) << "what is left over";
}

TEST(ThinnedHistory, keeps_all_requests_of_a_long_run_in_few_points) {
  const RunResult run = sample_run({});
  const auto history = thinned(run, 600);
  EXPECT_LE(history.points.size(), 600U);
  EXPECT_GT(history.points.size(), 300U);
  std::uint64_t requests = 0;
  for (const auto& point : history.points) requests += point.slot.arrivals;
  EXPECT_EQ(requests, run.totals.requests);
}

TEST(ThinnedHistory, of_nothing_is_nothing) { EXPECT_TRUE(thinned({}, 600).points.empty()); }

}  // namespace
}  // namespace signalbox::sim
