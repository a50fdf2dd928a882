// SPDX-License-Identifier: Apache-2.0
//
// Accepting and owning; see loop.h.
#include "gateway/loop.h"

#include <sys/socket.h>

#include <unordered_set>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "gateway/client_connection.h"
#include "gateway/exchange.h"

namespace signalbox::gateway {

namespace {

using asio::ip::tcp;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

// When descriptors run out (B79) accepting pauses instead of spinning.
constexpr auto kAcceptPause = std::chrono::milliseconds(100);

}  // namespace

Loop::Loop(const Options& options, RouterShell& router, ExplainRing& ring, AccessLog log)
    : options_(options),
      router_(router),
      ring_(ring),
      log_(std::move(log)),
      thread_("gateway"),
      acceptor_(thread_.io()),
      accept_pause_(thread_.io()),
      upstreams_(std::make_shared<UpstreamPool>(thread_.io(), options.connect_timeout)),
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
      accept_pause_.expires_after(kAcceptPause);
      accept_pause_.async_wait([this](error_code cancelled) {
        if (!cancelled) accept();
      });
      return;
    }
    const std::size_t share =
        options_.max_connections / static_cast<std::size_t>(options_.threads) + 1;
    if (connections_.size() < share) {
      error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      counters_.accepted.fetch_add(1, std::memory_order_relaxed);
      const auto connection = std::make_shared<ClientConnection>(std::move(socket), *this);
      connections_.insert(connection.get());
      counters_.client_connections.store(connections_.size(), std::memory_order_relaxed);
      connection->start();
    }
    accept();
  });
}

void Loop::forget_connection(ClientConnection* connection) {
  connections_.erase(connection);
  counters_.client_connections.store(connections_.size(), std::memory_order_relaxed);
}

RequestId Loop::register_exchange(const std::shared_ptr<Exchange>& exchange) {
  const RequestId id = RouterShell::make_id(index_, ++next_sequence_);
  exchanges_.emplace(id, exchange);
  active_.store(exchanges_.size(), std::memory_order_relaxed);
  counters_.upstream_connections.store(upstreams_->open_connections(), std::memory_order_relaxed);
  return id;
}

void Loop::forget_exchange(RequestId id) {
  exchanges_.erase(id);
  active_.store(exchanges_.size(), std::memory_order_relaxed);
  counters_.upstream_connections.store(upstreams_->open_connections(), std::memory_order_relaxed);
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
  upstreams_->prune([&](EndpointId id) { return alive.contains(id); });
}

std::vector<std::shared_ptr<ClientConnection>> Loop::open_connections() {
  std::vector<std::shared_ptr<ClientConnection>> open;
  for (auto* connection : connections_) {
    if (auto alive = connection->weak_from_this().lock()) open.push_back(std::move(alive));
  }
  return open;
}

void Loop::drain() {
  asio::post(io(), [this] {
    draining_ = true;
    error_code ignored;
    acceptor_.close(ignored);
    for (const auto& connection : open_connections()) connection->drain();
  });
}

// With the thread gone everything left is cut off here, and the handlers that keep it alive are run
// to their (aborted) end, so that nothing outlives what it refers to.
void Loop::stop() {
  if (!std::exchange(started_, false)) return;
  thread_.stop();
  error_code ignored;
  acceptor_.close(ignored);
  accept_pause_.cancel();
  for (const auto& connection : open_connections()) connection->close();
  upstreams_->close();
  io().restart();
  io().poll();
}

}  // namespace signalbox::gateway
