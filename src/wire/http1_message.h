// SPDX-License-Identifier: Apache-2.0
//
// The vocabulary of HTTP/1 messages on the data path: a head as views into the parser's storage,
// and how its body is delimited. Field names are classified once, when parsed, so that rules and
// the writer compare a byte instead of strings.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace signalbox::wire {

// What a field means to an intermediary. kOther travels untouched.
enum class FieldKind : std::uint8_t {
  kOther,
  kConnection,
  kContentLength,
  kTransferEncoding,
  kHost,
  kExpect,
  kUpgrade,
  kHopByHop,    // Keep-Alive, TE, Trailer, Proxy-*, HTTP2-Settings: for one connection only
  kForwarding,  // Forwarded, X-Forwarded-*, X-Real-IP and the like: who asks is ours to say, and
                // what a client says of it may be a forgery
  kRouting,     // x-gateway-*, x-envoy-*, x-signalbox-*: where it goes, likewise
  kCredential,  // Authorization, Cookie, X-Api-Key and the like: meant for us, not for a unit
};

// Case-insensitive.
FieldKind classify_field(std::string_view name);

// ASCII case-insensitive equality, as field names and most field values are compared.
bool equals_ignoring_case(std::string_view a, std::string_view b);

struct Field {
  std::string_view name;   // as received
  std::string_view value;  // without surrounding blanks
  FieldKind kind = FieldKind::kOther;
};

// The first field of that name (case-insensitive), or nullptr.
const Field* find_field(const std::vector<Field>& fields, std::string_view name);

// The first field of that kind, or nullptr.
const Field* find_field(const std::vector<Field>& fields, FieldKind kind);

struct RequestHead {
  std::string_view method = {};
  std::string_view target = {};  // as received: origin-form, absolute-form or "*"
  int version = 11;              // 10 or 11
  std::vector<Field> fields = {};
};

struct ResponseHead {
  int status = 0;
  std::string_view reason = {};
  int version = 11;  // 10 or 11
  std::vector<Field> fields = {};
};

enum class BodyKind : std::uint8_t {
  kNone,
  kLength,      // Content-Length bytes
  kChunked,     // Transfer-Encoding: chunked
  kUntilClose,  // responses only: the end of the connection is the end of the body
};

// How the body of one message is delimited, and what becomes of the connection after it.
struct Framing {
  BodyKind body = BodyKind::kNone;
  bool has_length = false;   // Content-Length was given, also where no body follows (HEAD, 304, 0)
  std::uint64_t length = 0;  // of Content-Length
  bool keep_alive = true;
  bool upgrade = false;           // asks for another protocol; we answer as if it had not
  bool expects_continue = false;  // requests only: the client waits for 100 (Continue)
};

// Why a message was refused. For requests `status` is the answer to give before closing; for
// responses it is 502. Nothing of the message may be forwarded.
struct ParseFailure {
  int status = 400;
  std::string message;
};

}  // namespace signalbox::wire
