// SPDX-License-Identifier: Apache-2.0
#include "wire/grpc.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace signalbox::wire {

namespace {

constexpr std::size_t kPrefix = 5;  // a flag and the length, big-endian

struct TimeUnit {
  char letter;
  Duration length;
};

// From the finest.
constexpr std::array<TimeUnit, 6> kUnits{
    {{'n', 1ns}, {'u', 1us}, {'m', 1ms}, {'S', 1s}, {'M', 1min}, {'H', 1h}}};
constexpr std::int64_t kMostUnits = 99'999'999;

std::size_t length_of(std::string_view prefix) {
  std::size_t length = 0;
  for (std::size_t i = 1; i < kPrefix; ++i) {
    length = length << 8 | static_cast<unsigned char>(prefix[i]);
  }
  return length;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

bool is_grpc_content_type(std::string_view value) {
  constexpr std::string_view kType = "application/grpc";
  if (value.size() < kType.size() || !equals_ignoring_case(value.substr(0, kType.size()), kType)) {
    return false;
  }
  const std::string_view rest = value.substr(kType.size());
  return rest.empty() || rest.front() == '+' || rest.front() == ';' || rest.front() == ' ';
}

bool is_grpc(const RequestHead& head) {
  const Field* const type = find_field(head.fields, "content-type");
  return type != nullptr && is_grpc_content_type(type->value);
}

GrpcCode grpc_of_http(int status) {
  switch (status) {
    case 400:
    case 431:
      return GrpcCode::kInternal;
    case 401:
      return GrpcCode::kUnauthenticated;
    case 403:
      return GrpcCode::kPermissionDenied;
    case 404:
      return GrpcCode::kUnimplemented;
    case 413:
      return GrpcCode::kResourceExhausted;
    case 408:
    case 504:
      return GrpcCode::kDeadlineExceeded;
    case 429:
    case 502:
    case 503:
      return GrpcCode::kUnavailable;
    default:
      return GrpcCode::kUnknown;
  }
}

int http_of_grpc(GrpcCode code) {
  switch (code) {
    case GrpcCode::kOk:
      return 200;
    case GrpcCode::kCancelled:
      return 499;
    case GrpcCode::kInvalidArgument:
    case GrpcCode::kFailedPrecondition:
    case GrpcCode::kOutOfRange:
      return 400;
    case GrpcCode::kDeadlineExceeded:
      return 504;
    case GrpcCode::kNotFound:
      return 404;
    case GrpcCode::kAlreadyExists:
    case GrpcCode::kAborted:
      return 409;
    case GrpcCode::kPermissionDenied:
      return 403;
    case GrpcCode::kResourceExhausted:
      return 429;
    case GrpcCode::kUnimplemented:
      return 501;
    case GrpcCode::kUnavailable:
      return 503;
    case GrpcCode::kUnauthenticated:
      return 401;
    case GrpcCode::kUnknown:
    case GrpcCode::kInternal:
    case GrpcCode::kDataLoss:
      return 500;
  }
  return 500;
}

GrpcStatus read_grpc_status(std::span<const Field> trailers, int http_status) {
  const auto find = [trailers](std::string_view name) {
    const auto at = std::find_if(trailers.begin(), trailers.end(), [name](const Field& field) {
      return equals_ignoring_case(field.name, name);
    });
    return at == trailers.end() ? std::string_view() : at->value;
  };
  const std::string_view text = find("grpc-status");
  if (text.empty()) {
    return {http_status == 200 ? GrpcCode::kUnknown : grpc_of_http(http_status),
            "the answer has no grpc-status; its HTTP status is " + std::to_string(http_status)};
  }
  unsigned code = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code);
  const bool known = error == std::errc() && end == text.data() + text.size() &&
                     code <= static_cast<unsigned>(GrpcCode::kUnauthenticated);
  return {known ? static_cast<GrpcCode>(code) : GrpcCode::kUnknown,
          decode_grpc_message(find("grpc-message"))};
}

std::string encode_grpc_message(std::string_view message) {
  std::string out;
  for (const char c : message) {
    if (c >= ' ' && c <= '~' && c != '%') {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += "0123456789ABCDEF"[byte / 16];
      out += "0123456789ABCDEF"[byte % 16];
    }
  }
  return out;
}

std::string decode_grpc_message(std::string_view encoded) {
  std::string out;
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    const bool code = encoded[i] == '%' && i + 2 < encoded.size() &&
                      hex_value(encoded[i + 1]) >= 0 && hex_value(encoded[i + 2]) >= 0;
    if (code) {
      out += static_cast<char>(hex_value(encoded[i + 1]) * 16 + hex_value(encoded[i + 2]));
      i += 2;
    } else {
      out += encoded[i];
    }
  }
  return out;
}

