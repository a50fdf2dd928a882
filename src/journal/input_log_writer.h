// SPDX-License-Identifier: Apache-2.0
//
// The input log on disk, written in the caller's thread: for the simulator and for tests, and
// behind the queue of input_log_thread.h in a running gateway. It cannot fail in its caller's eyes:
// when its bound is reached or the disk refuses it stops, says why in status(), and counts what it
// did not log. It stops rather than dropping its beginning, unless told otherwise, because without
// its beginning a log cannot be replayed, only read.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "journal/input_sink.h"
#include "journal/record_encoder.h"
#include "journal/segment.h"

namespace signalbox::journal {

struct InputLogOptions {
  std::string directory;                      // made when it is not there
  std::uint64_t segment_bytes = 64ULL << 20;  // of a segment file, at most (one long record more)
  std::uint32_t segments = 16;                // in the directory, earlier logs included
  bool drop_oldest = false;             // at the bound: lose the beginning instead of stopping
  std::uint64_t check_every = 4096;     // decisions between two check records
  std::int64_t started_unix_nanos = 0;  // names the log
};

struct InputLogStatus {
  bool logging = false;
  std::string stopped_because;   // in words, empty while logging or closed in good order
  std::string first_segment;     // path
  std::uint64_t calls = 0;       // logged
  std::uint64_t requests = 0;    // of them
  std::uint64_t bytes = 0;       // written or about to be
  std::uint64_t lost_calls = 0;  // not logged since it stopped
};

class InputLogWriter final : public InputSink {
 public:
  // Makes directory and first segment. Earlier logs there give way, oldest first, when the new one
  // needs their room.
  static Result<std::unique_ptr<InputLogWriter>> open(InputLogOptions options);
  // As close().
  ~InputLogWriter() override;

  void router_started(std::uint64_t seed) override;
  void controller_started(const core::FleetSpec& spec, TimePoint now) override;
  void router_view(std::uint64_t version, TimePoint now, Decided decided) override;
  void router_request(RequestId id, const core::RequestFacts& facts, TimePoint now,
                      Decided decided) override;
  void router_outcome(RequestId id, const core::Outcome& outcome, TimePoint now,
                      Decided decided) override;
  void router_answer_begun(RequestId id, EndpointId endpoint, TimePoint now,
                           Decided decided) override;
  void router_cancel(RequestId id, TimePoint now, Decided decided) override;
  void router_timer(TimePoint now, Decided decided) override;
  void router_digest(TimePoint now) override;
  void controller_signal(const core::Signal& signal, TimePoint now) override;
  void controller_digest(TimePoint now, std::uint64_t newer) override;
  void controller_spec(const core::FleetSpec& spec, TimePoint now) override;
  void controller_tick(TimePoint now, const core::Plan& plan) override;

  // What is buffered goes to the file, as a block.
  void flush();
  // Check record, end mark, flush. Calls after it are ignored.
  void close();
  // The same with another end: nothing is logged from here on, and `lost` calls were not already.
  void stop(LogEnd why, std::uint64_t lost);
  // Calls after stop() that the caller kept to itself.
  void count_lost(std::uint64_t calls) { status_.lost_calls += calls; }

  const InputLogStatus& status() const { return status_; }

 private:
  explicit InputLogWriter(InputLogOptions options) : options_(std::move(options)) {}

  template <class Call>
  void log(Call&& call);
  std::size_t block_bytes() const;
  bool next_segment();
  bool make_room();
  bool write(std::string_view bytes);
  void fail(const std::string& what, int error);
  void end(LogEnd why);

  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  InputLogOptions options_;
  std::string name_;
  std::string block_;  // records not yet written
  RecordEncoder encoder_{block_};
  std::uint64_t checked_decisions_ = 0;
  std::unique_ptr<std::FILE, CloseFile> file_;
  std::string path_;  // of file_
  std::uint32_t number_ = 0;
  std::uint64_t segment_bytes_ = 0;
  InputLogStatus status_;
};

}  // namespace signalbox::journal
