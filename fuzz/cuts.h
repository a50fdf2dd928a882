// SPDX-License-Identifier: Apache-2.0
//
// A stream of bytes in pieces, as a network may deliver it: whole, byte by byte, and cut at a few
// places that depend on nothing but the bytes, so that a find stays one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace signalbox::fuzz {

inline std::vector<std::string_view> byte_by_byte(std::string_view bytes) {
  std::vector<std::string_view> pieces;
  pieces.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size(); ++at) pieces.push_back(bytes.substr(at, 1));
  return pieces;
}

inline std::vector<std::string_view> in_a_few_pieces(std::string_view bytes) {
  std::vector<std::string_view> pieces;
  std::uint64_t state = 0x9e3779b97f4a7c15U + bytes.size();
  while (!bytes.empty()) {
    state = (state ^ static_cast<unsigned char>(bytes.front())) * 0xff51afd7ed558ccdU;
    const std::size_t size = std::min<std::size_t>(bytes.size(), 1 + (state >> 32U) % 40);
    pieces.push_back(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  return pieces;
}

// A byte of the input that chooses between ways of reading the rest; 0 when there is none.
inline unsigned take_choice(std::string_view& bytes) {
  if (bytes.empty()) return 0;
  const auto choice = static_cast<unsigned char>(bytes.front());
  bytes.remove_prefix(1);
  return choice;
}

}  // namespace signalbox::fuzz
