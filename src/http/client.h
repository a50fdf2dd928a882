// SPDX-License-Identifier: Apache-2.0
//
// A small HTTP/1.1 client on one event loop, with a keep-alive pool per address: probes, actuators,
// load clients, command-line tools. Whole messages in and out; every call ends in exactly one
// callback, or in none once close() was called.
//
// All of it runs on the loop's thread: construct, call and destroy it there (or before the loop
// runs and after it stopped).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "core/model/unit.h"
#include "http/message.h"
#include "net/asio.h"
#include "net/tls.h"

namespace signalbox::http {

enum class ClientFailure {
  kConnect,   // no connection: unknown name, refused, unreachable, no TLS, not made in time
  kTimeout,   // no complete answer in time
  kReset,     // the connection broke before the answer was complete
  kProtocol,  // the answer is not valid HTTP/1.1, or larger than allowed
};

const char* to_string(ClientFailure kind);

struct ClientError {
  ClientFailure kind;
  std::string message;  // names the address
};

// How one call may take its time.
struct CallOptions {
  Duration timeout = 5s;                           // whole call, connecting included
  Duration connect_timeout = 1s;                   // one attempt to connect
  std::size_t max_body = 64UL * 1024 * 1024;       // bytes of the answer; more -> kProtocol
  std::shared_ptr<const net::TlsClient> tls = {};  // null = in clear
  std::string server_name = {};                    // in the certificate; empty = the address's host
  bool http2 = false;  // to a server that speaks nothing else; on a connection for each call
  // Told of each piece of the answer's body as it comes, before the call ends: when a stream's
  // tokens came is lost in the whole. It may not call or close the client.
  std::function<void(std::string_view)> on_body = {};
  // The body of an answer of 2xx is only handed to on_body: neither kept nor bounded by max_body,
  // so that it may go on for hours. Any other answer comes whole, without on_body. Over HTTP/1.
  bool stream_body = false;
};

using CallId = std::uint64_t;

class Client {
 public:
  using CallOptions = http::CallOptions;
  using Done = std::function<void(Result<Response, ClientError>)>;

  explicit Client(asio::io_context& io);

  // As close().
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Sends one request; `done` is called later, from the loop, never from inside this call. Host
  // and Content-Length are set here unless the request brings them. A request that fails on a
  // *reused* connection before any response byte is sent once more on a fresh one.
  // REQUIRES: no CR or LF in method, target or headers.
  CallId call(const core::Address& address, const Request& request, const CallOptions& options,
              Done done);

  // Ends one call: its callback is never called, its connection is closed. Nothing, where it has
  // ended.
  void cancel(CallId id);

  // Cancels everything and closes all connections; callbacks not called by now never are. Later
  // calls are dropped the same way.
  void close();

  // Connections kept open and unused at this moment, over all addresses.
  std::size_t idle_connections() const;

  // Calls begun and not yet answered.
  std::size_t calls_in_flight() const;

  struct State;  // what calls share with the client; defined in client.cc

 private:
  std::shared_ptr<State> state_;
};

// For command-line tools: one call on a loop of its own, run to completion on this thread.
Result<Response, ClientError> call_blocking(const core::Address& address, const Request& request,
                                            const CallOptions& options = {});

}  // namespace signalbox::http
