// SPDX-License-Identifier: Apache-2.0
//
// A live node that writes down what it does, under clients on several threads, with a unit that
// dies on the way and a reload: the input log decides the same again, and the decision journal
// tells of everything out of the ordinary.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "journal/input_log_reader.h"
#include "journal/journal_file.h"
#include "journal/replay.h"
#include "journal/temporary_directory.h"
#include "test/stage/live_node.h"
#include "test/stage/scripted_unit.h"

namespace signalbox {
namespace {

using namespace stage;

std::string services(std::string_view patience) {
  return fmt::format(
      "services:\n"
      "  images: {{paths: [/genimage], objective: {{latency: 2s}}, patience: {0}}}\n"
      "  chat: {{models: [llama], objective: {{latency: 1s}}, patience: {0}, max_held: 2}}\n"
      "units:\n",
      patience);
}

// Requests from several threads at once, so that the two loops and control contend for the log.
void send(const LiveNode& node, int threads, int each) {
  std::vector<std::jthread> clients;
  for (int t = 0; t < threads; ++t) {
    clients.emplace_back([&node, t, each] {
      for (int i = 0; i < each; ++i) {
        switch ((t + i) % 4) {
          case 0:
            node.post("/v1/chat/completions", R"({"model": "llama"})");
            break;
          case 1:
            node.get("/nowhere");
            break;
          default:
            node.post("/genimage", R"({"prompt": "a signal box"})");
        }
      }
    });
  }
}

std::string journal_yaml(const journal::testing::TemporaryDirectory& directory) {
  return fmt::format("journal: {{input_log: {}, decisions: {}, sample: 10}}\n",
                     directory / "inputs", directory / "decisions.db");
}

TEST(LiveJournal, of_a_node_that_loses_a_unit_replays_byte_for_byte) {
  const journal::testing::TemporaryDirectory directory;
  std::uint64_t requests = 0;
  {
    auto cheap = std::make_unique<ScriptedUnit>([](Incoming& request) { request.answer("ok"); });
    ScriptedUnit dear([](Incoming& request) { request.answer("ok"); });
    const std::string units =
        unit("cheap", 1.0, cheap->address(), ", health: {interval: 50ms, timeout: 50ms, fall: 2}") +
        unit("dear", 2.0, dear.address());
    LiveNode node(services("5s") + units + journal_yaml(directory));
    send(node, 4, 40);
    cheap.reset();  // nobody listens there any more
    send(node, 4, 40);
    node.rewrite(services("4s") + units + journal_yaml(directory));
    EXPECT_EQ(node.node().reload(), "");
    EXPECT_EQ(node.ask_admin("POST", "/price", R"({"unit": "dear", "usd_per_hour": 1.5})").status,
              204)
        << "a signal is an input too";
    send(node, 4, 20);
    EXPECT_EQ(node.metric("signalbox_input_log_logging"), 1.0);
    EXPECT_EQ(node.metric("signalbox_input_log_lost_calls_total"), 0.0);
    node.node().stop();
    requests = 4 * 100;
  }
  auto log = journal::InputLogReader::open(directory / "inputs");
  ASSERT_TRUE(log.ok()) << log.error().message;
  const auto report = journal::replay(*log);
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_TRUE(report->identical()) << report->difference << report->damage;
  EXPECT_EQ(report->end, journal::LogEnd::kClosed) << report->note;
  EXPECT_EQ(report->requests, requests);
  EXPECT_GE(report->ticks, 1U);
  EXPECT_GE(report->signals, 1U) << "the price at least; probes come as time allows";

  const auto file = journal::JournalFile::open_to_read(directory / "decisions.db");
  ASSERT_TRUE(file.ok()) << file.error().message;
  const auto count = [&](const std::string& kind) { return file->latest(kind, 10'000)->size(); };
  EXPECT_EQ(count("reject"), requests / 4) << "each one to /nowhere";
  EXPECT_GT(count("error"), 0U) << "connections refused by the unit that died";
  EXPECT_GT(count("redecide"), 0U);
  EXPECT_GT(count("forward"), 5U) << "one in ten of the others";
  EXPECT_LT(count("forward"), 100U);
  EXPECT_EQ(count("gap"), 0U);
  EXPECT_EQ(file->latest("error", 1)->front().unit, "cheap");
}

TEST(LiveJournal, that_reaches_its_bound_stops_logging_and_serves_on) {
  const journal::testing::TemporaryDirectory directory;
  ScriptedUnit only([](Incoming& request) { request.answer("ok"); });
  LiveNode node(services("5s") + unit("only", 1.0, only.address()) +
                fmt::format("journal: {{input_log: {}, input_log_segment: 1MiB, "
                            "input_log_segments: 1}}\n",
                            directory / "inputs"));
  // Paths that are never the same are spelt out, so that a megabyte is soon full.
  const std::string filler(6000, 'x');
  for (int i = 0; i < 400; ++i) node.get(fmt::format("/{}/{}", i, filler));
  EXPECT_TRUE(eventually([&] { return node.metric("signalbox_input_log_logging") == 0.0; }));
  EXPECT_EQ(node.post("/genimage", "{}").status, 200);
  EXPECT_TRUE(eventually([&] { return node.metric("signalbox_input_log_lost_calls_total") > 0; }));
  node.node().stop();
  auto log = journal::InputLogReader::open(directory / "inputs");
  ASSERT_TRUE(log.ok()) << log.error().message;
  const auto report = journal::replay(*log);
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->identical()) << report->difference << report->damage;
  EXPECT_EQ(report->end, journal::LogEnd::kFull);
}

}  // namespace
}  // namespace signalbox
