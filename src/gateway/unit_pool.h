// SPDX-License-Identifier: Apache-2.0
//
// Connections from one event loop to its units. Idle HTTP/1 connections are kept per endpoint,
// newest first: the ones that were of use lately stay warm, the others end by themselves.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "core/model/unit.h"
#include "gateway/unit_stream.h"
#include "net/asio.h"
#include "net/deadlines.h"
#include "net/stream.h"

namespace signalbox::gateway {

class Http1UnitConnection;

// Where a request goes, and how it is spoken to there.
struct UnitTarget {
  EndpointId endpoint;
  const core::Address& address;
};

class UnitPool : public std::enable_shared_from_this<UnitPool> {
 public:
  static constexpr std::size_t kMaxIdlePerEndpoint = 32;

  UnitPool(asio::io_context& io, net::Deadlines& deadlines, Duration connect_timeout)
      : io_(io), deadlines_(deadlines), resolver_(io), connect_timeout_(connect_timeout) {}

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

  // Closes idle connections to endpoints for which `keep` is false.
  void prune(const std::function<bool(EndpointId)>& keep);
  void close();

  std::size_t open_connections() const { return open_; }

 private:
  struct Connecting;

  void established(const std::shared_ptr<Connecting>& connecting);

  asio::io_context& io_;
  net::Deadlines& deadlines_;
  asio::ip::tcp::resolver resolver_;
  Duration connect_timeout_;
  std::unordered_map<EndpointId, std::vector<std::shared_ptr<Http1UnitConnection>>> idle_;
  std::size_t open_ = 0;
};

}  // namespace signalbox::gateway
