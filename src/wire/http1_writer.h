// SPDX-License-Identifier: Apache-2.0
//
// Heads as an intermediary writes them. What belongs to the connection they came on stays behind;
// framing is written afresh from the caller's choice, never copied; and what only we may say (who
// the client is, where the request goes) is removed from the client's words before ours are added.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "wire/http1_message.h"

namespace signalbox::wire {

// A field of our own. No CR or LF; the views need to live for the call only.
struct OwnField {
  std::string_view name, value;
};

// How the body that follows is delimited; chosen by the caller, who knows what it will send.
struct WriteFraming {
  BodyKind body = BodyKind::kNone;
  std::uint64_t length = 0;  // of kLength
};

struct RequestRewrite {
  std::string_view target = {};             // normalised path and query
  std::string_view host = {};               // of the endpoint, "host:port"
  std::string_view client_address = {};     // becomes X-Forwarded-For; empty leaves the field out
  std::string_view client_scheme = "http";  // becomes X-Forwarded-Proto
  WriteFraming framing = {};
  bool forward_credentials = false;                 // Authorization, Cookie, X-Api-Key as received
  std::span<const std::string_view> withhold = {};  // names of fields that do not travel on
  bool close = false;                               // ask the unit to close afterwards
  std::string_view upgrade = {};  // ask for this protocol on the same connection; empty = no
  std::span<const OwnField> own = {};
};

// Appends the head of `head` as it goes to a unit, ending in the empty line. Stripped: fields of
// the client's connection (and those its Connection names), Expect, forwarding and routing fields.
void append_request_head(std::string& out, const RequestHead& head, const RequestRewrite& rewrite);

struct ResponseRewrite {
  WriteFraming framing = {};  // kLength is written as given, also for HEAD and 304 without a body
  bool keep_alive = true;     // of the client's connection
  int client_version = 11;    // 10 or 11: an HTTP/1.0 client must be told of keep-alive
  std::span<const OwnField> own = {};
  std::string_view upgrade = {};  // of a 101: the protocol that follows
};

// Appends the head of a unit's answer as it goes to the client, ending in the empty line.
void append_response_head(std::string& out, const ResponseHead& head,
                          const ResponseRewrite& rewrite);

// Appends the head of an answer of our own: status line, `rewrite.own`, framing, empty line.
void append_own_response_head(std::string& out, int status, const ResponseRewrite& rewrite);

// The customary words for a status; empty for one we do not know.
std::string_view reason_phrase(int status);

// The line before the data of a chunk ("1a\r\n"), kept on the stack so that header, data and
// kChunkEnd can be written from three places in one system call.
class ChunkHead {
 public:
  // REQUIRES: size > 0; a chunk of none ends the body.
  explicit ChunkHead(std::size_t size);

  std::string_view view() const { return {text_.data() + begin_, text_.size() - begin_}; }

 private:
  static constexpr std::size_t kLongest = 18;  // 16 hex digits and CRLF
  std::array<char, kLongest> text_;
  std::size_t begin_;
};

// Appends the end of a chunked body with trailers: those that may be trailers, of the connection
// none.
void append_last_chunk(std::string& out, std::span<const Field> trailers);

inline constexpr std::string_view kChunkEnd = "\r\n";
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";
inline constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace signalbox::wire
