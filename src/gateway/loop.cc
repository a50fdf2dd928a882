// SPDX-License-Identifier: Apache-2.0
//
// Accepting and owning; see loop.h.
#include "gateway/loop.h"

#include <unordered_set>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "gateway/exchange.h"
#include "gateway/greeting.h"
#include "gateway/http1_client_connection.h"
#include "gateway/http2_client_connection.h"
#include "net/clock.h"

namespace signalbox::gateway {

namespace {

using asio::ip::tcp;

// When descriptors run out (B79) accepting pauses instead of spinning.
constexpr Duration kAcceptPause = 100ms;

constexpr Duration kLogDelay = 50ms;
constexpr std::size_t kLogBytes = 64UL * 1024;

UnitPool::Times unit_times(const Options& options) {
  return {.connect_timeout = options.connect_timeout, .idle = options.unit_keep_alive};
}

}  // namespace

Loop::Loop(const Options& options, RouterShell& router, ExplainRing& ring, AccessLog log,
           const std::atomic<Pressure>& pressure)
    : options_(std::make_shared<const Options>(options)),
      router_(router),
      ring_(ring),
      log_(std::move(log)),
      pressure_(pressure),
      thread_("gateway"),
      deadlines_(thread_.io()),
      log_delay_(deadlines_, [this] { flush_log(); }),
      units_(std::make_shared<UnitPool>(thread_.io(), deadlines_, unit_times(*options_))),
      index_(router.add_sink(*this)),
      draws_(options_->seed + index_) {}

Loop::~Loop() { stop(); }

Loop::Door::Door(Loop& loop)
    : acceptor(loop.io()), pause(loop.deadlines(), [this, &loop] { loop.accept(*this); }) {}

void Loop::listen(net::Listener listener) {
  auto& door = *doors_.emplace_back(std::make_unique<Door>(*this));
  std::move(listener).move_into(door.acceptor);
}

void Loop::start() {
  SIGNALBOX_ASSERT(view_ != nullptr);
  started_ = true;
  asio::post(io(), [this] {
    for (const auto& door : doors_) accept(*door);
  });
  thread_.start();
}

void Loop::accept(Door& door) {
  door.acceptor.async_accept(io(), [this, &door](error_code error, tcp::socket socket) {
    // Whoever was accepted is served, even if the door was closed meanwhile.
    if (!error && started_) admit(std::move(socket));
    if (!door.acceptor.is_open()) return;
    if (error) {
      door.pause.set(net::now() + kAcceptPause);
    } else {
      accept(door);
    }
  });
}

void Loop::admit(tcp::socket socket) {
  const std::size_t share =
      options_->max_connections / static_cast<std::size_t>(options_->threads) + 1;
  if (connections_.size() >= share) return;
  if (sheds_connections()) return count(counters_.connections_shed, 1);
  count(counters_.accepted, 1);
  net::Stream stream(std::move(socket));
  if (options_->tls || options_->http2) {
    std::make_shared<Greeting>(std::move(stream), *this)->start();
  } else {
    begin(std::move(stream), false, {});
  }
}

void Loop::close_doors() {
  for (const auto& door : doors_) {
    net::stop_listening(door->acceptor);
    door->pause.clear();
  }
}

void Loop::begin(net::Stream stream, bool http2, std::string_view read_ahead) {
  ClientPeer peer{stream.remote_ip(), stream.secure(), stream.tls_peer()};
  if (http2) {
    const auto connection =
        std::make_shared<Http2ClientConnection>(std::move(stream), std::move(peer), *this);
    connection->start(read_ahead);
    if (draining_) connection->drain(grace_);
    return;
  }
  const auto connection = std::make_shared<Http1ClientConnection>(
      std::move(stream), std::move(peer), *this, read_ahead);
  connection->start();
  if (draining_) connection->drain(grace_);
}

void Loop::remember_connection(ClientConnection* connection) {
  connections_.insert(connection);
  counters_.client_connections.store(connections_.size(), std::memory_order_relaxed);
}

void Loop::forget_connection(ClientConnection* connection) {
  connections_.erase(connection);
  counters_.client_connections.store(connections_.size(), std::memory_order_relaxed);
}

void Loop::register_exchange(RequestId id, const std::shared_ptr<Exchange>& exchange) {
  exchanges_.emplace(id, exchange);
  active_.store(exchanges_.size(), std::memory_order_relaxed);
}

void Loop::forget_exchange(RequestId id) {
  exchanges_.erase(id);
  active_.store(exchanges_.size(), std::memory_order_relaxed);
}

void Loop::log(const observe::AccessRecord& record) {
  if (!log_) return;
  observe::append_access_line(log_lines_, record);
  if (log_lines_.size() >= kLogBytes) {
    flush_log();
  } else if (!log_delay_.is_set()) {
    log_delay_.set(net::now() + kLogDelay);
  }
}

void Loop::flush_log() {
  log_delay_.clear();
  if (!log_lines_.empty()) log_(log_lines_);
  log_lines_.clear();
}

void Loop::deliver(const Ruling& ruling) {
  const auto found = exchanges_.find(ruling.decision.request);
  if (found == exchanges_.end()) return;
  if (const auto exchange = found->second.lock()) exchange->on_ruling(ruling);
}

void Loop::on_view(std::shared_ptr<const core::FleetView> view) {
  if (!started_) {
    adopt(std::move(view));
  } else {
    asio::post(io(), [this, view = std::move(view)]() mutable { adopt(std::move(view)); });
  }
}

void Loop::adopt(std::shared_ptr<const core::FleetView> view) {
  view_ = std::move(view);
  std::unordered_set<EndpointId> alive;
  for (const auto& endpoint : view_->endpoints) alive.insert(endpoint.id);
  units_->prune([&](EndpointId id) { return alive.contains(id); });
}

void Loop::close_idle() {
  asio::post(io(), [this] { units_->close_idle(); });
}

void Loop::on_options(std::shared_ptr<const Options> options) {
  asio::post(io(), [this, options = std::move(options)] {
    units_->set_times(unit_times(*options));
    // Whoever a unit knows us by, it shall be by what was read last.
    if (!options->units.empty() || !options_->units.empty()) {
      units_->prune([](EndpointId) { return false; });
    }
    options_ = std::make_shared<const Options>(*options);
  });
}

// Any call may end connections, this one or others.
void Loop::for_each_connection(const std::function<void(ClientConnection&)>& call) {
  const std::vector<ClientConnection*> open(connections_.begin(), connections_.end());
  for (ClientConnection* const connection : open) {
    if (connections_.contains(connection)) call(*connection);
  }
}

void Loop::drain(Duration grace) {
  asio::post(io(), [this, grace] {
    draining_ = true;
    grace_ = grace;
    close_doors();
    for_each_connection([grace](ClientConnection& connection) { connection.drain(grace); });
    // Behind those who were accepted by now and wait for their turn on the loop.
    asio::post(io(), [this] { closed_to_new_.store(true); });
  });
}

// With the thread gone everything left is cut off here, and the handlers that keep it alive are run
// to their (aborted) end, so that nothing outlives what it refers to.
void Loop::stop() {
  if (!std::exchange(started_, false)) return;
  thread_.stop();
  close_doors();
  for_each_connection([](ClientConnection& connection) { connection.close(); });
  units_->close();
  deadlines_.stop();
  io().restart();
  io().poll();
  flush_log();
}

}  // namespace signalbox::gateway
