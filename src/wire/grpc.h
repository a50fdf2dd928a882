// SPDX-License-Identifier: Apache-2.0
//
// gRPC's own layer above HTTP/2 (github.com/grpc/grpc, doc/PROTOCOL-HTTP2.md): messages with a
// length in front, a status in the trailers, a time limit in a field. What the messages mean is
// somebody else's business.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/time.h"
#include "wire/http1_message.h"

namespace signalbox::wire {

// doc/statuscodes.md.
enum class GrpcCode : std::uint8_t {
  kOk = 0,
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kDataLoss = 15,
  kUnauthenticated = 16,
};

struct GrpcStatus {
  GrpcCode code = GrpcCode::kOk;
  std::string message;
};

// True for "application/grpc" and its variants ("+proto", ";charset").
bool is_grpc_content_type(std::string_view value);

// A request that is a gRPC call.
bool is_grpc(const RequestHead& head);

// What an HTTP status means to a gRPC caller where the answer says nothing better, by gRPC's own
// table (doc/http-grpc-status-mapping.md), but that 504 is a deadline.
GrpcCode grpc_of_http(int status);

// The HTTP status under which a gRPC outcome is counted: 200 for kOk, 4xx for the caller's faults.
int http_of_grpc(GrpcCode code);

// The outcome of a call from its trailers (or from the fields of an answer without a body). Without
// a grpc-status it is what `http_status` maps to, and kUnknown where that says all was well (B56).
GrpcStatus read_grpc_status(std::span<const Field> trailers, int http_status);

// A grpc-message on the wire is percent-encoded; what is not decodable stays as it is.
std::string encode_grpc_message(std::string_view message);
std::string decode_grpc_message(std::string_view encoded);

// "10S", "250m": at most eight digits and a unit. nullopt for anything else.
std::optional<Duration> parse_grpc_timeout(std::string_view text);
// The most exact form that holds it, never longer than `timeout`; "0n" when there is none left.
std::string format_grpc_timeout(Duration timeout);

// The five bytes in front of a message of this size, not compressed.
void append_grpc_prefix(std::string& out, std::size_t size);

// Cuts a stream of bytes into messages, however it arrives. Messages that came whole in one piece
// are not copied.
class GrpcReader {
 public:
  explicit GrpcReader(std::size_t max_message) : max_message_(max_message) {}

  // Calls `take` with each message that is complete, its view valid during the call, and removes
  // from `bytes` what it has seen; `take` returns false to stop behind that message. Returns a
  // failure, for good, when a message is larger than allowed (kResourceExhausted) or compressed,
  // which was not agreed to (kUnimplemented).
  std::optional<GrpcStatus> feed(std::string_view& bytes,
                                 const std::function<bool(std::string_view)>& take);

  // Nothing of a message waits for the rest of it: the stream may end here.
  bool at_boundary() const { return partial_.empty(); }

 private:
  std::size_t max_message_;
  std::string partial_;  // of a message, with its prefix
  std::optional<GrpcStatus> failure_;
};

}  // namespace signalbox::wire
