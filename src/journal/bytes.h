// SPDX-License-Identifier: Apache-2.0
//
// Values as bytes and back: fixed little-endian words, variable-length integers (LEB128, signed
// ones folded by zigzag), doubles by their bits. The same value gives the same bytes on every
// machine. A reader never reads past its end: it fails once, and from then on gives zeros, so that
// decoding looks at one flag at the end instead of after every field.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace signalbox::journal {

class ByteWriter {
 public:
  // Appends to `out`, which outlives the writer.
  explicit ByteWriter(std::string& out) : out_(out) {}

  void u8(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void u32(std::uint32_t value) { fixed(value, 4); }
  void u64(std::uint64_t value) { fixed(value, 8); }
  void varint(std::uint64_t value) {
    while (value >= 0x80) {
      u8(static_cast<std::uint8_t>(value | 0x80U));
      value >>= 7U;
    }
    u8(static_cast<std::uint8_t>(value));
  }
  void zigzag(std::int64_t value) {
    varint((static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63));
  }
  void f64(double value) { u64(std::bit_cast<std::uint64_t>(value)); }
  void text(std::string_view value) {
    varint(value.size());
    out_.append(value);
  }

 private:
  void fixed(std::uint64_t value, int bytes) {
    char word[8];
    for (int i = 0; i < bytes; ++i) word[i] = static_cast<char>(value >> (8 * i));
    out_.append(word, static_cast<std::size_t>(bytes));
  }

  std::string& out_;
};

class ByteReader {
 public:
  // Reads `bytes`, which outlive the reader.
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  bool at_end() const { return place_ == bytes_.size(); }
  std::size_t left() const { return bytes_.size() - place_; }
  void fail() {
    ok_ = false;
    place_ = bytes_.size();
  }

  std::uint8_t u8() {
    if (left() == 0) return fail(), std::uint8_t{0};
    return static_cast<std::uint8_t>(bytes_[place_++]);
  }
  std::uint32_t u32() { return static_cast<std::uint32_t>(fixed(4)); }
  std::uint64_t u64() { return fixed(8); }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t byte = u8();
      if (shift == 63 && byte > 1) break;  // more than 64 bits
      value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
      if ((byte & 0x80U) == 0) return value;
    }
    return fail(), 0;
  }
  std::int64_t zigzag() {
    const std::uint64_t folded = varint();
    return static_cast<std::int64_t>((folded >> 1U) ^ (~(folded & 1U) + 1));
  }
  double f64() { return std::bit_cast<double>(u64()); }
  // A view into the bytes read from.
  std::string_view text() { return raw(varint()); }
  std::string_view raw(std::uint64_t size) {
    if (size > left()) return fail(), std::string_view();
    const auto part = bytes_.substr(place_, static_cast<std::size_t>(size));
    place_ += part.size();
    return part;
  }

 private:
  std::uint64_t fixed(std::size_t bytes) {
    const auto part = raw(bytes);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < part.size(); ++i) {
      value |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(part[i])) << (8 * i);
    }
    return value;
  }

  std::string_view bytes_;
  std::size_t place_ = 0;
  bool ok_ = true;
};

}  // namespace signalbox::journal
