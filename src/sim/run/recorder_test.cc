// SPDX-License-Identifier: Apache-2.0
#include "sim/run/recorder.h"

#include <gtest/gtest.h>

#include <memory>

namespace signalbox::sim {
namespace {

constexpr TimePoint kStart{};

Recorder::Options two_minutes_after_one() {
  return {.report_from = kStart + 60s, .end = kStart + 180s, .units = 2, .history = true};
}

Recorder::Ending ending(TimePoint arrival, Duration target = 2s) {
  return {.arrival = arrival,
          .deadline = arrival + target,
          .work = 1.5,
          .in_replica = 500ms,
          .unit = UnitId(1)};
}

TEST(Recorder, counts_requests_by_arrival_within_the_reporting_window_only) {
  Recorder recorder(two_minutes_after_one());
  for (const Duration at : {59s, 60s, 179s, 180s}) {
    recorder.on_arrival(kStart + at, 1.5);
    recorder.on_end(ending(kStart + at), kStart + at + 1s);
  }
  const RunTotals totals = recorder.result().totals;
  EXPECT_EQ(totals.requests, 2U);
  EXPECT_EQ(totals.answered, 2U);
  EXPECT_EQ(totals.within_objective, 2U);
  EXPECT_DOUBLE_EQ(totals.work, 3.0);
  EXPECT_EQ(totals.mean_in_replica, 500ms);
}

TEST(Recorder, where_tokens_are_owed_they_say_who_was_in_time_and_not_the_deadline) {
  Recorder recorder(two_minutes_after_one());
  for (const bool kept : {true, false}) {
    Recorder::Ending one = ending(kStart + 60s);
    one.kept_tokens = kept;
    recorder.on_arrival(kStart + 60s, 1.5);
    recorder.on_end(one, kStart + (kept ? 90s : 61s));
  }
  EXPECT_EQ(recorder.result().totals.answered, 2U);
  EXPECT_EQ(recorder.result().totals.within_objective, 1U);
}

TEST(Recorder, late_refused_and_lost_requests_are_all_misses) {
  Recorder recorder(two_minutes_after_one());
  for (int i = 0; i < 4; ++i) recorder.on_arrival(kStart + 70s, 1.5);
  recorder.on_end(ending(kStart + 70s), kStart + 73s);  // late
  auto refused = ending(kStart + 70s);
  refused.status = 503;
  refused.refused = true;
  recorder.on_end(refused, kStart + 71s);
  auto broken = ending(kStart + 70s);
  broken.status = 500;
  recorder.on_end(broken, kStart + 71s);
  recorder.on_never_answered(kStart + 70s, 1.5);
  const RunTotals totals = recorder.result().totals;
  EXPECT_EQ(totals.answered, 1U);
  EXPECT_EQ(totals.refused, 1U);
  EXPECT_EQ(totals.failed, 2U);
  EXPECT_EQ(totals.within_objective, 0U);
  EXPECT_DOUBLE_EQ(totals.slo_attainment(), 0.0);
  EXPECT_DOUBLE_EQ(totals.missed_work, 6.0);
}

TEST(Recorder, a_minute_with_more_misses_than_the_objective_allows_is_a_violation) {
  Recorder recorder(two_minutes_after_one());
  for (int i = 0; i < 100; ++i) {
    const TimePoint first = kStart + 60s + i * 100ms;
    const TimePoint second = kStart + 120s + i * 100ms;
    recorder.on_arrival(first, 1.0);
    recorder.on_arrival(second, 1.0);
    recorder.on_end(ending(first), first + (i < 1 ? 3s : 1s));    // one in a hundred: allowed
    recorder.on_end(ending(second), second + (i < 2 ? 3s : 1s));  // two are not
  }
  EXPECT_EQ(recorder.result().totals.violation_minutes, 1);
}

TEST(Recorder, a_slot_of_history_tells_what_happened_in_it_alone) {
  Recorder recorder(two_minutes_after_one());
  core::FleetView view;
  view.units.resize(2);
  view.units[1].ready = 3;
  view.services.resize(1);
  recorder.on_arrival(kStart + 1s, 1.5);
  recorder.on_forward(UnitId(1));
  recorder.on_end(ending(kStart + 1s), kStart + 2s);
  recorder.close_slot(view, 7.5, kStart + 60s);
  recorder.close_slot(view, 7.5, kStart + 120s);
  const auto history = recorder.result().history;
  ASSERT_EQ(history.size(), 2U);
  EXPECT_EQ(history[0].arrivals, 1U);
  EXPECT_EQ(history[0].forwarded[1], 1U);
  EXPECT_DOUBLE_EQ(history[0].p50_s, 1.0);
  EXPECT_DOUBLE_EQ(history[0].mean_in_replica_s[1], 0.5);
  EXPECT_EQ(history[0].ready[1], 3);
  EXPECT_EQ(history[1].arrivals, 0U);
  EXPECT_DOUBLE_EQ(history[1].p50_s, 0.0);
  EXPECT_EQ(history[1].from, kStart + 60s);
}

}  // namespace
}  // namespace signalbox::sim
