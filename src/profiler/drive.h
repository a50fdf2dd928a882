// SPDX-License-Identifier: Apache-2.0
//
// A profiler on the network: sends what it wants sent, when it wants it, and tells it what became
// of it. Runs on one loop's thread.
#pragma once

#include <functional>
#include <memory>

#include "core/model/unit.h"
#include "http/client.h"
#include "net/asio.h"
#include "profiler/ask.h"
#include "profiler/profiler.h"

namespace signalbox::profiler {

struct Destination {
  core::Address address;
  http::CallOptions call;  // timeouts, TLS
};

class Drive {
 public:
  // `profiler` outlives the drive; `done` is called once, from the loop, when it is done.
  Drive(asio::io_context& io, Destination destination, Question question, Profiler& profiler,
        std::function<void()> done);
  // Cancels what is in flight.
  ~Drive();
  Drive(const Drive&) = delete;
  Drive& operator=(const Drive&) = delete;

  // REQUIRES: called once.
  void start() { pump(); }

 private:
  void pump();
  void send(const Send& send);
  void await();

  Destination destination_;
  Question question_;
  Profiler& profiler_;
  std::function<void()> done_;
  asio::steady_timer timer_;
  std::shared_ptr<Drive*> self_;  // timers hold it weakly
  http::Client client_;
};

}  // namespace signalbox::profiler
