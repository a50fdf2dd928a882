// SPDX-License-Identifier: Apache-2.0
//
// A small HTTP/1.1 server on one event loop, for everything that is not the gateway's data path:
// admin pages, metrics, emulated accelerators. Emulated accelerators also need it to misbehave on
// command - hang, break off, reset - so those are calls here, not accidents.
//
// All of it runs on the loop's thread: construct, call and destroy it there (or before the loop
// runs and after it stopped).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "core/model/unit.h"
#include "http/message.h"
#include "net/asio.h"
#include "net/listener.h"
#include "net/tls.h"

namespace signalbox::http {

class Connection;

// Answers one request, exactly once: send(), or start() write()* finish(), or reset(). It may be
// kept for as long as the answer takes. Calls after the connection went away do nothing, so an
// owner need not watch for it. Dropping the handle without an answer leaves the client waiting
// until it leaves.
class Responder {
 public:
  // Made by the connection, for its handler.
  Responder(const std::shared_ptr<Connection>& connection, std::uint64_t exchange);

  // The whole answer, with Content-Length. REQUIRES: nothing sent yet; no CR or LF in headers.
  void send(Response response);

  // Begins a streamed answer: chunked, or ended by closing for an HTTP/1.0 client.
  // REQUIRES: nothing sent yet; no CR or LF in headers.
  void start(int status, const std::vector<Header>& headers);

  // Queues a piece of a streamed answer; empty pieces are ignored. Nothing bounds the queue but the
  // caller's pace: see pending_bytes(). REQUIRES: start() before, finish() not yet.
  void write(std::string chunk);

  // Ends a streamed answer. REQUIRES: start() before, called once.
  void finish();

  // Bytes queued and not yet taken by the system; 0 once the connection is gone.
  std::size_t pending_bytes() const;

  // Calls `left` once when the client goes away before the answer was handed to the system (a
  // client that half-closes counts as gone), or at once, from the loop, when it already has. Not
  // called for endings from this side: reset(), Server::reset(), ~Server. Replaces an earlier
  // callback.
  void on_disconnect(std::function<void()> left);

  // Closes the connection with RST, mid-answer or before it, as a crashed process would.
  void reset();

 private:
  friend class Connection;

  std::weak_ptr<Connection> connection_;
  asio::any_io_executor executor_;
  std::uint64_t exchange_;    // which request of the connection this handle may answer
  bool client_left_ = false;  // before the answer was complete
};

// Called for each complete request, in order per connection: the next request of a connection is
// handed over only when the answer before it is complete.
using Handler = std::function<void(Request, std::shared_ptr<Responder>)>;

struct ServerLimits {
  std::size_t max_body = 1024UL * 1024;  // bytes; more -> 413
  Duration header_timeout = 10s;         // first byte to end of head; more -> 408
  Duration body_timeout = 30s;           // end of head to end of body; more -> 408
  Duration idle_timeout = 60s;           // keep-alive without a request; then closed
  Duration write_timeout = 30s;          // of what is queued at one time; then reset
};

class Server {
 public:
  Server(asio::io_context& io, Handler handler, ServerLimits limits = {});

  // As reset(). No callback is called after it.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // From now on connections are TLS, with what this says; those that are open stay as they are.
  void use_tls(std::shared_ptr<const net::TlsServer> tls);

  // Starts accepting on an IP address (or "localhost"); port 0 takes any free one. Returns the
  // address bound. REQUIRES: not listening.
  Result<core::Address> listen(const core::Address& address);
  // Likewise, on a socket that listens already.
  core::Address listen(net::Listener listener);

  // Graceful end: stops accepting, closes idle connections, lets begun requests finish.
  void close();

  // Stops accepting and resets (RST) every connection now, as a crashed process would.
  void reset();

  std::size_t open_connections() const;

  struct State;  // what the connections share; defined in connection.h

 private:
  std::shared_ptr<State> state_;
};

}  // namespace signalbox::http
