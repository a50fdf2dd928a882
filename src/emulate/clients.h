// SPDX-License-Identifier: Apache-2.0
//
// Emulated clients: real requests over real sockets at the times a workload says. Open loop -
// nobody waits for anybody's answer - and a latency is counted from the moment the request should
// have been sent, so that a stall of the server, the network or this process cannot hide the
// requests that it delayed (coordinated omission).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/time.h"
#include "core/model/unit.h"
#include "http/client.h"
#include "net/asio.h"
#include "sim/workload/arrivals.h"

namespace signalbox::emulate {

struct Completion {
  std::uint64_t index = 0;  // of the arrival, from 0
  TimePoint scheduled;      // when it should have been sent
  Duration latency{0};      // from then to the complete answer, or to its failure
  int status = 0;           // 0 when there was no answer
  std::optional<http::ClientFailure> failure;
};

struct ClientOptions {
  core::Address gateway;
  std::string path = "/genimage";
  std::string prompt = "a signal box at dusk";  // each request appends its index
  http::CallOptions call{.timeout = 60s};
};

// Runs on the loop's thread.
class Clients {
 public:
  // Arrival times on net::now()'s axis, never decreasing; nullopt ends the workload.
  using Workload = std::function<std::optional<sim::Arrival>()>;
  using OnCompletion = std::function<void(const Completion&)>;

  Clients(asio::io_context& io, ClientOptions options, Workload workload, OnCompletion completed);

  // Cancels what is in flight; nothing is called back after that.
  ~Clients();
  Clients(const Clients&) = delete;
  Clients& operator=(const Clients&) = delete;

  // Begins to send. REQUIRES: called once.
  void start();

  // Sends nothing more; what is in flight may complete.
  void stop_sending();

  // Calls `drained` once, from the loop, when all that is to be sent is sent and answered.
  void drain(std::function<void()> drained);

  std::uint64_t sent() const { return sent_; }
  std::uint64_t in_flight() const { return sent_ - completed_count_; }

 private:
  void send_due();
  void send(const sim::Arrival& arrival);
  void complete(Completion completion, const Result<http::Response, http::ClientError>& answer);
  void check_drained();

  asio::io_context& io_;
  ClientOptions options_;
  Workload workload_;
  OnCompletion completed_;
  std::function<void()> drained_;
  std::optional<sim::Arrival> next_;  // not yet due
  bool sending_ = false;
  std::uint64_t sent_ = 0;
  std::uint64_t completed_count_ = 0;
  asio::steady_timer timer_;
  std::shared_ptr<Clients*> self_;  // timers and posts hold it weakly
  http::Client client_;
};

}  // namespace signalbox::emulate
