// SPDX-License-Identifier: Apache-2.0
//
// Connecting and keeping; see unit_pool.h.
#include "gateway/unit_pool.h"

#include <algorithm>
#include <utility>

#include "gateway/http1_unit_connection.h"
#include "gateway/http2_unit_connection.h"
#include "net/clock.h"

namespace signalbox::gateway {

namespace {

using asio::ip::tcp;

}  // namespace

// A connection on its way, with its time limit; whichever ends first answers.
struct UnitPool::Connecting {
  using Done = std::function<void(error_code, net::Stream)>;

  Connecting(UnitPool& pool, Done to_tell)
      : stream(pool.io_),
        limit(pool.deadlines_, [this] { answer(asio::error::timed_out); }),
        done(std::move(to_tell)) {}

  void answer(error_code error) {
    if (!done) return;
    limit.clear();
    const auto call = std::exchange(done, nullptr);
    if (error) stream.close();
    call(error, std::move(stream));
  }

  net::Stream stream;
  net::Deadline limit;
  Done done;
};

std::shared_ptr<UnitStream> UnitPool::take(const UnitTarget& target) {
  if (target.http2) {
    const auto entry = shared_.find(target.endpoint);
    return entry == shared_.end() ? nullptr : room_in(entry->second);
  }
  const auto entry = idle_.find(target.endpoint);
  if (entry == idle_.end()) return nullptr;
  const bool secure = target.access != nullptr && target.access->tls != nullptr;
  while (!entry->second.empty()) {
    auto connection = entry->second.take();
    if (connection->secure() == secure) return connection;
    connection->abandon();  // from before a reload that changed the link
  }
  return nullptr;
}

void UnitPool::connect(const UnitTarget& target, Connected done) {
  const auto self = shared_from_this();
  if (!target.http2) {
    start(target, [self, endpoint = target.endpoint, done = std::move(done)](error_code error,
                                                                             net::Stream stream) {
      if (error) return done(error, nullptr);
      done({}, self->counted(
                   new Http1UnitConnection(std::move(stream), endpoint, self->weak_from_this())));
    });
    return;
  }
  // Whoever comes while it is being made shares it.
  auto& waiting = shared_[target.endpoint].waiting;
  waiting.push_back(std::move(done));
  if (waiting.size() > 1) return;
  start(target, [self, endpoint = target.endpoint, address = target.address,
                 access = target.access](error_code error, net::Stream stream) {
    self->share({endpoint, address, true, access}, error, std::move(stream));
  });
}

void UnitPool::start(const UnitTarget& target, std::function<void(error_code, net::Stream)> done) {
  const auto connecting = std::make_shared<Connecting>(*this, std::move(done));
  connecting->limit.set(net::now() + times_.connect_timeout);
  std::string server_name;
  if (target.access != nullptr) server_name = target.access->server_name;
  if (server_name.empty()) server_name = target.address.host;
  const auto connected = [connecting, http2 = target.http2, server_name,
                          tls = target.access != nullptr ? target.access->tls
                                                         : nullptr](error_code error) {
    if (error || !connecting->done) return connecting->answer(error);
    if (!tls) return connecting->answer({});
    connecting->stream.async_connect_tls(tls, server_name, [connecting, http2](error_code failed) {
      // A unit that does not agree to HTTP/2 would not understand a word of it.
      if (!failed && http2 && connecting->stream.alpn() != "h2") {
        failed = asio::error::no_protocol_option;
      }
      connecting->answer(failed);
    });
  };
  error_code not_literal;
  const auto literal = asio::ip::make_address(target.address.host, not_literal);
  if (!not_literal) {
    connecting->stream.async_connect({{literal, target.address.port}}, connected);
    return;
  }
  resolver_.async_resolve(target.address.host, std::to_string(target.address.port),
                          [self = shared_from_this(), connecting, connected](
                              error_code error, const tcp::resolver::results_type& found) {
                            if (error || !connecting->done) return connecting->answer(error);
                            connecting->stream.async_connect({found.begin(), found.end()},
                                                             connected);
                          });
}

// The count follows the object's life, however its exchange ends.
template <class Connection>
std::shared_ptr<Connection> UnitPool::counted(Connection* connection) {
  open_.fetch_add(1, std::memory_order_relaxed);
  return {connection, [pool = weak_from_this()](Connection* ended) {
            delete ended;
            if (const auto alive = pool.lock()) {
              alive->open_.fetch_sub(1, std::memory_order_relaxed);
            }
          }};
}

std::shared_ptr<UnitStream> UnitPool::room_in(Shared& shared) {
  for (const auto& connection : shared.connections) {
    if (connection->has_room()) return connection->open();
  }
  return nullptr;
}

// One connection for all who wait; when they are more than it takes, the next is made for the rest.
void UnitPool::share(const UnitTarget& target, error_code error, net::Stream stream) {
  auto waiting = std::exchange(shared_[target.endpoint].waiting, {});
  std::shared_ptr<Http2UnitConnection> connection;
  if (!error) {
    connection =
        counted(new Http2UnitConnection(std::move(stream), target.endpoint, weak_from_this()));
    shared_[target.endpoint].connections.push_back(connection);
    connection->start();
    watch_idle(net::now());
  }
  bool first = true;
  for (auto& done : waiting) {
    if (error) {
      done(error, nullptr);
    } else if (first || connection->has_room()) {
      done({}, connection->open());
    } else {
      connect(target, std::move(done));
    }
    first = false;
  }
}

void UnitPool::keep(std::shared_ptr<Http1UnitConnection> connection) {
  auto& idle = idle_[connection->endpoint()];
  if (idle.size() >= kMaxIdlePerEndpoint) {
    connection->abandon();
  } else {
    const TimePoint now = net::now();
    idle.put(std::move(connection), now);
    watch_idle(now);
  }
}

void UnitPool::set_times(Times times) {
  times_ = times;
  if (end_of_idling_.is_set()) end_idle();
}

// Nothing that is idle now, or becomes so, is due before this.
void UnitPool::watch_idle(TimePoint now) {
  if (!end_of_idling_.is_set()) end_of_idling_.set(now + times_.idle);
}

// Ends what has been idle long enough, and comes again when the next of the rest may have been.
void UnitPool::end_idle() {
  const TimePoint now = net::now();
  const TimePoint next = close_idle_since(now - times_.idle, now);
  if (next != TimePoint::max()) end_of_idling_.set(next + times_.idle);
}

void UnitPool::close_idle() {
  const TimePoint now = net::now();
  close_idle_since(now, now);
}

// Returns since when the first of the others is idle, or may become so; TimePoint::max() when there
// is none.
TimePoint UnitPool::close_idle_since(TimePoint latest, TimePoint now) {
  TimePoint next = TimePoint::max();
  for (auto& [endpoint, line] : idle_) {
    for (const auto& connection : line.take_since(latest)) connection->abandon();
    next = std::min(next, line.oldest());
  }
  std::erase_if(idle_, [](const auto& entry) { return entry.second.empty(); });
  for (auto& [endpoint, shared] : shared_) {
    std::erase_if(shared.connections, [&](const auto& connection) {
      const TimePoint since = connection->idle_since();
      if (since > latest) {
        next = std::min({next, since, now});
        return false;
      }
      connection->retire();
      return true;
    });
  }
  return next;
}

void UnitPool::forget(const Http1UnitConnection& connection) {
  const auto entry = idle_.find(connection.endpoint());
  if (entry == idle_.end()) return;
  entry->second.remove(connection);
  if (entry->second.empty()) idle_.erase(entry);
}

void UnitPool::forget(const Http2UnitConnection& connection) {
  const auto entry = shared_.find(connection.endpoint());
  if (entry == shared_.end()) return;
  std::erase_if(entry->second.connections,
                [&](const auto& shared) { return shared.get() == &connection; });
}

void UnitPool::prune(const std::function<bool(EndpointId)>& keep) {
  for (auto& [endpoint, line] : idle_) {
    while (!keep(endpoint) && !line.empty()) line.take()->abandon();
  }
  std::erase_if(idle_, [](const auto& entry) { return entry.second.empty(); });
  for (auto& [endpoint, shared] : shared_) {
    if (keep(endpoint)) continue;
    for (const auto& connection : std::exchange(shared.connections, {})) connection->retire();
  }
  std::erase_if(shared_, [](const auto& entry) {
    return entry.second.connections.empty() && entry.second.waiting.empty();
  });
}

void UnitPool::close() {
  for (auto& [endpoint, shared] : std::exchange(shared_, {})) {
    for (const auto& connection : shared.connections) connection->close();
  }
  prune([](EndpointId) { return false; });
  end_of_idling_.clear();
  resolver_.cancel();
}

}  // namespace signalbox::gateway
