// SPDX-License-Identifier: Apache-2.0
#include "journal/input_log_thread.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <latch>
#include <vector>

#include "journal/input_log_reader.h"
#include "journal/replay.h"
#include "journal/temporary_directory.h"
#include "journal/test_drive.h"

namespace signalbox::journal {
namespace {

using testing::Drive;
using testing::TemporaryDirectory;

std::unique_ptr<InputLogWriter> open_log(const std::string& directory, std::uint32_t segments = 16,
                                         std::uint64_t segment_bytes = 64U << 20U) {
  InputLogOptions options;
  options.directory = directory;
  options.segments = segments;
  options.segment_bytes = segment_bytes;
  auto writer = InputLogWriter::open(options);
  EXPECT_TRUE(writer.ok()) << writer.error().message;
  return std::move(*writer);
}

ReplayReport replay_of(const std::string& path) {
  auto log = InputLogReader::open(path);
  EXPECT_TRUE(log.ok()) << log.error().message;
  auto report = replay(*log);
  EXPECT_TRUE(report.ok()) << report.error().message;
  return *report;
}

TEST(InputLogThread, writes_what_the_writer_alone_would) {
  const TemporaryDirectory directory;
  InputLogThread log(open_log(directory.path()), {});
  Drive drive(3, log);
  drive.run(20'000);
  log.close();
  EXPECT_EQ(log.status().requests, 20'000U);
  EXPECT_EQ(log.status().lost_calls, 0U);
  const ReplayReport report = replay_of(directory.path());
  EXPECT_TRUE(report.identical()) << report.difference << report.damage;
  EXPECT_EQ(report.decisions, drive.decisions());
  EXPECT_EQ(report.end, LogEnd::kClosed);
}

TEST(InputLogThread, that_cannot_keep_up_ends_the_log_and_says_so) {
  const TemporaryDirectory directory;
  std::string why;
  InputLogThread::Options options;
  options.buffer_bytes = 16U << 10U;  // less than the first spec and a few requests fill
  options.flush_every = 1h;
  options.on_stopped = [&](const std::string& reason) { why = reason; };
  InputLogThread log(open_log(directory.path()), options);
  // One call that alone is larger than the buffer cannot be taken, however quick the thread is.
  const std::string path(32U << 10U, 'x');
  log.router_started(1);
  log.router_request(RequestId(1), {path, ""}, TimePoint{1s}, {});
  log.router_request(RequestId(2), {"/", ""}, TimePoint{1s}, {});
  log.close();
  EXPECT_NE(why.find("could not keep up"), std::string::npos) << why;
  EXPECT_GE(log.status().lost_calls, 2U);
  auto reader = InputLogReader::open(directory.path());
  ASSERT_TRUE(reader.ok());
  InputRecord record;
  while (reader->next(record)) EXPECT_FALSE(std::holds_alternative<RequestMade>(record.body));
  EXPECT_EQ(reader->end(), LogEnd::kOverflowed);
}

TEST(InputLogThread, at_its_bound_stops_once_and_counts_on) {
  const TemporaryDirectory directory;
  std::atomic<int> told{0};
  InputLogThread::Options options;
  options.on_stopped = [&](const std::string&) { ++told; };
  InputLogThread log(open_log(directory.path(), 1, 64U << 10U), options);
  Drive drive(3, log);
  drive.run(20'000);
  log.close();
  EXPECT_EQ(told, 1);
  EXPECT_FALSE(log.status().logging);
  EXPECT_GT(log.status().lost_calls, 1000U);
  EXPECT_TRUE(replay_of(directory.path()).identical());
}

// What counts is that each thread's calls stay in its order and none is lost or torn.
TEST(InputLogThread, takes_calls_from_many_threads_whole_and_each_in_order) {
  constexpr std::uint64_t kThreads = 4;
  constexpr std::uint64_t kCalls = 5000;
  const TemporaryDirectory directory;
  {
    InputLogThread log(open_log(directory.path()), {});
    std::latch together(kThreads);
    std::vector<std::jthread> threads;
    for (std::uint64_t loop = 0; loop < kThreads; ++loop) {
      threads.emplace_back([&log, &together, loop] {
        together.arrive_and_wait();
        const std::string path = "/loop/" + std::to_string(loop);
        for (std::uint64_t i = 0; i < kCalls; ++i) {
          core::Decision decision;
          decision.request = RequestId(loop << 48U | i);
          decision.action = core::Action::kForward;
          decision.endpoint = EndpointId(i);
          log.router_request(decision.request, {path, ""}, TimePoint{1s}, std::span(&decision, 1));
        }
      });
    }
  }
  auto reader = InputLogReader::open(directory.path());
  ASSERT_TRUE(reader.ok());
  std::uint64_t next[kThreads] = {};
  InputRecord record;
  while (reader->next(record)) {
    const auto* request = std::get_if<RequestMade>(&record.body);
    if (request == nullptr) continue;
    const std::uint64_t loop = request->id.value >> 48U;
    ASSERT_EQ(request->path, "/loop/" + std::to_string(loop));
    ASSERT_EQ(request->id.value & 0xFFFF'FFFF'FFFFULL, next[loop]++);
    ASSERT_EQ(record.decided.at(0).endpoint.value + 1, next[loop]);
  }
  for (const std::uint64_t count : next) EXPECT_EQ(count, kCalls);
}

}  // namespace
}  // namespace signalbox::journal
