// SPDX-License-Identifier: Apache-2.0
//
// What happened to replicas, numbered, for whoever polls. A ring: a reader that stayed away too
// long is told that it missed something and reads the whole state again, so memory stays bounded
// however long nobody asks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "core/model/unit.h"

namespace signalbox::emulate {

struct LoggedEvent {
  enum class Kind { kReady, kGone };
  std::uint64_t sequence = 0;  // 1, 2, ... set by the log
  Kind kind = Kind::kReady;
  Duration at{0};  // since the emulator started
  EndpointId id;
  UnitId unit;
  core::Address address;  // of kReady
  std::string reason;     // of kGone
};

class EventLog {
 public:
  // REQUIRES: capacity > 0
  explicit EventLog(std::size_t capacity = 4096) : capacity_(capacity) {}

  void append(LoggedEvent event);

  // The number of the latest event; 0 before the first.
  std::uint64_t latest() const { return latest_; }

  struct Page {
    bool missed = false;  // events after `after` are gone, or it was never issued by this log
    std::vector<LoggedEvent> events;
  };

  // What is kept of the events numbered above `after`.
  Page after(std::uint64_t after) const;

 private:
  std::size_t capacity_;
  std::uint64_t latest_ = 0;
  std::deque<LoggedEvent> kept_;
};

}  // namespace signalbox::emulate
