// SPDX-License-Identifier: Apache-2.0
//
// Accepting, and ending all connections at once. Out of file descriptors, a loop that accepts again
// immediately would spin at full speed doing nothing; it pauses instead (B79).
#include "http/server.h"

#include <utility>
#include <vector>

#include "base/assert.h"
#include "http/connection.h"

namespace signalbox::http {

namespace {

using asio::ip::tcp;

constexpr Duration kAcceptPause = 100ms;

bool out_of_resources(error_code ec) {
  return ec == asio::error::no_descriptors || ec == asio::error::no_buffer_space ||
         ec == asio::error::no_memory || ec == boost::system::errc::too_many_files_open_in_system;
}

void accept_next(const std::shared_ptr<Server::State>& state);

void pause_accepting(const std::shared_ptr<Server::State>& state) {
  state->accept_pause.expires_after(kAcceptPause);
  state->accept_pause.async_wait([weak = std::weak_ptr(state)](error_code ec) {
    const auto server = weak.lock();
    if (!ec && server && server->acceptor.is_open()) accept_next(server);
  });
}

void accept_next(const std::shared_ptr<Server::State>& state) {
  state->acceptor.async_accept([weak = std::weak_ptr(state)](error_code ec, tcp::socket socket) {
    const auto server = weak.lock();
    if (!server || !server->acceptor.is_open()) return;
    if (out_of_resources(ec)) return pause_accepting(server);
    if (!ec) {
      auto connection = std::make_shared<Connection>(std::move(socket), server, server->limits);
      server->connections.insert(connection);
      connection->start(server->tls);
    }
    accept_next(server);
  });
}

void stop_accepting(Server::State& state) {
  net::stop_listening(state.acceptor);
  state.accept_pause.cancel();
}

// A copy, because ending a connection takes it out of the set.
std::vector<std::shared_ptr<Connection>> all_connections(const Server::State& state) {
  return {state.connections.begin(), state.connections.end()};
}

}  // namespace

Server::Server(asio::io_context& io, Handler handler, ServerLimits limits)
    : state_(std::make_shared<State>(io, std::move(handler), limits)) {}

Server::~Server() { reset(); }

void Server::use_tls(std::shared_ptr<const net::TlsServer> tls) { state_->tls = std::move(tls); }

Result<core::Address> Server::listen(const core::Address& address) {
  auto listener = net::Listener::bind({address.host, address.port}, false);
  if (!listener.ok()) return listener.error();
  return listen(std::move(*listener));
}

core::Address Server::listen(net::Listener listener) {
  const auto place = listener.place();
  std::move(listener).move_into(state_->acceptor);
  accept_next(state_);
  return {place.host, place.port};
}

void Server::close() {
  stop_accepting(*state_);
  for (const auto& connection : all_connections(*state_)) connection->drain();
}

void Server::reset() {
  stop_accepting(*state_);
  for (const auto& connection : all_connections(*state_)) connection->reset();
}

std::size_t Server::open_connections() const { return state_->connections.size(); }

}  // namespace signalbox::http
