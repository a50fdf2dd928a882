// SPDX-License-Identifier: Apache-2.0
//
// Connections from one event loop to its units. Idle HTTP/1 connections are kept per endpoint. An
// HTTP/2 connection is shared by all requests to its endpoint, and a second one made when it is
// full. One of either kind that serves nobody for a while ends.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "core/model/unit.h"
#include "gateway/idle_line.h"
#include "gateway/unit_access.h"
#include "gateway/unit_stream.h"
#include "net/asio.h"
#include "net/deadlines.h"
#include "net/stream.h"

namespace signalbox::gateway {

class Http1UnitConnection;
class Http2UnitConnection;

// Where a request goes, and how it is spoken to there.
struct UnitTarget {
  EndpointId endpoint;
  const core::Address& address;
  bool http2 = false;
  std::shared_ptr<const UnitAccess> access = {};  // null = in clear
};

class UnitPool : public std::enable_shared_from_this<UnitPool> {
 public:
  // A few HTTP/2 clients ask a hundred times at once: what that needs must not be made anew each
  // time.
  static constexpr std::size_t kMaxIdlePerEndpoint = 256;

  struct Times {
    Duration connect_timeout;  // within which a new connection must be there
    Duration idle;             // for which one is kept that serves nobody
  };

  UnitPool(asio::io_context& io, net::Deadlines& deadlines, Times times)
      : io_(io),
        deadlines_(deadlines),
        resolver_(io),
        times_(times),
        end_of_idling_(deadlines, [this] { end_idle(); }) {}

  // One that has served before, or null.
  std::shared_ptr<UnitStream> take(const UnitTarget& target);

  // `stream` is null when `error` is set: asio::error::timed_out when the connect timeout passed,
  // else what the system said.
  using Connected = std::function<void(error_code error, std::shared_ptr<UnitStream> stream)>;
  // A new one. `done` is called from the loop, never from inside this call.
  void connect(const UnitTarget& target, Connected done);

  // For connections: idle again; ended while idle.
  void keep(std::shared_ptr<Http1UnitConnection> connection);
  void forget(const Http1UnitConnection& connection);
  void forget(const Http2UnitConnection& connection);

  // Of connects from now on, and of what is idle already.
  void set_times(Times times);

  // Closes idle connections to endpoints for which `keep` is false.
  void prune(const std::function<bool(EndpointId)>& keep);
  // Closes idle connections, whoever they are to.
  void close_idle();
  void close();

  // Idle ones included. From any thread.
  std::size_t open_connections() const { return open_.load(std::memory_order_relaxed); }

 private:
  struct Connecting;
  // The HTTP/2 connections to one endpoint, and who waits for the next of them.
  struct Shared {
    std::vector<std::shared_ptr<Http2UnitConnection>> connections;
    std::vector<Connected> waiting;
  };

  void start(const UnitTarget& target, std::function<void(error_code, net::Stream)> done);
  std::shared_ptr<UnitStream> room_in(Shared& shared);
  void watch_idle(TimePoint now);
  void end_idle();
  TimePoint close_idle_since(TimePoint latest, TimePoint now);
  void share(const UnitTarget& target, error_code error, net::Stream stream);
  template <class Connection>
  std::shared_ptr<Connection> counted(Connection* connection);

  asio::io_context& io_;
  net::Deadlines& deadlines_;
  asio::ip::tcp::resolver resolver_;
  Times times_;
  net::Deadline end_of_idling_;  // set while there is any connection that is idle, or may become so
  std::unordered_map<EndpointId, IdleLine<Http1UnitConnection>> idle_;
  std::unordered_map<EndpointId, Shared> shared_;
  std::atomic<std::size_t> open_{0};
};

}  // namespace signalbox::gateway
