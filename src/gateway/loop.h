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

#include "base/prng.h"
#include "gateway/client_stream.h"
#include "gateway/gatekeeper.h"
#include "gateway/memory_pressure.h"
#include "gateway/options.h"
#include "gateway/router_shell.h"
#include "gateway/unit_pool.h"
#include "net/asio.h"
#include "net/deadlines.h"
#include "net/listener.h"
#include "net/loop_thread.h"
#include "net/stream.h"
#include "observe/access_log.h"

namespace signalbox::gateway {

class Exchange;

// What a loop counts; read by the admin page while the loop writes.
struct LoopCounters {
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> bytes_in{0};
  std::atomic<std::uint64_t> bytes_out{0};
  std::atomic<std::uint64_t> buffered_bytes{0};  // held now, see Exchange::note_held()
  std::atomic<std::uint64_t> client_connections{0};
  std::atomic<std::uint64_t> handshakes_failed{0};
  std::atomic<std::uint64_t> connections_shed{0};        // not taken for want of memory
  std::atomic<std::uint64_t> requests_shed{0};           // refused for the same reason
  std::atomic<std::uint64_t> unauthenticated{0};         // requests of nobody that the policy knows
  std::atomic<std::uint64_t> claims_refused{0};          // tokens that did not verify
  std::atomic<std::uint64_t> headers_refused{0};         // of data classes, not to be believed
  std::atomic<std::uint64_t> tenant_headers_refused{0};  // neither believed nor understood
};

// Takes finished access-log lines, newlines included; called from any loop's thread.
using AccessLog = std::function<void(std::string_view lines)>;

class Loop final : public RulingSink {
 public:
  // `pressure` outlives the loop; it changes on another thread.
  Loop(const Options& options, RouterShell& router, ExplainRing& ring, AccessLog log,
       const std::atomic<Pressure>& pressure);
  ~Loop() override;

  // Takes a listener to accept from; there may be several. REQUIRES: before start().
  void listen(net::Listener listener);
  void start();
  // Stops accepting and closes connections that are idle for `grace`; the rest close as their
  // exchanges end.
  void drain(Duration grace);
  // Ends the thread. What is still open is cut off.
  void stop();

  asio::io_context& io() override { return thread_.io(); }
  void deliver(const Ruling& ruling) override;

  // For exchanges, on the loop's thread.
  // Replaced by a reload: do not keep a reference beyond one handler, but a share.
  const Options& options() const { return *options_; }
  const std::shared_ptr<const Options>& shared_options() const { return options_; }
  Gatekeeper& gatekeeper() { return gatekeeper_; }
  RouterShell& router() { return router_; }
  ExplainRing& ring() { return ring_; }
  UnitPool& units() { return *units_; }
  // For what must not be guessed by others or be alike: ids of traces.
  Prng& draws() { return draws_; }
  net::Deadlines& deadlines() { return deadlines_; }
  const std::shared_ptr<const net::TlsServer>& tls() const { return options_->tls; }
  LoopCounters& counters() { return counters_; }
  const LoopCounters& counters() const { return counters_; }
  // Open now; safe to read from any thread.
  std::size_t unit_connections() const { return units_->open_connections(); }
  // Only this loop's thread adds, so nothing needs to be locked for it.
  static void count(std::atomic<std::uint64_t>& counter, std::uint64_t more) {
    counter.store(counter.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  }
  // Lines are collected for a moment: one write for many requests.
  void log(const observe::AccessRecord& record);
  RequestId new_id() { return RouterShell::make_id(index_, ++next_sequence_); }
  void register_exchange(RequestId id, const std::shared_ptr<Exchange>& exchange);
  void forget_exchange(RequestId id);
  // A connection whose protocol is known; `read_ahead` was read of it already.
  void begin(net::Stream stream, bool http2, std::string_view read_ahead);
  void remember_connection(ClientConnection* connection);
  void forget_connection(ClientConnection* connection);
  bool draining() const { return draining_; }
  // For want of memory.
  bool sheds_connections() const {
    return pressure_.load(std::memory_order_relaxed) != Pressure::kNone;
  }
  bool sheds_requests() const {
    return pressure_.load(std::memory_order_relaxed) == Pressure::kCritical;
  }
  // How long a client's connection may be idle.
  Duration idle_time() const { return draining_ ? grace_ : options_->keep_alive; }
  // Nobody is let in any more: everybody who came before drain() is counted among the connections.
  // From any thread.
  bool closed_to_new() const { return closed_to_new_.load(); }
  // Exchanges in progress; safe to read from any thread.
  std::size_t active() const { return active_.load(std::memory_order_relaxed); }

  // The newest view this loop was given: what classification reads, without a lock.
  const core::FleetView& view() const { return *view_; }
  // Takes over a view and forgets pooled connections to endpoints that left the fleet. From any
  // thread; before start() it takes effect at once.
  void on_view(std::shared_ptr<const core::FleetView> view);
  // Closes connections to units that serve nobody. From any thread. REQUIRES: started.
  void close_idle();
  // From any thread. REQUIRES: started.
  void on_options(std::shared_ptr<const Options> options);

 private:
  // A listener on this loop, with its pause.
  struct Door {
    explicit Door(Loop& loop);
    asio::ip::tcp::acceptor acceptor;
    net::Deadline pause;  // set while the process is out of file descriptors
  };

  void accept(Door& door);
  void admit(asio::ip::tcp::socket socket);
  void close_doors();
  void adopt(std::shared_ptr<const core::FleetView> view);
  void for_each_connection(const std::function<void(ClientConnection&)>& call);
  void flush_log();

  std::shared_ptr<const Options>
      options_;  // a copy of its own: other threads leave its count alone
  RouterShell& router_;
  ExplainRing& ring_;
  Gatekeeper gatekeeper_;
  AccessLog log_;
  const std::atomic<Pressure>& pressure_;
  net::LoopThread thread_;
  net::Deadlines deadlines_;
  std::vector<std::unique_ptr<Door>> doors_;
  net::Deadline log_delay_;
  std::string log_lines_;
  std::shared_ptr<UnitPool> units_;
  std::unordered_set<ClientConnection*> connections_;
  std::unordered_map<RequestId, std::weak_ptr<Exchange>> exchanges_;
  std::uint64_t index_;
  std::uint64_t next_sequence_ = 0;
  Prng draws_;
  std::shared_ptr<const core::FleetView> view_;
  bool started_ = false;
  bool draining_ = false;
  Duration grace_{};  // while draining
  std::atomic<bool> closed_to_new_{false};
  std::atomic<std::size_t> active_{0};
  LoopCounters counters_;
};

}  // namespace signalbox::gateway
