// SPDX-License-Identifier: Apache-2.0
//
// gRPC's layer above HTTP/2, and the fields that say how long somebody waits.
#include "wire/grpc.h"

#include <cstdlib>
#include <string>
#include <vector>

#include "fuzz/cuts.h"
#include "fuzz/target.h"
#include "wire/client_timeout.h"
#include "wire/retry_after.h"

namespace signalbox::fuzz {

namespace {

constexpr std::size_t kLargest = 512;

// The messages in a stream, and how its reading ended.
std::string read(const std::vector<std::string_view>& pieces) {
  wire::GrpcReader reader(kLargest);
  std::string out;
  const auto take = [&out](std::string_view message) {
    require(message.size() <= kLargest, "a message larger than allowed");
    out += "<" + std::string(message) + ">";
    return true;
  };
  for (const std::string_view piece : pieces) {
    std::string_view rest = piece;
    const auto failure = reader.feed(rest, take);
    if (failure) {
      require(failure->code != wire::GrpcCode::kOk, "a failure that is none");
      return out + " failed " + std::to_string(static_cast<int>(failure->code));
    }
  }
  return out + (reader.at_boundary() ? "" : " cut short");
}

}  // namespace

void grpc_messages(std::string_view bytes) {
  const std::string whole = read({bytes});
  require(read(byte_by_byte(bytes)) == whole, "byte by byte: not " + whole);
  require(read(in_a_few_pieces(bytes)) == whole, "in pieces: not " + whole);
  std::string framed;
  wire::append_grpc_prefix(framed, std::min(bytes.size(), kLargest));
  framed += bytes.substr(0, kLargest);
  require(read({framed}) == "<" + std::string(bytes.substr(0, kLargest)) + ">", "not as written");
}

void waiting_fields(std::string_view bytes) {
  const std::string encoded = wire::encode_grpc_message(bytes);
  for (const char c : encoded) require(c >= ' ' && c < 0x7f, "a byte that no field may hold");
  require(wire::decode_grpc_message(encoded) == bytes, "another message");
  wire::decode_grpc_message(bytes);

  if (const auto timeout = wire::parse_grpc_timeout(bytes)) {
    require(*timeout >= Duration{}, "a time before now");
    const auto again = wire::parse_grpc_timeout(wire::format_grpc_timeout(*timeout));
    require(again.has_value() && *again <= *timeout, "a longer time than was given");
  }
  require(wire::parse_retry_after(bytes, 1'700'000'000'000'000'000) >= Duration{}, "a past pause");
  wire::RequestHead head;
  head.fields = {{wire::kTimeoutField, bytes, wire::classify_field(wire::kTimeoutField)}};
  const auto limit = wire::client_timeout(head);
  if (!limit.ok()) {
    require(limit.error().status == 400 && !limit.error().message.empty(), "no reason given");
  } else if (*limit) {
    require(**limit >= std::chrono::milliseconds(1) && **limit <= std::chrono::hours(24),
            "a limit out of range");
  }
}

}  // namespace signalbox::fuzz
