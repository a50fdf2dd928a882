// SPDX-License-Identifier: Apache-2.0
//
// Writer, reader and replay together, on logs of a driven fleet.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "base/prng.h"
#include "journal/arrivals_of_log.h"
#include "journal/core_codec.h"
#include "journal/decision_line.h"
#include "journal/full_disk.h"
#include "journal/input_log_reader.h"
#include "journal/input_log_writer.h"
#include "journal/replay.h"
#include "journal/temporary_directory.h"
#include "journal/test_drive.h"

namespace signalbox::journal {
namespace {

using testing::Drive;
using testing::TemporaryDirectory;

constexpr std::uint64_t kSeed = 20260102;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

void write_file(const std::string& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

struct Written {
  InputLogStatus status;
  std::uint64_t decisions = 0;
  std::string path;  // of the first segment
};

Written write_log(InputLogOptions options, std::uint64_t requests, std::uint64_t seed = kSeed) {
  auto writer = InputLogWriter::open(std::move(options));
  EXPECT_TRUE(writer.ok()) << writer.error().message;
  Drive drive(seed, **writer);
  drive.run(requests);
  (*writer)->close();
  return {(*writer)->status(), drive.decisions(), (*writer)->status().first_segment};
}

Written write_log(const TemporaryDirectory& directory, std::uint64_t requests,
                  std::uint64_t seed = kSeed) {
  InputLogOptions options;
  options.directory = directory.path();
  return write_log(options, requests, seed);
}

ReplayReport replay_of(const std::string& path, ReplayObserver* observer = nullptr) {
  auto log = InputLogReader::open(path);
  EXPECT_TRUE(log.ok()) << log.error().message;
  auto report = replay(*log, observer);
  EXPECT_TRUE(report.ok()) << report.error().message;
  return *report;
}

TEST(InputLog, of_a_hundred_thousand_requests_replays_byte_for_byte) {
  const TemporaryDirectory directory;
  const Written log = write_log(directory, 100'000);
  EXPECT_EQ(log.status.requests, 100'000U);
  const ReplayReport report = replay_of(log.path);
  EXPECT_TRUE(report.identical()) << report.difference << report.damage;
  EXPECT_EQ(report.requests, 100'000U);
  EXPECT_EQ(report.decisions, log.decisions);
  EXPECT_GE(report.checks, log.decisions / 5000);
  EXPECT_EQ(report.end, LogEnd::kClosed);
  EXPECT_EQ(report.note, "");
  EXPECT_EQ(report.plans, report.ticks);
  EXPECT_GT(report.ticks, 100U);
  EXPECT_GT(report.signals, 10U);
}

TEST(InputLog, is_smaller_than_fifty_bytes_a_request) {
  const TemporaryDirectory directory;
  const Written log = write_log(directory, 20'000);
  EXPECT_LT(static_cast<double>(log.status.bytes) / 20'000, 50.0);
}

TEST(InputLog, holds_no_record_above_two_hundred_bytes) {
  std::string bytes;
  RecordEncoder encoder(bytes);
  Drive drive(kSeed, encoder);
  drive.run(2000);
  std::map<int, int> kinds;
  for (std::size_t place = 0; place < bytes.size();) {
    ++kinds[bytes[place]];
    const std::size_t size = 2 + static_cast<std::uint8_t>(bytes[place + 1]);
    ASSERT_LE(size, kMaxRecordBytes);
    place += size;
    ASSERT_LE(place, bytes.size());
  }
  EXPECT_GT(kinds[static_cast<int>(RecordKind::kPart)], 0) << "the spec is longer than a record";
}

TEST(InputLog, gives_back_every_call_as_it_was_made) {
  std::string bytes;
  RecordEncoder encoder(bytes);
  const TimePoint start{5s};
  const std::string long_path(3000, 'p');
  const std::string weird = std::string("/a\0b", 4);
  core::Decision forward;
  forward.request = RequestId(42);
  forward.action = core::Action::kForward;
  forward.unit = UnitId(3);
  forward.endpoint = EndpointId(1ULL << 40U);
  forward.attempt = 2;
  forward.late = true;
  core::Decision refusal;
  refusal.request = RequestId((7ULL << 48U) | 1);
  refusal.reason = core::RejectReason::kQueueFull;
  refusal.status = 429;
  const std::vector<core::Decision> decided = {forward, refusal};
  encoder.router_request(RequestId(42), {long_path, "m", true, 2.5}, start, decided);
  encoder.router_request(RequestId(43), {weird, "", false, 1.0}, start - 2s, {});
  encoder.router_request(RequestId(44), {weird, "", true, 1.0}, start, {});
  encoder.router_outcome(RequestId(42), {core::OutcomeKind::kDied, 0, 5ms, false}, start, decided);
  encoder.controller_digest(start, 3);
  encoder.check();
  encoder.end(LogEnd::kOverflowed);

  RecordDecoder decoder;
  ByteReader reader(bytes);
  InputRecord record;
  const auto next = [&]() -> const InputRecord& {
    EXPECT_TRUE(decoder.next(reader, record)) << decoder.refusal();
    return record;
  };
  const auto& long_request = std::get<RequestMade>(next().body);
  EXPECT_EQ(record.at, start);
  EXPECT_EQ(long_request.path, long_path);
  EXPECT_EQ(long_request.model, "m");
  EXPECT_EQ(long_request.work, 2.5);
  ASSERT_EQ(record.decided.size(), 2U);
  EXPECT_EQ(record.decided[0], brief_of(forward));
  EXPECT_EQ(record.decided[1], brief_of(refusal));
  for (const bool replayable : {false, true}) {
    const auto& request = std::get<RequestMade>(next().body);
    EXPECT_EQ(request.path, weird);
    EXPECT_EQ(request.replayable, replayable);
    EXPECT_EQ(request.work, 1.0);
  }
  const auto& seen = std::get<OutcomeSeen>(next().body);
  EXPECT_EQ(seen.id, RequestId(42));
  EXPECT_EQ(seen.outcome.kind, core::OutcomeKind::kDied);
  EXPECT_EQ(seen.outcome.time_to_first_byte, 5ms);
  EXPECT_FALSE(seen.outcome.replayable);
  EXPECT_EQ(std::get<DigestGiven>(next().body).newer, 3U);
  EXPECT_EQ(std::get<CheckMade>(next().body), encoder.totals());
  EXPECT_EQ(std::get<LogEnded>(next().body).why, LogEnd::kOverflowed);
  EXPECT_TRUE(reader.at_end());
}

// More paths than are remembered: the rest is spelt out and comes back all the same.
TEST(InputLog, bounds_what_it_remembers_of_paths_that_clients_invent) {
  std::string bytes;
  RecordEncoder encoder(bytes);
  const int count = static_cast<int>(kMaxNames) + 500;
  const auto path = [](int i) { return fmt::format("/v1/{}", i); };
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < count; ++i) {
      encoder.router_request(RequestId(static_cast<std::uint64_t>(i)), {path(i), "m"}, TimePoint{},
                             {});
    }
  }
  RecordDecoder decoder;
  ByteReader reader(bytes);
  InputRecord record;
  for (int i = 0; i < 2 * count; ++i) {
    ASSERT_TRUE(decoder.next(reader, record));
    ASSERT_EQ(std::get<RequestMade>(record.body).path, path(i % count));
  }
}

TEST(InputLog, spans_segments_and_replays_across_them) {
  const TemporaryDirectory directory;
  InputLogOptions options;
  options.directory = directory.path();
  options.segment_bytes = 64U << 10U;
  options.segments = 1000;
  const Written log = write_log(options, 20'000);
  const auto logs = find_logs(directory.path());
  ASSERT_EQ(logs.size(), 1U);
  EXPECT_GT(logs[0].segments.size(), 5U);
  for (const auto& segment : logs[0].segments) EXPECT_LE(segment.bytes, options.segment_bytes);
  const ReplayReport report = replay_of(logs[0].segments.back().path);  // any of them will do
  EXPECT_TRUE(report.identical()) << report.difference << report.damage;
  EXPECT_EQ(report.decisions, log.decisions);
}

TEST(InputLog, stops_at_its_bound_and_what_is_there_replays) {
  const TemporaryDirectory directory;
  InputLogOptions options;
  options.directory = directory.path();
  options.segment_bytes = 64U << 10U;
  options.segments = 3;
  const Written log = write_log(options, 20'000);
  EXPECT_NE(log.status.stopped_because, "");
  EXPECT_GT(log.status.lost_calls, 1000U);
  EXPECT_LT(log.status.requests, 20'000U);
  const ReplayReport report = replay_of(log.path);
  EXPECT_TRUE(report.identical()) << report.difference << report.damage;
  EXPECT_EQ(report.requests, log.status.requests);
  EXPECT_EQ(report.end, LogEnd::kFull);
  std::uint64_t bytes = 0;
  for (const auto& segment : find_logs(directory.path())[0].segments) bytes += segment.bytes;
  EXPECT_LE(bytes, options.segments * options.segment_bytes);
  EXPECT_EQ(bytes, log.status.bytes);
}

TEST(InputLog, that_drops_its_beginning_keeps_its_bound_and_its_arrivals) {
  const TemporaryDirectory directory;
  InputLogOptions options;
  options.directory = directory.path();
  options.segment_bytes = 64U << 10U;
  options.segments = 3;
  options.drop_oldest = true;
  const Written log = write_log(options, 20'000);
  EXPECT_EQ(log.status.lost_calls, 0U);
  EXPECT_EQ(find_logs(directory.path())[0].segments.size(), 3U);
  auto reader = InputLogReader::open(directory.path());
  ASSERT_TRUE(reader.ok());
  EXPECT_FALSE(replay(*reader).ok());
  auto again = InputLogReader::open(directory.path());
  ArrivalsOfLog arrivals(*again);
  std::uint64_t count = 0;
  while (arrivals.next()) ++count;
  EXPECT_GT(count, 1000U);
  ASSERT_NE(arrivals.spec(), nullptr);
  EXPECT_EQ(arrivals.spec()->units.size(), 3U);
  EXPECT_EQ(again->end(), LogEnd::kClosed);
}

TEST(InputLog, on_a_full_disk_stops_and_what_is_there_replays) {
  const TemporaryDirectory directory;
  InputLogOptions options;
  options.directory = directory.path();
  Written log;
  {
    const testing::FullDisk full(200'000);
    log = write_log(options, 20'000);
  }
  EXPECT_NE(log.status.stopped_because.find("cannot write to"), std::string::npos)
      << log.status.stopped_because;
  EXPECT_GT(log.status.lost_calls, 1000U);
  const ReplayReport report = replay_of(log.path);
  EXPECT_TRUE(report.identical()) << report.difference << report.damage;
  EXPECT_FALSE(report.note.empty());
  EXPECT_GT(report.requests, 1000U);
}

TEST(InputLog, earlier_logs_give_way_to_a_new_one) {
  const TemporaryDirectory directory;
  InputLogOptions options;
  options.directory = directory.path();
  options.segment_bytes = 64U << 10U;
  options.segments = 4;
  options.started_unix_nanos = 1'000'000'000;
  write_log(options, 5000);
  options.started_unix_nanos = 2'000'000'000;
  write_log(options, 5000);
  const auto logs = find_logs(directory.path());
  std::size_t segments = 0;
  for (const auto& log : logs) segments += log.segments.size();
  EXPECT_LE(segments, 4U);
  EXPECT_EQ(logs.back().name, "signalbox-19700101T000002.000000Z");
  EXPECT_TRUE(replay_of(directory.path()).identical());
}

TEST(InputLog, says_what_is_wrong_with_a_file) {
  const TemporaryDirectory directory;
  const auto error_of = [](const std::string& path) {
    const auto log = InputLogReader::open(path);
    return log.ok() ? "" : log.error().message;
  };
  EXPECT_NE(error_of(directory.path()).find("holds no input log"), std::string::npos);
  EXPECT_NE(error_of(directory / "access.log").find("not named like"), std::string::npos);
  EXPECT_NE(error_of(directory / "signalbox-x.0001.sblog").find("no such file"), std::string::npos);
  write_file(directory / "signalbox-x.0001.sblog", "GET / HTTP/1.1\r\n and some more of it\r\n");
  EXPECT_NE(error_of(directory / "signalbox-x.0001.sblog").find("is not an input log"),
            std::string::npos);
  SegmentHeader newer;
  newer.version = kFormatVersion + 1;
  write_file(directory / "signalbox-x.0001.sblog", encode(newer));
  EXPECT_NE(error_of(directory.path()).find("newer version"), std::string::npos);
}

TEST(InputLog, a_missing_segment_is_named) {
  const TemporaryDirectory directory;
  InputLogOptions options;
  options.directory = directory.path();
  options.segment_bytes = 64U << 10U;
  options.segments = 1000;
  write_log(options, 10'000);
  std::filesystem::remove(find_logs(directory.path())[0].segments[1].path);
  const ReplayReport report = replay_of(directory.path());
  EXPECT_FALSE(report.identical());
  EXPECT_NE(report.damage.find("segment 2 of"), std::string::npos) << report.damage;
}

// A process may die at any moment: whatever part of the file is there reads without harm, up to the
// last whole block, and the reader says that something is missing.
TEST(InputLog, cut_off_at_every_byte_reads_up_to_its_last_whole_block) {
  const TemporaryDirectory directory;
  InputLogOptions options;
  options.directory = directory.path();
  options.segment_bytes = 8U << 10U;  // blocks of 1 KiB
  const Written log = write_log(options, 25);
  const std::string whole = read_file(log.path);
  ASSERT_GT(whole.size(), 1500U);
  const TemporaryDirectory other;
  const std::string cut = other / "signalbox-cut.0001.sblog";
  std::uint64_t most = 0;
  std::size_t noted = 0;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write_file(cut, std::string_view(whole).substr(0, size));
    auto reader = InputLogReader::open(cut);
    if (size < kSegmentHeaderBytes) {
      ASSERT_FALSE(reader.ok()) << size;
      continue;
    }
    ASSERT_TRUE(reader.ok()) << size << reader.error().message;
    const auto report = replay(*reader);
    ASSERT_TRUE(report.ok()) << size << report.error().message;
    ASSERT_TRUE(report->identical()) << size << report->difference << report->damage;
    ASSERT_GE(report->records, most) << size;
    ASSERT_FALSE(report->note.empty()) << size;
    most = report->records;
    ++noted;
  }
  EXPECT_GT(most, 50U);
  EXPECT_GT(noted, 1400U);
}

TEST(InputLog, a_flipped_bit_anywhere_is_found) {
  const TemporaryDirectory directory;
  const Written log = write_log(directory, 300);
  const std::string whole = read_file(log.path);
  const TemporaryDirectory other;
  const std::string path = other / "signalbox-bad.0001.sblog";
  Prng draws(kSeed);
  for (int i = 0; i < 400; ++i) {
    const auto place = static_cast<std::size_t>(draws.below(whole.size()));
    std::string damaged = whole;
    damaged[place] = static_cast<char>(damaged[place] ^ (1 << draws.below(8)));
    write_file(path, damaged);
    auto reader = InputLogReader::open(path);
    if (!reader.ok()) continue;
    const auto report = replay(*reader);
    ASSERT_TRUE(report.ok());
    ASSERT_TRUE(!report->damage.empty() || !report->note.empty())
        << "byte " << place << " of " << whole.size();
  }
}

RC_GTEST_PROP(InputLog, any_bytes_are_records_or_refused, ()) {
  const auto bytes = *rc::gen::arbitrary<std::string>();
  RecordDecoder decoder;
  ByteReader reader(bytes);
  InputRecord record;
  while (!reader.at_end() && decoder.next(reader, record)) {
  }
}

// Bytes that are nearly a log go deeper than noise.
TEST(InputLog, records_with_any_byte_changed_are_read_or_refused) {
  std::string bytes;
  RecordEncoder encoder(bytes);
  Drive drive(kSeed, encoder);
  drive.run(40);
  Prng draws(kSeed);
  for (int i = 0; i < 3000; ++i) {
    std::string damaged = bytes;
    for (std::uint64_t n = 1 + draws.below(3); n > 0; --n) {
      damaged[static_cast<std::size_t>(draws.below(damaged.size()))] =
          static_cast<char>(draws.below(256));
    }
    RecordDecoder decoder;
    ByteReader reader(damaged);
    InputRecord record;
    while (!reader.at_end() && decoder.next(reader, record)) {
    }
  }
}

// Records of `path`'s only segment, changed by `change` and put back into a block that is intact.
void rewrite(const std::string& path, const std::function<void(RecordKind, std::string&)>& change) {
  const std::string whole = read_file(path);
  std::string out = whole.substr(0, kSegmentHeaderBytes);
  std::size_t place = kSegmentHeaderBytes;
  std::string_view block;
  while (place < whole.size() && next_block(whole, place, block) == BlockFault::kNone) {
    std::string records;
    for (std::size_t at = 0; at < block.size();) {
      const std::size_t size = 2 + static_cast<std::uint8_t>(block[at + 1]);
      std::string record(block.substr(at, size));
      change(static_cast<RecordKind>(record[0]), record);
      records += record;
      at += size;
    }
    out += block_header(records) + records;
  }
  write_file(path, out);
}

TEST(Replay, a_flipped_bit_in_a_check_is_found) {
  const TemporaryDirectory directory;
  const Written log = write_log(directory, 5000);
  int checks = 0;
  rewrite(log.path, [&](RecordKind kind, std::string& record) {
    if (kind == RecordKind::kCheckMade && ++checks == 1) record[8] ^= '\x10';
  });
  ASSERT_GE(checks, 1);
  const ReplayReport report = replay_of(log.path);
  EXPECT_FALSE(report.identical());
  EXPECT_NE(report.difference.find("check record"), std::string::npos) << report.difference;
}

TEST(Replay, names_the_first_decision_that_differs) {
  const TemporaryDirectory directory;
  const Written log = write_log(directory, 500);
  int requests = 0;
  int changed_at = 0;
  rewrite(log.path, [&](RecordKind kind, std::string& record) {
    // A request that was forwarded at once ends in flags, unit, endpoint and fingerprint.
    if (kind != RecordKind::kRequestMade || ++requests < 200 || changed_at > 0) return;
    if (record[record.size() - 4] != (kBriefOwn | kBriefFirst)) return;
    record[record.size() - 3] = static_cast<char>(record[record.size() - 3] ^ 1);
    changed_at = requests;
  });
  const ReplayReport report = replay_of(log.path);
  EXPECT_FALSE(report.identical());
  EXPECT_EQ(report.requests, static_cast<std::uint64_t>(changed_at)) << "stops there";
  EXPECT_NE(report.difference.find("the log says forward to endpoint"), std::string::npos)
      << report.difference;
  EXPECT_NE(report.difference.find("this binary says"), std::string::npos);
}

TEST(Replay, a_difference_in_what_a_decision_rests_on_is_found_at_that_decision) {
  const TemporaryDirectory directory;
  const Written log = write_log(directory, 500);
  int requests = 0;
  rewrite(log.path, [&](RecordKind kind, std::string& record) {
    if (kind == RecordKind::kRequestMade && ++requests == 300) record.back() ^= '\x01';
  });
  const ReplayReport report = replay_of(log.path);
  EXPECT_EQ(report.requests, 300U);
  EXPECT_NE(report.difference.find("what it rests on"), std::string::npos) << report.difference;
}

TEST(Replay, another_seed_decides_otherwise_and_is_caught) {
  const TemporaryDirectory directory;
  const Written log = write_log(directory, 3000);
  rewrite(log.path, [&](RecordKind kind, std::string& record) {
    if (kind == RecordKind::kRouterStarted) record.back() ^= '\x01';
  });
  EXPECT_FALSE(replay_of(log.path).identical());
}

TEST(Replay, tells_an_observer_every_decision_in_a_line_of_its_own) {
  class Lines final : public ReplayObserver {
   public:
    void decided(const core::Decision& decision, const core::FleetView& view) override {
      lines.push_back(decision_line(decision, *view.spec, TimePoint{100s}));
    }
    std::vector<std::string> lines;
  };
  const TemporaryDirectory directory;
  const Written log = write_log(directory, 200);
  Lines lines;
  replay_of(log.path, &lines);
  ASSERT_EQ(lines.lines.size(), log.decisions);
  EXPECT_EQ(lines.lines[0].find("{\"at_s\":0,\"request\":\"0000000000000000\""), 0U)
      << lines.lines[0];
}

TEST(ArrivalsOfLog, gives_every_request_in_order_with_what_became_of_it) {
  const TemporaryDirectory directory;
  write_log(directory, 5000);
  auto log = InputLogReader::open(directory.path());
  ASSERT_TRUE(log.ok());
  ArrivalsOfLog arrivals(*log);
  std::map<RequestEnd, int> ends;
  TimePoint last{};
  int redecided = 0, crowded = 0, sized = 0;
  std::uint64_t count = 0;
  while (const auto arrival = arrivals.next()) {
    ++count;
    ++ends[arrival->end];
    EXPECT_GE(arrival->at, last);
    last = arrival->at;
    redecided += arrival->attempts > 1 ? 1 : 0;
    crowded += arrival->in_flight > 1 ? 1 : 0;
    sized += arrival->work != 1.0 ? 1 : 0;
    EXPECT_FALSE(arrival->path.empty());
    if (arrival->end == RequestEnd::kAnswered) {
      ASSERT_TRUE(arrival->outcome.has_value());
      EXPECT_GE(arrival->in_service, 30ms);
      EXPECT_LE(arrival->in_service, 120ms);
      EXPECT_EQ(arrival->ended_at, arrival->forwarded_at + arrival->in_service);
      EXPECT_LT(arrival->unit.index(), 3U);
      EXPECT_GE(arrival->in_flight, 1);
    }
    if (arrival->end == RequestEnd::kRejected) {
      EXPECT_GE(arrival->status, 400);
    }
  }
  EXPECT_EQ(count, 5000U);
  EXPECT_EQ(ends[RequestEnd::kUnknown], 0);
  EXPECT_GT(ends[RequestEnd::kAnswered], 3000);
  EXPECT_GT(ends[RequestEnd::kRejected], 10);
  EXPECT_GT(ends[RequestEnd::kCancelled], 5);
  EXPECT_GT(redecided, 20);
  EXPECT_GT(crowded, 20);
  EXPECT_GT(sized, 1000);
}

TEST(LogName, is_the_moment_the_process_started) {
  EXPECT_EQ(log_name(1'767'322'800'250'000'000), "signalbox-20260102T030000.250000Z");
}

}  // namespace
}  // namespace signalbox::journal
