// SPDX-License-Identifier: Apache-2.0
//
// The access log: one JSON line per finished request. It says who was served by what and how long
// it took, never what was asked: bodies do not come here, and a path loses its query before it is
// written, because people do put prompts into queries.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"
#include "core/model/service.h"
#include "observe/wall_time.h"

namespace signalbox::observe {

// Paths longer than this are cut; the line stays bounded whatever a client sends.
inline constexpr std::size_t kMaxLoggedPathBytes = 1024;

// Views need to live for the call only. Empty names (no unit was reached, say) are written as null.
struct AccessRecord {
  UnixNanos at = 0;  // arrival
  std::string_view request_id;
  std::string_view client_address;
  std::string_view method;
  std::string_view path;
  std::string_view service;
  std::string_view unit;      // of the last attempt
  std::string_view endpoint;  // "host:port" of the last attempt
  core::Mode mode = core::Mode::kCostOptimized;
  std::string_view outcome;  // "completed", "rejected:queue_full", "abandoned", ...
  int status = 0;            // 0 = the client left before any answer
  int attempts = 0;          // forwards, re-decisions included
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  Duration held{};                // in the hold queue
  Duration time_to_first_byte{};  // since arrival; 0 = none was sent
  Duration duration{};            // arrival to last byte
};

// Appends the line with its newline; allocates only where `out` must grow.
void append_access_line(std::string& out, const AccessRecord& record);

}  // namespace signalbox::observe
