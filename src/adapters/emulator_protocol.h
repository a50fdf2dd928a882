// SPDX-License-Identifier: Apache-2.0
//
// The emulator's control API as bytes in and values out, apart from the exchange itself: what is
// asked, and what the answers say. An answer that does not read as expected is an error that says
// what was missing; nothing of it is guessed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "core/model/unit.h"
#include "http/message.h"

namespace signalbox::adapters {

// Launches carry ids up to this; higher ones are the emulator's fixed servers, which live their own
// life.
inline constexpr EndpointId kLastLaunchId{999'999'999'999};

struct EmulatorReplica {
  EndpointId id;
  std::string unit;
  std::string state;      // booting, ready, hung or stopping
  core::Address address;  // port 0 while booting
};

struct EmulatorEvent {
  enum class Kind { kReady, kGone };
  Kind kind = Kind::kReady;
  EndpointId id;
  core::Address address;  // of kReady
  std::string reason;     // of kGone
};

struct EmulatorEvents {
  std::uint64_t next = 0;  // what to ask `after` the next time
  bool missed = false;     // some events are not in here, and never will be
  std::vector<EmulatorEvent> events;
};

http::Request launch_request(EndpointId id, std::string_view unit);
http::Request stop_request(EndpointId id);
http::Request replicas_request();
http::Request events_request(std::uint64_t after, Duration wait);

Result<std::vector<EmulatorReplica>> read_replicas(std::string_view body);
Result<EmulatorEvents> read_events(std::string_view body);

// What an answer that is no success says for itself: its "error", else its status.
std::string read_refusal(const http::Response& answer);

}  // namespace signalbox::adapters
