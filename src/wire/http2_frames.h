// SPDX-License-Identifier: Apache-2.0
//
// For tests: HTTP/2 frames made by hand and taken apart, because no library would send the ones
// these tests are about. Header blocks are literals without indexing, so that they read as they
// are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/http2_session.h"

namespace signalbox::wire::testing {

enum FrameType : unsigned char {
  kData = 0,
  kHeaders = 1,
  kPriority = 2,
  kRstStream = 3,
  kSettings = 4,
  kPing = 6,
  kGoaway = 7,
  kWindowUpdate = 8,
  kContinuation = 9,
};

inline constexpr unsigned char kEndStream = 1, kAck = 1, kEndHeaders = 4;

inline std::string big_endian(std::uint32_t value, int bytes = 4) {
  std::string out;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out += static_cast<char>(value >> shift & 0xffU);
  }
  return out;
}

inline std::string frame(unsigned char type, unsigned char flags, std::uint32_t stream,
                         std::string_view payload = {}) {
  std::string out = big_endian(static_cast<std::uint32_t>(payload.size()), 3);
  out += static_cast<char>(type);
  out += static_cast<char>(flags);
  out += big_endian(stream);
  out += payload;
  return out;
}

using HeaderList = std::vector<std::pair<std::string, std::string>>;

// An HPACK string without Huffman coding (RFC 7541 5.2).
inline std::string hpack_string(std::string_view text) {
  std::string out;
  if (text.size() < 127) {
    out += static_cast<char>(text.size());
  } else {
    out += '\x7f';
    std::size_t rest = text.size() - 127;
    for (; rest >= 128; rest /= 128) out += static_cast<char>(rest % 128 + 128);
    out += static_cast<char>(rest);
  }
  return out.append(text);
}

inline std::string header_block(const HeaderList& fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    out += '\0';  // a literal, not indexed, with a new name
    out += hpack_string(name) + hpack_string(value);
  }
  return out;
}

inline std::string headers(std::uint32_t stream, const HeaderList& fields, bool ends = true) {
  return frame(kHeaders, static_cast<unsigned char>(kEndHeaders | (ends ? kEndStream : 0)), stream,
               header_block(fields));
}

inline HeaderList get(std::string path = "/", HeaderList more = {}) {
  HeaderList fields{
      {":method", "GET"}, {":scheme", "http"}, {":path", std::move(path)}, {":authority", "a"}};
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

inline HeaderList post(HeaderList more = {}) {
  HeaderList fields = get("/", std::move(more));
  fields[0].second = "POST";
  return fields;
}

// What a client says first.
inline std::string greeting() { return std::string(kHttp2Preface) + frame(kSettings, 0, 0); }

struct Frame {
  unsigned char type, flags;
  std::uint32_t stream;
  std::string payload;
};

// A byte of `text` and the three behind it, as a number.
inline std::uint32_t number_at(std::string_view text, std::size_t at, std::size_t bytes = 4) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i)
    value = value << 8 | static_cast<unsigned char>(text[at + i]);
  return value;
}

// REQUIRES: whole frames.
inline std::vector<Frame> split_frames(std::string_view bytes) {
  std::vector<Frame> frames;
  while (bytes.size() >= 9) {
    const std::size_t size = number_at(bytes, 0, 3);
    frames.push_back({static_cast<unsigned char>(bytes[3]), static_cast<unsigned char>(bytes[4]),
                      number_at(bytes, 5) & 0x7fff'ffffU, std::string(bytes.substr(9, size))});
    bytes.remove_prefix(9 + size);
  }
  return frames;
}

// The code of the last GOAWAY, or of the last RST_STREAM of a stream; nullopt when there is none.
inline std::optional<Http2Code> goaway_in(std::string_view bytes) {
  std::optional<Http2Code> found;
  for (const Frame& f : split_frames(bytes)) {
    if (f.type == kGoaway) found = Http2Code{number_at(f.payload, 4)};
  }
  return found;
}

inline std::optional<Http2Code> reset_in(std::string_view bytes, std::uint32_t stream) {
  std::optional<Http2Code> found;
  for (const Frame& f : split_frames(bytes)) {
    if (f.type == kRstStream && f.stream == stream) found = Http2Code{number_at(f.payload, 0)};
  }
  return found;
}

}  // namespace signalbox::wire::testing
