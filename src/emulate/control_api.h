// SPDX-License-Identifier: Apache-2.0
//
// The emulated cloud's control plane over HTTP: launches, stops, faults, states, and a long poll
// for events. Spoken by Signalbox's actuator and by people with curl, so every refusal says what
// would have been accepted.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "emulate/fleet.h"
#include "http/server.h"
#include "net/asio.h"

namespace signalbox::emulate {

// Runs on the loop's thread, as the fleet, which outlives it and whose one listener it is.
class ControlApi {
 public:
  static constexpr Duration kMaxWait = 60s;       // of a long poll
  static constexpr std::size_t kMaxWaiting = 64;  // long polls at once; more are answered at once

  ControlApi(asio::io_context& io, Fleet& fleet);
  ~ControlApi();
  ControlApi(const ControlApi&) = delete;
  ControlApi& operator=(const ControlApi&) = delete;

  void handle(const http::Request& request, std::shared_ptr<http::Responder> responder);

  std::size_t waiting() const { return waiting_.size(); }

 private:
  // A long poll with nothing to tell yet.
  struct Waiter {
    std::uint64_t after;
    std::shared_ptr<http::Responder> responder;
    asio::steady_timer timer;
  };

  http::Response answer(const http::Request& request);
  http::Response launch(std::string_view body);
  http::Response stop(std::string_view id_text);
  http::Response strike(std::string_view unit_name, std::string_view body);
  http::Response replicas() const;
  http::Response units() const;
  http::Response metrics() const;
  http::Response events_after(std::uint64_t after) const;
  http::Response unknown_unit(std::string_view name) const;
  void poll_events(const http::Request& request, std::shared_ptr<http::Responder> responder);
  void wait_for_events(std::uint64_t after, Duration wait,
                       std::shared_ptr<http::Responder> responder);
  void answer_waiting();

  asio::io_context& io_;
  Fleet& fleet_;
  std::uint64_t next_waiter_ = 0;
  std::map<std::uint64_t, Waiter> waiting_;  // in order of arrival
  bool answering_ = false;                   // answer_waiting() is posted
  std::shared_ptr<ControlApi*> self_;        // posts and timers hold it weakly
};

}  // namespace signalbox::emulate
