// SPDX-License-Identifier: Apache-2.0
//
// Calls into records: an InputSink that appends the bytes of each call to a string, and keeps the
// running hashes of all decisions and plans. No file and no thread: where the bytes go is the
// writer's business.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "journal/bytes.h"
#include "journal/input_record.h"
#include "journal/input_sink.h"
#include "journal/record_format.h"
#include "journal/running_hash.h"

namespace signalbox::journal {

class RecordEncoder final : public InputSink {
 public:
  // Records are appended to `out`, which outlives the encoder.
  explicit RecordEncoder(std::string& out) : out_(out) {}

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

  // Appends a check record of everything so far.
  void check();
  void end(LogEnd why);
  // Forgets what a segment remembers and restates the spec in force.
  void begin_segment();

  const CheckMade& totals() const { return totals_; }

 private:
  struct NameHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };

  ByteWriter start(TimePoint now);
  void put_id(ByteWriter& bytes, RequestId id);
  void put_names(ByteWriter& bytes, std::string_view path, std::string_view model);
  void put_decided(ByteWriter& bytes, RequestId own, Decided decided);
  void put_spec(RecordKind kind, TimePoint now);
  void finish(RecordKind kind);

  std::string& out_;
  std::string payload_;  // of the record being written
  std::string scratch_;  // a decision or plan as bytes; a name
  std::string spec_;     // in force, encoded
  TimePoint last_{};     // of the record before
  LatestIds latest_;
  std::unordered_map<std::string, std::uint64_t, NameHash, std::equal_to<>> names_;
  RunningHash decisions_hash_;
  RunningHash plans_hash_;
  CheckMade totals_;
};

}  // namespace signalbox::journal
