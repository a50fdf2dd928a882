// SPDX-License-Identifier: Apache-2.0
//
// xoshiro256++ (Blackman & Vigna, 2019), seeded through splitmix64. Owned rather than borrowed
// because std:: engines and above all std:: distributions differ between libraries, and a seed
// must reproduce a run byte for byte everywhere.
#pragma once

#include <bit>
#include <cstdint>

#include "base/assert.h"

namespace signalbox {

class Prng {
 public:
  explicit Prng(std::uint64_t seed);

  std::uint64_t next() {
    const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  // Uniform in [0, 1), 53 bits.
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

  // Uniform in [0, bound), unbiased (Lemire's multiply-and-reject). REQUIRES: bound > 0.
  std::uint64_t below(std::uint64_t bound) {
    SIGNALBOX_ASSERT(bound > 0);
    __extension__ using Wide = unsigned __int128;
    Wide product = static_cast<Wide>(next()) * bound;
    auto low = static_cast<std::uint64_t>(product);
    if (low < bound) {
      const std::uint64_t threshold = (0 - bound) % bound;
      while (low < threshold) {
        product = static_cast<Wide>(next()) * bound;
        low = static_cast<std::uint64_t>(product);
      }
    }
    return static_cast<std::uint64_t>(product >> 64);
  }

  // An independent stream: the same parent and label always give the same child.
  Prng fork(std::uint64_t label) const;

 private:
  std::uint64_t state_[4];
};

}  // namespace signalbox
