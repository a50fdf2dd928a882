// SPDX-License-Identifier: Apache-2.0
//
// Accepting and owning; see loop.h.
#include "gateway/loop.h"

#include <sys/socket.h>

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
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

// When descriptors run out (B79) accepting pauses instead of spinning.
constexpr Duration kAcceptPause = 100ms;

constexpr Duration kLogDelay = 50ms;
constexpr std::size_t kLogBytes = 64UL * 1024;

std::string address_of(const net::Stream& stream) {
  error_code error;
  const auto endpoint = stream.socket().remote_endpoint(error);
  return error ? std::string("unknown") : endpoint.address().to_string();
}

}  // namespace

Loop::Loop(const Options& options, RouterShell& router, ExplainRing& ring, AccessLog log)
    : options_(options),
      router_(router),
      ring_(ring),
      log_(std::move(log)),
      thread_("gateway"),
      deadlines_(thread_.io()),
      acceptor_(thread_.io()),
      accept_pause_(deadlines_, [this] { accept(); }),
      log_delay_(deadlines_, [this] { flush_log(); }),
      units_(std::make_shared<UnitPool>(thread_.io(), deadlines_, options.connect_timeout)),
      index_(router.add_sink(*this)) {}

Loop::~Loop() { stop(); }

Result<core::Address> Loop::listen(const core::Address& address, bool share_port) {
  const auto fail = [&](const char* step, const error_code& error) {
    return Error{std::string("cannot ") + step + " " + core::to_string(address) + ": " +
                 error.message()};
  };
  error_code error;
  const auto ip =
      asio::ip::make_address(address.host == "localhost" ? "127.0.0.1" : address.host, error);
  if (error) return fail("use the address", error);
  const tcp::endpoint endpoint(ip, address.port);
  acceptor_.open(endpoint.protocol(), error);
  if (error) return fail("open a socket for", error);
  acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (share_port) acceptor_.set_option(ReusePort(true), error);
  if (error) return fail("share the port of", error);
  acceptor_.bind(endpoint, error);
  if (error) return fail("listen on", error);
  acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) return fail("listen on", error);
  const auto bound = acceptor_.local_endpoint(error);
  return core::Address{address.host, bound.port()};
}

void Loop::start() {
  SIGNALBOX_ASSERT(view_ != nullptr);
  started_ = true;
  asio::post(io(), [this] { accept(); });
  thread_.start();
}

void Loop::accept() {
  acceptor_.async_accept(io(), [this](error_code error, tcp::socket socket) {
    if (!acceptor_.is_open()) return;
    if (error) {
      accept_pause_.set(net::now() + kAcceptPause);
      return;
    }
    const std::size_t share =
        options_.max_connections / static_cast<std::size_t>(options_.threads) + 1;
    if (connections_.size() < share) {
      error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      count(counters_.accepted, 1);
      net::Stream stream(std::move(socket));
      if (options_.tls || options_.http2) {
        std::make_shared<Greeting>(std::move(stream), *this)->start();
      } else {
        begin(std::move(stream), false, {});
      }
    }
    accept();
  });
}

void Loop::begin(net::Stream stream, bool http2, std::string_view read_ahead) {
  ClientPeer peer{address_of(stream), stream.secure(), stream.tls_peer()};
  if (http2) {
    std::make_shared<Http2ClientConnection>(std::move(stream), std::move(peer), *this)
        ->start(read_ahead);
    return;
  }
  std::make_shared<Http1ClientConnection>(std::move(stream), std::move(peer), *this, read_ahead)
      ->start();
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
  counters_.upstream_connections.store(units_->open_connections(), std::memory_order_relaxed);
}

void Loop::forget_exchange(RequestId id) {
  exchanges_.erase(id);
  active_.store(exchanges_.size(), std::memory_order_relaxed);
  counters_.upstream_connections.store(units_->open_connections(), std::memory_order_relaxed);
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

// Any call may end connections, this one or others.
void Loop::for_each_connection(void (ClientConnection::*call)()) {
  const std::vector<ClientConnection*> open(connections_.begin(), connections_.end());
  for (ClientConnection* const connection : open) {
    if (connections_.contains(connection)) (connection->*call)();
  }
}

void Loop::drain() {
  asio::post(io(), [this] {
    draining_ = true;
    error_code ignored;
    acceptor_.close(ignored);
    for_each_connection(&ClientConnection::drain);
  });
}

// With the thread gone everything left is cut off here, and the handlers that keep it alive are run
// to their (aborted) end, so that nothing outlives what it refers to.
void Loop::stop() {
  if (!std::exchange(started_, false)) return;
  thread_.stop();
  error_code ignored;
  acceptor_.close(ignored);
  for_each_connection(&ClientConnection::close);
  units_->close();
  deadlines_.stop();
  io().restart();
  io().poll();
  flush_log();
}

}  // namespace signalbox::gateway
