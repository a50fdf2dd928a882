// SPDX-License-Identifier: Apache-2.0
//
// Units that are not as they should be: cold, refusing, hopeless, silent, or like no model.
#include <gtest/gtest.h>

#include "test/profiler/units.h"

namespace signalbox::profiler {
namespace {

Trial half_second() {
  return {{"half a second", sim::ServiceModel(core::Profile::single_server(2.0, 0.05), 1)},
          {.latency = 2s, .quantile = 0.99}};
}

TEST(HardUnits, a_graph_that_is_compiled_first_changes_nothing_but_the_time) {
  Trial trial = half_second();
  trial.unit.cold_factor = 120.0;  // a minute
  VirtualRun run(trial.unit, trial.options(), 1);
  const auto result = run.run().result();
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->warm_up_requests, 1);
  EXPECT_NEAR(to_seconds(result->warm_up), 60.0, 5.5);
  EXPECT_NEAR(result->unloaded_latency_s.value, 0.5, 0.02);
  EXPECT_NEAR(result->plateau_per_s.value, 2.0, 0.06);
  EXPECT_LE(result->took, 180s);
}

TEST(HardUnits, one_that_is_too_slow_alone_breaks_at_no_rate) {
  Trial trial = half_second();
  trial.objective.latency = 300ms;
  VirtualRun run(trial.unit, trial.options(), 1);
  const auto result = run.run().result();
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->breaking_per_s.value, 0.0);
  EXPECT_NEAR(result->plateau_per_s.value, 2.0, 0.1);
  for (const LoadPoint& point : result->points) EXPECT_FALSE(point.held);
}

TEST(HardUnits, one_that_refuses_what_waits_breaks_by_its_errors) {
  Trial trial = half_second();
  trial.objective.latency = 20s;
  trial.unit.refuses_above = 2;  // one is served, one may wait
  VirtualRun run(trial.unit, trial.options(), 1);
  const auto result = run.run().result();
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->breaking_by, "errors");
  EXPECT_FALSE(result->is_modelled);
  // M/D/1/2 loses 1 - 1 / (exp(-load) + load): a hundredth at load 0.145. So few losses cannot be
  // seen in two minutes, and the interval says so.
  EXPECT_LT(result->breaking_per_s.low, 0.29);
  EXPECT_GT(result->breaking_per_s.high, 0.29);
  EXPECT_LT(result->breaking_per_s.high, 1.75);
}

TEST(HardUnits, one_that_never_answers_well_is_no_unit) {
  Profiler profiler({}, 1, TimePoint{});
  TimePoint now{};
  int sent = 0;
  while (!profiler.is_done() && sent < 100) {
    for (const Send& send : profiler.poll(now)) {
      ++sent;
      Outcome outcome;
      outcome.ok = false;
      outcome.problem = "it answered 404 to /x";
      profiler.on_outcome(send.id, outcome, now += 10ms);
    }
  }
  ASSERT_TRUE(profiler.is_done());
  EXPECT_LE(sent, 5);
  ASSERT_FALSE(profiler.result().ok());
  EXPECT_NE(profiler.result().error().message.find("404"), std::string::npos);
}

// A processor that all requests share: as fast as one server when saturated, but nobody waits.
TEST(HardUnits, a_shared_processor_is_told_from_a_queue) {
  std::vector<core::Profile::Point> points;
  for (int n = 1; n <= 64; ++n) points.push_back({n, n * Duration(250ms)});
  Trial trial{{"shared", sim::ServiceModel(core::Profile::measured(points, 0.3), 64), 0.3},
              {.latency = 2s, .quantile = 0.95}};
  VirtualRun run(trial.unit, trial.options(), 2);
  const auto result = run.run().result();
  ASSERT_TRUE(result.ok());
  const double truth = true_breaking(trial.unit, 4.0, trial.objective, 200'000);
  EXPECT_NEAR(result->breaking_per_s.value / truth, 1.0, 0.15) << result->kind;
}

TEST(HardUnits, progress_never_goes_back_and_ends_with_all_of_it) {
  const Trial trial = half_second();
  VirtualRun run(trial.unit, trial.options(), 1);
  double last = 0.0;
  run.on_pump([&](const Profiler& profiler, TimePoint now) {
    const Progress progress = profiler.progress(now);
    EXPECT_GE(progress.done_share, last);
    EXPECT_FALSE(progress.doing.empty());
    last = progress.done_share;
  });
  EXPECT_EQ(run.run().progress(run.ended()).done_share, 1.0);
}

}  // namespace
}  // namespace signalbox::profiler
