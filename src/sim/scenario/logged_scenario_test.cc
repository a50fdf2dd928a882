// SPDX-License-Identifier: Apache-2.0
#include "sim/scenario/logged_scenario.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "journal/input_log_writer.h"
#include "journal/replay.h"
#include "sim/run/control.h"
#include "sim/run/fleet_run.h"
#include "sim/scenario/experiment.h"
#include "sim/scenario/paper.h"

namespace signalbox::sim {
namespace {

// A folder of its own for each test.
class LoggedRun : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "signalbox-logged-" +
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  RunResult log_a_run(const Scenario& scenario) {
    journal::InputLogOptions options;
    options.directory = folder_;
    auto writer = journal::InputLogWriter::open(options);
    EXPECT_TRUE(writer.ok());
    auto control = std::make_unique<SignalboxControl>(
        std::make_shared<const core::FleetSpec>(scenario.fleet), TimePoint{});
    const RunResult result =
        FleetRun(scenario, std::move(control), {.seed = 1, .sink = writer->get()}).run();
    (*writer)->close();
    return result;
  }

  std::string folder_;
};

TEST_F(LoggedRun, a_simulated_run_is_decided_again_byte_for_byte) {
  const RunResult result = log_a_run(scenario_of(paper_waves(120s)));
  auto log = journal::InputLogReader::open(folder_);
  ASSERT_TRUE(log.ok()) << log.error().message;
  const auto report = journal::replay(*log, nullptr);
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_TRUE(report->identical()) << report->difference << report->damage;
  EXPECT_EQ(report->requests, result.totals.requests);
}

TEST_F(LoggedRun, its_requests_can_be_put_before_another_policy) {
  const Scenario original = scenario_of(paper_waves(120s));
  const RunResult result = log_a_run(original);
  auto log = journal::InputLogReader::open(folder_);
  ASSERT_TRUE(log.ok());
  const auto logged = logged_scenario(*log);
  ASSERT_TRUE(logged.ok()) << logged.error().message;
  EXPECT_EQ(logged->requests, result.totals.requests);
  EXPECT_EQ(logged->answered, result.totals.answered);
  EXPECT_EQ(logged->within_objective, result.totals.within_objective);
  EXPECT_GT(logged->measured, result.totals.requests * 99 / 100);

  Hindsight hindsight(logged->scenario, 1);
  EXPECT_EQ(hindsight.truth().total_requests(), result.totals.requests);
  EXPECT_NEAR(hindsight.truth().total_work(), result.totals.work, 0.01 * result.totals.work);
  Experiment experiment;
  experiment.scenario = &logged->scenario;
  experiment.policy = *find_policy("static-peak");
  EXPECT_EQ(run(experiment, hindsight).totals.requests, result.totals.requests);
}

TEST_F(LoggedRun, a_log_without_requests_says_so) {
  Scenario silent = scenario_of(paper_waves(120s));
  silent.traffic.clear();
  log_a_run(silent);
  auto log = journal::InputLogReader::open(folder_);
  ASSERT_TRUE(log.ok());
  const auto logged = logged_scenario(*log);
  ASSERT_FALSE(logged.ok());
  EXPECT_NE(logged.error().message.find("no request"), std::string::npos);
}

}  // namespace
}  // namespace signalbox::sim
