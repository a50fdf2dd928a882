// SPDX-License-Identifier: Apache-2.0
//
// One request on its way to a unit and the answer on its way back, whichever protocol carries them:
// all that an attempt knows of its unit. An HTTP/1 connection is one of these at a time, an HTTP/2
// connection has many.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "gateway/client_stream.h"
#include "wire/http1_message.h"
#include "wire/http1_writer.h"

namespace signalbox::gateway {

enum class UnitFailure : std::uint8_t {
  kDied,     // the connection ended or was reset before any byte of the answer
  kRefused,  // the unit took no notice of the request (GOAWAY, REFUSED_STREAM): nothing was begun
  kInvalid,  // what came is no HTTP, or breaks its rules, and nothing of it was told yet
  kCut,      // the answer broke off, or broke the rules, after its head was told
};

// Told from the loop, in the order of the answer: on_head, on_body*, on_trailers?, on_end, and
// after what one read brought, on_pause. on_failure is the last call; so is on_end followed by
// on_pause.
class UnitListener {
 public:
  virtual ~UnitListener() = default;
  // 1xx are not told, but for a 101 to a request that asked for it. Valid during the call.
  virtual void on_head(const wire::ResponseHead& head, const wire::Framing& framing) = 0;
  virtual void on_body(std::string_view bytes) = 0;
  virtual void on_trailers(std::span<const wire::Field> trailers) = 0;
  virtual void on_end() = 0;
  virtual void on_pause() = 0;
  virtual void on_failure(UnitFailure failure) = 0;
  // What was flushed has left. `ok` false: the unit takes no more; what it says decides.
  virtual void on_sent(bool ok) = 0;
};

// What goes to a unit in place of the client's words.
struct RequestStart {
  const wire::RequestHead& head;
  const wire::RequestRewrite& rewrite;
};

class UnitStream {
 public:
  UnitStream() = default;
  UnitStream(const UnitStream&) = delete;
  UnitStream& operator=(const UnitStream&) = delete;
  virtual ~UnitStream() = default;

  // Has served a request before: that it is dead says nothing of the unit.
  virtual bool reused() const = 0;

  // The request: a head, pieces of a body, an end. They are collected until flush(); on_sent
  // follows, never from inside. `listener` lives until abandon(), release() or the last call.
  virtual void send_head(const RequestStart& start, UnitListener& listener) = 0;
  virtual void send_body(std::string_view bytes) = 0;
  virtual void end_request(std::span<const wire::Field> trailers) = 0;
  virtual void flush() = 0;

  // Wants what comes next of the answer: one on_pause for each call, unless it fails.
  virtual void read() = 0;

  // Nobody is interested any more: the unit is told as far as its protocol can.
  virtual void abandon() = 0;
  // The answer is complete. `request_sent`: so is the request, so the connection may serve again.
  virtual void release(bool request_sent) = 0;

  // After a 101: gives the connection away, and is of no further use.
  virtual std::optional<Detached> detach() { return std::nullopt; }
};

}  // namespace signalbox::gateway
