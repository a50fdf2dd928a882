// SPDX-License-Identifier: Apache-2.0
//
// Connections from one event loop to its units. Kept per endpoint while idle, newest first, and
// watched: a unit that closes, or speaks without being asked (B52), loses its connection before a
// request could be sent into it.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "core/model/unit.h"
#include "net/asio.h"
#include "wire/http1_parser.h"

namespace signalbox::gateway {

// One connection to a unit with its read buffer and parser. Used by one exchange at a time.
struct UpstreamConnection {
  explicit UpstreamConnection(asio::io_context& io, EndpointId id) : socket(io), endpoint(id) {}

  asio::ip::tcp::socket socket;
  EndpointId endpoint;
  bool reused = false;  // has served a request before
  wire::ResponseParser parser;
  std::array<char, 16 * 1024> buffer;
};

class UpstreamPool : public std::enable_shared_from_this<UpstreamPool> {
 public:
  static constexpr std::size_t kMaxIdlePerEndpoint = 32;

  UpstreamPool(asio::io_context& io, Duration connect_timeout)
      : io_(io), resolver_(io), connect_timeout_(connect_timeout) {}

  // `connection` is null when `error` is set: asio::error::timed_out when the connect timeout
  // passed, else what the system said.
  using Connected =
      std::function<void(error_code error, std::shared_ptr<UpstreamConnection> connection)>;

  // An idle connection to the endpoint at once, unless `fresh`, else a new one. `done` is called
  // from the loop, never from inside this call.
  void acquire(EndpointId endpoint, const core::Address& address, bool fresh, Connected done);

  // Takes back a connection whose last response is complete and allows another.
  void release(std::shared_ptr<UpstreamConnection> connection);

  // Closes idle connections to endpoints for which `keep` is false.
  void prune(const std::function<bool(EndpointId)>& keep);
  void close();

  std::size_t open_connections() const { return open_; }

 private:
  struct Attempt;

  void watch(const std::shared_ptr<UpstreamConnection>& connection);
  void forget(const UpstreamConnection* connection);
  std::shared_ptr<UpstreamConnection> make(EndpointId endpoint);

  asio::io_context& io_;
  asio::ip::tcp::resolver resolver_;
  Duration connect_timeout_;
  std::unordered_map<EndpointId, std::vector<std::shared_ptr<UpstreamConnection>>> idle_;
  std::size_t open_ = 0;
};

}  // namespace signalbox::gateway
