// SPDX-License-Identifier: Apache-2.0
//
// A 64-bit hash of everything so far, in order: what a check record of the input log holds. It
// tells two runs apart, not friend from foe; eight bytes at a time, because it runs over every
// decision.
#pragma once

#include <cstdint>
#include <string_view>

namespace signalbox::journal {

class RunningHash {
 public:
  // Adds `bytes` and their length, so that how they were divided counts too.
  void add(std::string_view bytes) {
    mix(bytes.size());
    while (bytes.size() >= 8) {
      mix(word(bytes.substr(0, 8)));
      bytes.remove_prefix(8);
    }
    if (!bytes.empty()) mix(word(bytes));
  }

  std::uint64_t value() const { return state_; }

 private:
  static std::uint64_t word(std::string_view bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      value |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(bytes[i])) << (8 * i);
    }
    return value;
  }
  // The finalizer of splitmix64 over state and word: every bit of both moves every bit of the
  // state.
  void mix(std::uint64_t word) {
    std::uint64_t z = (state_ ^ word) + 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    state_ = z ^ (z >> 31U);
  }

  std::uint64_t state_ = 0;
};

}  // namespace signalbox::journal
