// SPDX-License-Identifier: Apache-2.0
//
// Reads the use of memory on a beat, and says what it means. The beat is short: what fills memory
// is requests, and a few thousand of them may come within a second.
#pragma once

#include <functional>
#include <optional>

#include "gateway/memory_pressure.h"
#include "net/asio.h"

namespace signalbox::gateway {

class MemoryWatch {
 public:
  // Both are called on the loop; `read` gives nullopt where nothing bounds memory.
  struct Ports {
    std::function<std::optional<MemoryUse>()> read;
    std::function<void(const MemoryUse&, Pressure)> told;
  };

  MemoryWatch(asio::io_context& io, Ports ports) : ports_(std::move(ports)), beat_(io) {}

  // Reads now and on every beat. The loop's thread, or before it runs.
  void start();
  // No beat comes after this. The loop's thread, or when it has stopped.
  void stop() { beat_.cancel(); }

 private:
  Ports ports_;
  asio::steady_timer beat_;
  MemoryPressure pressure_;
};

}  // namespace signalbox::gateway
