// SPDX-License-Identifier: Apache-2.0
//
// One line of the decision journal, as it stands in the database (docs/journal.md): flat, with
// names instead of ids, so that it means the same after a reload and can be asked for in plain SQL.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/model/decision.h"
#include "core/model/fleet_view.h"
#include "core/model/plan.h"
#include "core/model/request.h"

namespace signalbox::journal {

// Absent texts are empty, absent numbers zero; both are NULL in the database.
struct JournalEntry {
  std::int64_t at_unix_nanos = 0;
  std::string kind;     // forward, hold, reject, redecide, error, plan, mode, gap, start
  std::string request;  // 16 hex digits
  std::string service;
  std::string unit;
  std::uint64_t endpoint = 0;
  int attempt = 0;
  int status = 0;
  std::string reason;            // in words
  std::uint64_t stands_for = 1;  // how many such entries there were; above 1 for samples and gaps
  std::string detail;            // JSON
};

std::string format_request(RequestId id);

// `unix_of_zero` is what the system's clock would have said at TimePoint{}, in nanoseconds.
JournalEntry entry_of(const core::Decision& decision, const core::FleetView& view,
                      std::int64_t unix_of_zero);
// A forward that came to a failure.
JournalEntry entry_of(const core::Decision& forwarded, const core::FleetView& view,
                      const core::Outcome& failure, TimePoint at, std::int64_t unix_of_zero);
JournalEntry entry_of(const core::ModeChange& change, const core::FleetSpec& spec,
                      std::int64_t unix_of_zero);
JournalEntry entry_of(const core::Plan& plan, const core::FleetSpec& spec,
                      std::int64_t unix_of_zero);
// One flat JSON object; absent values are left out.
std::string entry_json(const JournalEntry& entry);
JournalEntry gap_entry(std::uint64_t lost, std::int64_t at_unix_nanos, const std::string& why);

}  // namespace signalbox::journal
