// SPDX-License-Identifier: Apache-2.0
//
// HTTP/1 parsing for the data path: bytes in, a checked head and body pieces out, no sockets. The
// grammar is Boost.Beast's; around it stand the limits and the strict rules (http1_rules.h) that
// make two readers of one byte stream agree on where a message ends. Whether bytes arrive at once
// or one by one changes nothing in the outcome.
//
// Both parsers are reused for every message of a connection: reset() keeps the storage, so a warm
// connection parses without allocating.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "wire/http1_message.h"

namespace signalbox::wire {

struct ParserLimits {
  std::size_t max_target = 8UL * 1024;  // bytes of the request target; more -> 414
  std::size_t max_head = 60UL * 1024;   // bytes of the whole head; more -> 431 (responses: 502)
  std::size_t max_fields = 100;         // more -> 431 (responses: 502)
  std::uint64_t max_body =
      std::numeric_limits<std::uint64_t>::max();  // more -> 413 (responses: 502)
};

// Receives body bytes, chunked coding removed. The view is valid during the call only.
using BodySink = std::function<void(std::string_view)>;

class RequestParser {
 public:
  explicit RequestParser(ParserLimits limits = {});
  ~RequestParser();
  RequestParser(RequestParser&&) noexcept;
  RequestParser& operator=(RequestParser&&) noexcept;

  // Where body bytes go; survives reset(). Without a sink they are counted and dropped.
  void on_body(BodySink sink);

  // Takes what it can from `bytes` and returns how many bytes it took: drop those, keep the rest
  // and present it again with more behind it. Stops right behind the head (so the caller can look
  // at it before the body flows; call again for the rest) and right behind the message. Took none
  // and neither head_done() nor done() changed: more input is needed. After a failure the
  // connection is of no further use; asking again returns the same failure.
  Result<std::size_t, ParseFailure> consume(std::string_view bytes);

  bool started() const;    // some of the message has been presented
  bool head_done() const;  // head() and framing() are valid and have passed every rule
  bool done() const;       // the message is complete; bytes behind it belong to the next

  // REQUIRES: head_done(). Valid until reset(); its views point into the parser.
  const RequestHead& head() const;
  const Framing& framing() const;

  // REQUIRES: head_done().
  bool keep_alive() const;
  bool chunked() const;
  bool upgrade() const;
  bool expects_continue() const;
  std::optional<std::uint64_t> content_length() const;

  std::uint64_t body_bytes() const;  // handed to the sink so far

  // Ready for the next message. Views from head() end here; limits and sink stay.
  void reset();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class ResponseParser {
 public:
  explicit ResponseParser(ParserLimits limits = {});
  ~ResponseParser();
  ResponseParser(ResponseParser&&) noexcept;
  ResponseParser& operator=(ResponseParser&&) noexcept;

  // As for RequestParser. Interim responses (1xx) are read and dropped, at most 8 of them (B49);
  // 101 is a failure where no upgrade was asked for, else the end of HTTP: done right behind the
  // head.
  void on_body(BodySink sink);
  Result<std::size_t, ParseFailure> consume(std::string_view bytes);

  // The connection ended. A success when the message is complete now (its body was delimited by the
  // end of the connection, or nothing was missing); otherwise 502, cut short.
  std::optional<ParseFailure> finish_eof();

  bool started() const;  // some byte of the response, interim ones included, has been presented
  bool head_done() const;
  bool done() const;

  // REQUIRES: head_done(). Valid until reset(); its views point into the parser.
  const ResponseHead& head() const;
  const Framing& framing() const;

  // REQUIRES: head_done().
  bool keep_alive() const;
  bool chunked() const;
  std::optional<std::uint64_t> content_length() const;

  std::uint64_t body_bytes() const;

  // Ready for the answer to the next request; `head_request` says that request was a HEAD, so that
  // its answer has no body whatever its fields say, `upgrade` that it asked for another protocol.
  void reset(bool head_request = false, bool upgrade = false);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace signalbox::wire
