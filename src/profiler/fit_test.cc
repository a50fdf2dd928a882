// SPDX-License-Identifier: Apache-2.0
//
// Fits of stages written by hand; whole measurements are in test/profiler.
#include "profiler/fit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "profiler/search.h"

namespace signalbox::profiler {
namespace {

StageResult alone(const std::vector<double>& times) {
  StageResult stage;
  stage.plan.in_flight = 1;
  double at = 0.0;
  for (const double time : times) {
    stage.records.push_back({.due_s = at, .done_s = at + time});
    at += time;
  }
  stage.stopped_s = at;
  return stage;
}

// Always n in flight at a server that needs `service` for each, one after the other.
StageResult saturated(int n, double service, int answers, double began) {
  StageResult stage;
  stage.plan.in_flight = n;
  stage.began_s = began;
  for (int i = 0; i < answers; ++i) {
    const double done = began + (i + 1) * service;
    const double due = i < n ? began : began + (i + 1 - n) * service;
    stage.records.push_back({.due_s = due, .done_s = done, .in_flight = n});
  }
  stage.stopped_s = began + answers * service;
  return stage;
}

std::vector<StageResult> single_server() {
  return {alone({0.5, 0.5, 0.5, 0.5, 0.5}), saturated(2, 0.5, 12, 10.0),
          saturated(4, 0.5, 20, 20.0)};
}

TEST(Fit, more_at_once_that_brings_no_more_answers_is_one_server) {
  const auto fitted = fit(single_server(), Task::kPlain);
  ASSERT_TRUE(fitted.has_value());
  EXPECT_TRUE(fitted->model.is_single());
  EXPECT_EQ(fitted->slots, 1);
  EXPECT_NEAR(fitted->plateau_per_s.value, 2.0, 1e-6);
  EXPECT_EQ(fitted->levels.size(), 3U);
}

TEST(Fit, answers_that_come_together_are_batches) {
  std::vector<StageResult> stages = {alone({0.4, 0.4, 0.4, 0.4, 0.4})};
  StageResult stage;
  stage.plan.in_flight = 8;
  stage.began_s = 5.0;
  for (int batch = 0; batch < 6; ++batch) {
    const double done = 5.0 + 1.0 * (batch + 1);
    for (int i = 0; i < 8; ++i) {
      stage.records.push_back({.due_s = done - 1.0, .done_s = done, .in_flight = 8});
    }
  }
  stage.stopped_s = 11.0;
  stages.push_back(stage);
  const auto fitted = fit(stages, Task::kPlain);
  ASSERT_TRUE(fitted.has_value());
  EXPECT_EQ(fitted->kind, "batches");
  EXPECT_EQ(fitted->slots, 8);
  EXPECT_NEAR(fitted->plateau_per_s.value, 8.0, 0.1);
}

TEST(Fit, a_warm_up_is_no_part_of_what_the_unit_is) {
  auto stages = single_server();
  stages[0] = alone({30.0, 0.5, 0.5, 0.5, 0.5, 0.5});
  const auto fitted = fit(stages, Task::kPlain);
  ASSERT_TRUE(fitted.has_value());
  EXPECT_EQ(fitted->warm_up, 1U);
  EXPECT_NEAR(fitted->unloaded_s.value, 0.5, 1e-9);
}

TEST(Fit, errors_at_first_are_a_warm_up_and_only_errors_are_nothing) {
  auto stages = single_server();
  stages[0].records[0].ok = false;
  ASSERT_TRUE(fit(stages, Task::kPlain).has_value());
  for (auto& record : stages[0].records) record.ok = false;
  EXPECT_FALSE(fit(stages, Task::kPlain).has_value());
}

TEST(Misfit, is_nought_for_the_model_that_it_is_and_not_for_another) {
  const UnitModel right = UnitModel::single({0.5}, 0.0);
  const UnitModel wrong = UnitModel::single({0.4}, 0.0);
  const StageResult stage = saturated(4, 0.5, 20, 0.0);
  EXPECT_NEAR(misfit_of(right, stage).typical, 0.0, 1e-9);
  EXPECT_GT(misfit_of(wrong, stage).bias, 0.2);
}

TEST(SlotsOf, are_the_fewest_that_answer_as_much_as_more_do) {
  std::vector<Level> levels;
  for (const int n : {1, 2, 4, 8, 16}) {
    Level level;
    level.in_flight = n;
    level.answers = 400;
    level.per_s = 2.0 * std::min(n, 4);
    level.elapsed_s = level.answers / level.per_s;
    levels.push_back(level);
  }
  EXPECT_EQ(slots_of(levels, 0.05), 4);
  levels.resize(2);
  EXPECT_EQ(slots_of(levels, 0.05), 2) << "the most there is, while it still gains";
}

TEST(UnitModel, breaks_at_no_rate_where_one_request_is_too_slow) {
  const UnitModel model = UnitModel::shared({.time_s = {3.0, 3.0}}, {});
  EXPECT_EQ(model.breaking_rate({.latency = 2s, .quantile = 0.9}), 0.0);
}

TEST(UnitModel, mean_largest_of_several_draws) {
  EXPECT_DOUBLE_EQ(mean_largest({}, 5), 1.0);
  EXPECT_DOUBLE_EQ(mean_largest({0.5, 1.5}, 1), 1.0);
  EXPECT_DOUBLE_EQ(mean_largest({0.5, 1.5}, 2), 1.25);
}

TEST(Objective, counts_what_failed_as_late) {
  StageResult stage = alone({0.5, 0.5, 0.5, 0.5});
  EXPECT_TRUE(objective_held(stage, {.latency = 1s, .quantile = 0.9}));
  stage.records[0].ok = false;
  EXPECT_FALSE(objective_held(stage, {.latency = 1s, .quantile = 0.9}));
}

}  // namespace
}  // namespace signalbox::profiler
