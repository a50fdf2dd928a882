// SPDX-License-Identifier: Apache-2.0
//
// A gRPC server on one event loop: methods by their full name, each call a stream of messages in
// and out, whose bytes are somebody else's to read and write. One kind of method is enough - a call
// may take and send any number of messages - and unary ones are a few lines on top (on_unary).
//
// A call is taken no faster than it is worked off: the next message is handed over when the one
// before it was accepted, and windows open only then. All of it runs on the loop's thread.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "base/time.h"
#include "core/model/unit.h"
#include "net/asio.h"
#include "net/tls.h"
#include "wire/grpc.h"

namespace signalbox::http {

class GrpcConnection;
class GrpcStream;

// The server's side of one call. May be kept for as long as the call takes; methods of a call that
// is over do nothing.
class GrpcCall {
 public:
  explicit GrpcCall(std::weak_ptr<GrpcStream> stream) : stream_(std::move(stream)) {}

  // A field of the request's metadata; empty when there is none.
  std::string_view metadata(std::string_view name) const;
  // When the caller gives up; TimePoint::max() = it did not say.
  TimePoint deadline() const;
  bool over() const;

  // Queues a message. Nothing bounds the queue but the caller's pace: see queued().
  void send(std::string_view message);
  // Bytes that wait for the client's window.
  std::size_t queued() const;
  // Ends the call; what was sent goes out before.
  void finish(wire::GrpcStatus status = {});
  // The handler has dealt with the last message and takes the next. REQUIRES: on_message returned
  // false before.
  void resume();

 private:
  std::weak_ptr<GrpcStream> stream_;
};

// What a method does with one call. Destroyed when the call is over.
class GrpcHandler {
 public:
  virtual ~GrpcHandler() = default;
  // Returns whether it takes the next one at once; if not, messages wait until resume().
  virtual bool on_message(std::string_view message) = 0;
  // The caller has sent all it had to say.
  virtual void on_end() = 0;
  // What was sent has left: there is room again.
  virtual void on_sendable() {}
  // The caller cancelled, left, or its time is up. The last call.
  virtual void on_cancelled() {}
};

using GrpcMethod = std::function<std::unique_ptr<GrpcHandler>(std::shared_ptr<GrpcCall>)>;

// A method that takes one message and answers with one, or with a failure, at once.
using UnaryMethod = std::function<Result<std::string, wire::GrpcStatus>(std::string_view request)>;
GrpcMethod unary(UnaryMethod method);

struct GrpcLimits {
  std::size_t max_message = 4UL * 1024 * 1024;  // more -> RESOURCE_EXHAUSTED
  std::uint32_t max_streams = 1'000;            // of one connection
  std::size_t max_connections = 1'000;
  Duration handshake_timeout = 10s;
  // A connection this old is told to come anew, so that callers who spread over several servers
  // find those that were added; its calls have `connection_grace` to end. 0 = never. Each lives up
  // to a tenth less, so that those made at once do not end at once.
  Duration connection_age{};
  Duration connection_grace = 10s;
};

class GrpcServer {
 public:
  // `tls` null: in clear, with prior knowledge.
  GrpcServer(asio::io_context& io, GrpcLimits limits = {},
             std::shared_ptr<const net::TlsServer> tls = nullptr);
  ~GrpcServer();
  GrpcServer(const GrpcServer&) = delete;
  GrpcServer& operator=(const GrpcServer&) = delete;

  // "/package.Service/Method". REQUIRES: before listen().
  void on(std::string path, GrpcMethod method);

  // Starts accepting on an IP address (or "localhost"); port 0 takes any free one. Returns the
  // address bound. REQUIRES: not listening.
  Result<core::Address> listen(const core::Address& address);

  // Graceful end: stops accepting, says GOAWAY, lets begun calls finish.
  void close();

  std::size_t open_connections() const;

  struct State;  // what the connections share

 private:
  std::shared_ptr<State> state_;
};

}  // namespace signalbox::http
