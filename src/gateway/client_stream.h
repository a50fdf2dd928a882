// SPDX-License-Identifier: Apache-2.0
//
// One request of a client and the way back to it, whichever protocol carries them: all that an
// exchange knows of its client. An HTTP/1 connection is one of these at a time, an HTTP/2
// connection has many.
//
// Nothing is read that was not asked for and nothing is kept that was not flushed, so a slow client
// slows its unit and costs no memory.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "net/stream.h"
#include "wire/http1_message.h"
#include "wire/http1_writer.h"

namespace signalbox::gateway {

// Who is at the other end of a client's connection.
struct ClientPeer {
  std::string address;                     // IP literal, without port
  bool secure = false;                     // over TLS
  const net::TlsPeer* identity = nullptr;  // its verified certificate; null = it showed none
};

// The head of an answer: one relayed from a unit, or our own.
struct AnswerHead {
  int status = 200;
  const wire::ResponseHead* relayed = nullptr;  // whose fields travel on; null = our own answer
  std::span<const wire::OwnField> own = {};
  std::optional<std::uint64_t> length;  // of the body, where it is known
  bool bodiless = false;                // no body follows, whatever `length` says (HEAD, 204, 304)
  bool last = false;                    // the connection shall not carry another request
};

// The connection that a WebSocket took over, with what had already been read from it.
struct Detached {
  net::Stream stream;
  std::string unread;
};

class ClientStream {
 public:
  ClientStream() = default;
  ClientStream(const ClientStream&) = delete;
  ClientStream& operator=(const ClientStream&) = delete;
  virtual ~ClientStream() = default;

  // The request. Valid until finish(); the peer as long as the stream.
  virtual const wire::RequestHead& head() const = 0;
  virtual const wire::Framing& framing() const = 0;
  virtual bool request_complete() const = 0;  // body and trailers are there too
  virtual std::span<const wire::Field> request_trailers() const = 0;  // once it is complete
  virtual const ClientPeer& peer() const = 0;
  // When its head began to arrive, where that was before `now`, by which it was complete.
  virtual TimePoint began_at(TimePoint now) const { return now; }

  // Reads on in the body (having told a client that waits for it to continue). Its pieces go to
  // Exchange::on_body_bytes; on_body_progress follows once per call, or on_body_failure.
  // REQUIRES: the request is not complete. May call back from inside.
  virtual void want_body() = 0;
  // Nothing is wanted but to notice that the client leaves (Exchange::on_client_gone).
  virtual void watch() = 0;

  // The answer: a head, pieces of a body, an end. They are collected until flush().
  virtual void begin_answer(const AnswerHead& answer) = 0;
  virtual void add_body(std::string_view bytes) = 0;
  virtual void end_answer(std::span<const wire::Field> trailers) = 0;
  // Sends what was collected; Exchange::on_flushed follows once, never from inside this call,
  // unless the client is gone. REQUIRES: something was collected, no flush is under way.
  virtual void flush() = 0;
  // After the first byte there is no other answer: the client must see that this one is cut short
  // (B41, B45). Ends the stream; on_client_gone does not follow.
  virtual void break_off() = 0;
  // The exchange is over, its answer flushed. Lets go of the exchange.
  virtual void finish() = 0;

  // After a 101 that was flushed, where the protocol allows it: gives the connection away, and is
  // of no further use. nullopt where it cannot.
  virtual std::optional<Detached> detach() { return std::nullopt; }
};

// A client's connection as its loop sees it.
class ClientConnection {
 public:
  ClientConnection() = default;
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;
  virtual ~ClientConnection() = default;

  // Closes as soon as no request is in progress, or, with a grace, when none begins for so long:
  // who has just connected gets an answer, and is told to go elsewhere with the next request.
  virtual void drain(Duration grace) = 0;
  // Closes now; exchanges in progress learn that their client is gone.
  virtual void close() = 0;
};

}  // namespace signalbox::gateway
