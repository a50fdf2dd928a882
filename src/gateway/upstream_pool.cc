// SPDX-License-Identifier: Apache-2.0
//
// Connecting, keeping and watching; see upstream_pool.h.
#include "gateway/upstream_pool.h"

#include <algorithm>
#include <utility>

namespace signalbox::gateway {

namespace {

using asio::ip::tcp;

asio::steady_timer::duration timer_duration(Duration d) {
  return std::chrono::duration_cast<asio::steady_timer::duration>(d);
}

}  // namespace

// One connect with its timeout; whichever ends first answers.
struct UpstreamPool::Attempt {
  Attempt(asio::io_context& io, std::shared_ptr<UpstreamConnection> c, Connected d)
      : connection(std::move(c)), timer(io), done(std::move(d)) {}

  void answer(error_code error) {
    if (!done) return;
    timer.cancel();
    const auto call = std::exchange(done, nullptr);
    if (error) connection->socket.close(ignored);
    call(error, error ? nullptr : std::move(connection));
  }

  std::shared_ptr<UpstreamConnection> connection;
  asio::steady_timer timer;
  Connected done;
  error_code ignored;
};

std::shared_ptr<UpstreamConnection> UpstreamPool::make(EndpointId endpoint) {
  ++open_;
  auto* raw = new UpstreamConnection(io_, endpoint);
  const std::weak_ptr<UpstreamPool> pool = weak_from_this();
  // The count follows the object's life, however its exchange ends.
  return {raw, [pool](UpstreamConnection* connection) {
            delete connection;
            if (const auto alive = pool.lock()) --alive->open_;
          }};
}

void UpstreamPool::acquire(EndpointId endpoint, const core::Address& address, bool fresh,
                           Connected done) {
  auto& idle = idle_[endpoint];
  if (!fresh && !idle.empty()) {
    auto connection = std::move(idle.back());
    idle.pop_back();
    connection->socket.cancel();  // ends the watch
    connection->reused = true;
    asio::post(io_, [connection = std::move(connection), done = std::move(done)] {
      done({}, connection);
    });
    return;
  }
  auto attempt = std::make_shared<Attempt>(io_, make(endpoint), std::move(done));
  attempt->timer.expires_after(timer_duration(connect_timeout_));
  attempt->timer.async_wait([attempt](error_code error) {
    if (!error) attempt->answer(asio::error::timed_out);
  });
  error_code not_literal;
  const auto literal = asio::ip::make_address(address.host, not_literal);
  if (!not_literal) {
    attempt->connection->socket.async_connect(
        {literal, address.port}, [self = shared_from_this(), attempt](error_code error) {
          if (!error) attempt->connection->socket.set_option(tcp::no_delay(true), attempt->ignored);
          attempt->answer(error);
        });
    return;
  }
  resolver_.async_resolve(
      address.host, std::to_string(address.port),
      [self = shared_from_this(), attempt](error_code error, tcp::resolver::results_type results) {
        if (error || !attempt->done) {
          attempt->answer(error ? error : asio::error::operation_aborted);
          return;
        }
        asio::async_connect(
            attempt->connection->socket, results,
            [self, attempt](error_code failed, const tcp::endpoint&) { attempt->answer(failed); });
      });
}

void UpstreamPool::release(std::shared_ptr<UpstreamConnection> connection) {
  auto& idle = idle_[connection->endpoint];
  if (idle.size() >= kMaxIdlePerEndpoint) return;
  idle.push_back(connection);
  watch(connection);
}

// Nothing may arrive on an idle connection; whatever wakes this wait ends it.
void UpstreamPool::watch(const std::shared_ptr<UpstreamConnection>& connection) {
  connection->socket.async_wait(tcp::socket::wait_read,
                                [self = shared_from_this(), raw = connection.get(),
                                 weak = std::weak_ptr(connection)](error_code error) {
                                  if (error == asio::error::operation_aborted || weak.expired())
                                    return;
                                  self->forget(raw);
                                });
}

void UpstreamPool::forget(const UpstreamConnection* connection) {
  const auto entry = idle_.find(connection->endpoint);
  if (entry == idle_.end()) return;
  std::erase_if(entry->second, [&](const auto& idle) { return idle.get() == connection; });
  if (entry->second.empty()) idle_.erase(entry);
}

void UpstreamPool::prune(const std::function<bool(EndpointId)>& keep) {
  std::erase_if(idle_, [&](const auto& entry) { return !keep(entry.first); });
}

void UpstreamPool::close() {
  idle_.clear();
  resolver_.cancel();
}

}  // namespace signalbox::gateway