std::optional<Duration> parse_grpc_timeout(std::string_view text) {
  constexpr std::size_t kMostDigits = 8;
  if (text.size() < 2 || text.size() > kMostDigits + 1) return std::nullopt;
  const auto unit = std::find_if(kUnits.begin(), kUnits.end(), [&](const TimeUnit& candidate) {
    return candidate.letter == text.back();
  });
  text.remove_suffix(1);
  const bool digits =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (unit == kUnits.end() || !digits) return std::nullopt;
  std::int64_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  // 99,999,999 hours are eleven thousand years: longer than a Duration holds, and than anyone
  // waits.
  if (count > Duration::max() / unit->length) return Duration::max();
  return count * unit->length;
}

std::string format_grpc_timeout(Duration timeout) {
  if (timeout <= Duration{}) return "0n";
  const auto unit = std::find_if(kUnits.begin(), kUnits.end(), [&](const TimeUnit& candidate) {
    return timeout / candidate.length <= kMostUnits;
  });
  return std::to_string(timeout / unit->length) + unit->letter;
}

void append_grpc_prefix(std::string& out, std::size_t size) {
  out += '\0';
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(size >> shift & 0xffU);
}

std::optional<GrpcStatus> GrpcReader::feed(std::string_view& bytes,
                                           const std::function<bool(std::string_view)>& take) {
  while (!failure_ && !bytes.empty()) {
    if (partial_.size() < kPrefix && partial_.size() + bytes.size() < kPrefix) {
      partial_ += std::exchange(bytes, {});
      return std::nullopt;
    }
    if (!partial_.empty() && partial_.size() < kPrefix) {
      const std::size_t rest = kPrefix - partial_.size();
      partial_ += bytes.substr(0, rest);
      bytes.remove_prefix(rest);
    }
    const std::string_view prefix = partial_.empty() ? bytes.substr(0, kPrefix) : partial_;
    const std::size_t length = length_of(prefix);
    if (prefix.front() != 0) {
      failure_ = {GrpcCode::kUnimplemented,
                  "compressed messages are not understood; send them with grpc-encoding identity"};
    } else if (length > max_message_) {
      failure_ = {GrpcCode::kResourceExhausted,
                  "a message of " + std::to_string(length) + " bytes is larger than the " +
                      std::to_string(max_message_) + " that are allowed"};
    }
    if (failure_) break;
    const std::size_t whole = kPrefix + length;
    if (partial_.empty() && bytes.size() >= whole) {
      const std::string_view message = bytes.substr(kPrefix, length);
      bytes.remove_prefix(whole);
      if (!take(message)) return std::nullopt;
      continue;
    }
    const std::size_t rest = std::min(bytes.size(), whole - partial_.size());
    partial_ += bytes.substr(0, rest);
    bytes.remove_prefix(rest);
    if (partial_.size() < whole) return std::nullopt;
    const std::string message = std::exchange(partial_, {});
    if (!take(std::string_view(message).substr(kPrefix))) return std::nullopt;
  }
  return failure_;
}

}  // namespace signalbox::wire
