// SPDX-License-Identifier: Apache-2.0
//
// Feeds an input log to a fresh Router and a fresh Controller, and compares what they decide with
// what was decided then. With the binary that wrote the log the two agree byte for byte; where they
// do not, the first difference is named, by request and time and in words.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "core/model/decision.h"
#include "core/model/fleet_view.h"
#include "core/model/plan.h"
#include "journal/input_log_reader.h"

namespace signalbox::journal {

// Sees what the replayed machines answer, in order.
class ReplayObserver {
 public:
  virtual ~ReplayObserver() = default;
  virtual void read(const InputRecord& /*record*/) {}  // before it is fed
  virtual void decided(const core::Decision& /*decision*/, const core::FleetView& /*view*/) {}
  virtual void planned(const core::Plan& /*plan*/, const core::FleetSpec& /*spec*/) {}
};

struct ReplayReport {
  std::uint64_t records = 0;
  std::uint64_t requests = 0;
  std::uint64_t outcomes = 0;
  std::uint64_t signals = 0;
  std::uint64_t ticks = 0;
  std::uint64_t decisions = 0;
  std::uint64_t plans = 0;
  std::uint64_t checks = 0;  // check records that agreed
  Duration span{};           // from the first input to the last

  std::string difference;  // the first one, in words; empty when there is none
  std::string note;        // the tail of the log that was cut off, if it was
  std::string damage;      // where the log is damaged, if it is
  std::optional<LogEnd> end;

  bool identical() const { return difference.empty() && damage.empty(); }
};

// Errors are logs that cannot be replayed at all: without their beginning, or out of order. Stops
// at the first difference.
Result<ReplayReport> replay(InputLogReader& log, ReplayObserver* observer = nullptr);

}  // namespace signalbox::journal
