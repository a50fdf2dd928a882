// SPDX-License-Identifier: Apache-2.0
//
// The paper's experiment on the virtual clock with the input log on: replayed, it decides the same,
// byte for byte. Four hours of it here; all of it, which is four million requests, with
//
//   SIGNALBOX_S1_HOURS=45 build/release/tests/test_live_journal --gtest_filter='SimulatedLog.*'
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <string>

#include "journal/input_log_reader.h"
#include "journal/input_log_writer.h"
#include "journal/replay.h"
#include "journal/temporary_directory.h"
#include "sim/run/control.h"
#include "sim/run/fleet_run.h"
#include "sim/scenario/s1_paper_replay.h"

namespace signalbox {
namespace {

double seconds_since(std::chrono::steady_clock::time_point begun) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

TEST(SimulatedLog, of_the_papers_experiment_replays_byte_for_byte) {
  const char* hours = std::getenv("SIGNALBOX_S1_HOURS");
  const journal::testing::TemporaryDirectory directory;
  journal::InputLogOptions options;
  options.directory = directory.path();
  auto log = journal::InputLogWriter::open(options);
  ASSERT_TRUE(log.ok()) << log.error().message;

  sim::Scenario scenario = sim::s1_paper_replay(sim::PaperFaults::kShortageAndLoss);
  scenario.length = std::chrono::hours(hours != nullptr ? std::stoi(hours) : 4);
  scenario.report_from = Duration{};
  const auto spec = std::make_shared<const core::FleetSpec>(scenario.fleet);
  auto begun = std::chrono::steady_clock::now();
  sim::FleetRun(scenario, std::make_unique<sim::SignalboxControl>(spec, TimePoint{}),
                {.seed = 11, .sink = log->get()})
      .run();
  (*log)->close();
  const double simulated_s = seconds_since(begun);
  const journal::InputLogStatus status = (*log)->status();
  ASSERT_EQ(status.stopped_because, "");

  auto reader = journal::InputLogReader::open(directory.path());
  ASSERT_TRUE(reader.ok()) << reader.error().message;
  begun = std::chrono::steady_clock::now();
  const auto report = journal::replay(*reader);
  ASSERT_TRUE(report.ok()) << report.error().message;
  fmt::print(
      "{} requests, {} decisions, {} plans; {:.1f} bytes a request; simulated and logged in "
      "{:.1f} s, replayed in {:.1f} s\n",
      report->requests, report->decisions, report->plans,
      static_cast<double>(status.bytes) / static_cast<double>(status.requests), simulated_s,
      seconds_since(begun));
  EXPECT_TRUE(report->identical()) << report->difference << report->damage;
  EXPECT_EQ(report->note, "");
  EXPECT_EQ(report->requests, status.requests);
  EXPECT_GT(report->requests, 10'000U);
}

}  // namespace
}  // namespace signalbox
