// SPDX-License-Identifier: Apache-2.0
//
// Connecting and keeping; see unit_pool.h.
#include "gateway/unit_pool.h"

#include <algorithm>
#include <utility>

#include "gateway/http1_unit_connection.h"
#include "net/clock.h"

namespace signalbox::gateway {

namespace {

using asio::ip::tcp;

}  // namespace

// A connection on its way, with its time limit; whichever ends first answers.
struct UnitPool::Connecting {
  Connecting(UnitPool& pool, EndpointId id, Connected to_tell)
      : stream(pool.io_),
        endpoint(id),
        limit(pool.deadlines_, [this] { answer(asio::error::timed_out, nullptr); }),
        done(std::move(to_tell)) {}

  void answer(error_code error, std::shared_ptr<UnitStream> connection) {
    if (!done) return;
    limit.clear();
    const auto call = std::exchange(done, nullptr);
    if (error) stream.close();
    call(error, std::move(connection));
  }

  net::Stream stream;
  EndpointId endpoint;
  net::Deadline limit;
  Connected done;
};

std::shared_ptr<UnitStream> UnitPool::take(const UnitTarget& target) {
  const auto entry = idle_.find(target.endpoint);
  if (entry == idle_.end() || entry->second.empty()) return nullptr;
  auto connection = std::move(entry->second.back());
  entry->second.pop_back();
  return connection;
}

void UnitPool::connect(const UnitTarget& target, Connected done) {
  auto connecting = std::make_shared<Connecting>(*this, target.endpoint, std::move(done));
  connecting->limit.set(net::now() + connect_timeout_);
  const auto self = shared_from_this();
  error_code not_literal;
  const auto literal = asio::ip::make_address(target.address.host, not_literal);
  if (!not_literal) {
    connecting->stream.socket().async_connect(
        {literal, target.address.port}, [self, connecting](error_code error) {
          error ? connecting->answer(error, nullptr) : self->established(connecting);
        });
    return;
  }
  resolver_.async_resolve(
      target.address.host, std::to_string(target.address.port),
      [self, connecting](error_code error, const tcp::resolver::results_type& found) {
        if (error || !connecting->done) return connecting->answer(error, nullptr);
        asio::async_connect(connecting->stream.socket(), found,
                            [self, connecting](error_code failed, const tcp::endpoint&) {
                              failed ? connecting->answer(failed, nullptr)
                                     : self->established(connecting);
                            });
      });
}

void UnitPool::established(const std::shared_ptr<Connecting>& connecting) {
  if (!connecting->done) return;
  error_code ignored;
  connecting->stream.socket().set_option(tcp::no_delay(true), ignored);
  ++open_;
  const std::weak_ptr<UnitPool> pool = weak_from_this();
  // The count follows the object's life, however its exchange ends.
  std::shared_ptr<Http1UnitConnection> connection(
      new Http1UnitConnection(std::move(connecting->stream), connecting->endpoint, pool),
      [pool](Http1UnitConnection* ended) {
        delete ended;
        if (const auto alive = pool.lock()) --alive->open_;
      });
  connecting->answer({}, std::move(connection));
}

void UnitPool::keep(std::shared_ptr<Http1UnitConnection> connection) {
  auto& idle = idle_[connection->endpoint()];
  if (idle.size() >= kMaxIdlePerEndpoint) {
    connection->abandon();
  } else {
    idle.push_back(std::move(connection));
  }
}

void UnitPool::forget(const Http1UnitConnection& connection) {
  const auto entry = idle_.find(connection.endpoint());
  if (entry == idle_.end()) return;
  std::erase_if(entry->second, [&](const auto& idle) { return idle.get() == &connection; });
  if (entry->second.empty()) idle_.erase(entry);
}

void UnitPool::prune(const std::function<bool(EndpointId)>& keep) {
  std::erase_if(idle_, [&](auto& entry) {
    if (keep(entry.first)) return false;
    for (const auto& connection : entry.second) connection->abandon();
    return true;
  });
}

void UnitPool::close() {
  prune([](EndpointId) { return false; });
  resolver_.cancel();
}

}  // namespace signalbox::gateway
