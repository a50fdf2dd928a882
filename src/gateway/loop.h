// SPDX-License-Identifier: Apache-2.0
//
// One event loop of the gateway on its own thread: a listener that shares the port with the other
// loops, the client connections it accepted, its pool of upstream connections and the exchanges in
// progress. Nothing here is touched by another thread, so nothing here is locked; the Router alone
// is shared, behind its shell.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "gateway/options.h"
#include "gateway/router_shell.h"
#include "gateway/upstream_pool.h"
#include "net/asio.h"
#include "net/loop_thread.h"

namespace signalbox::gateway {

class ClientConnection;
class Exchange;

// What a loop counts; read by the admin page while the loop writes.
struct LoopCounters {
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> bytes_in{0};
  std::atomic<std::uint64_t> bytes_out{0};
  std::atomic<std::uint64_t> client_connections{0};
  std::atomic<std::uint64_t> upstream_connections{0};
  std::atomic<std::uint64_t> claims_refused{0};          // tokens that did not verify
  std::atomic<std::uint64_t> headers_refused{0};         // of data classes, not to be believed
  std::atomic<std::uint64_t> tenant_headers_refused{0};  // neither believed nor understood
};

// Takes one finished access-log line, newline included; called from any loop's thread.
using AccessLog = std::function<void(std::string_view line)>;

class Loop final : public RulingSink {
 public:
  Loop(const Options& options, RouterShell& router, ExplainRing& ring, AccessLog log);
  ~Loop() override;

  // Binds and listens; with `share_port` other loops may bind the same address. Returns the bound
  // address. REQUIRES: before start().
  Result<core::Address> listen(const core::Address& address, bool share_port);
  void start();
  // Stops accepting and closes idle connections; the rest close as their exchanges end.
  void drain();
  // Ends the thread. What is still open is cut off.
  void stop();

  asio::io_context& io() override { return thread_.io(); }
  void deliver(const Ruling& ruling) override;

  // For exchanges, on the loop's thread.
  const Options& options() const { return options_; }
  RouterShell& router() { return router_; }
  ExplainRing& ring() { return ring_; }
  UpstreamPool& upstreams() { return *upstreams_; }
  LoopCounters& counters() { return counters_; }
  const LoopCounters& counters() const { return counters_; }
  void log(std::string_view line) const {
    if (log_) log_(line);
  }
  RequestId register_exchange(const std::shared_ptr<Exchange>& exchange);
  void forget_exchange(RequestId id);
  void forget_connection(ClientConnection* connection);
  bool draining() const { return draining_; }
  // Exchanges in progress; safe to read from any thread.
  std::size_t active() const { return active_.load(std::memory_order_relaxed); }

  // The newest view this loop was given: what classification reads, without a lock.
  const core::FleetView& view() const { return *view_; }
  // Takes over a view and forgets pooled connections to endpoints that left the fleet. From any
  // thread; before start() it takes effect at once.
  void on_view(std::shared_ptr<const core::FleetView> view);

 private:
  void accept();
  void adopt(std::shared_ptr<const core::FleetView> view);
  std::vector<std::shared_ptr<ClientConnection>> open_connections();

  const Options& options_;
  RouterShell& router_;
  ExplainRing& ring_;
  AccessLog log_;
  net::LoopThread thread_;
  asio::ip::tcp::acceptor acceptor_;
  asio::steady_timer accept_pause_;
  std::shared_ptr<UpstreamPool> upstreams_;
  std::unordered_set<ClientConnection*> connections_;
  std::unordered_map<RequestId, std::weak_ptr<Exchange>> exchanges_;
  std::uint64_t index_;
  std::uint64_t next_sequence_ = 0;
  std::shared_ptr<const core::FleetView> view_;
  bool started_ = false;
  bool draining_ = false;
  std::atomic<std::size_t> active_{0};
  LoopCounters counters_;
};

}  // namespace signalbox::gateway
