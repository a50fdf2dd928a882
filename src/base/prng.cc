// SPDX-License-Identifier: Apache-2.0
//
// xoshiro256++; see prng.h for why it is ours.
#include "base/prng.h"

#include <bit>

namespace signalbox {

namespace {

std::uint64_t splitmix64(std::uint64_t& x) {
  x += 0x9E3779B97F4A7C15ULL;
  std::uint64_t z = x;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

}  // namespace

Prng::Prng(std::uint64_t seed) {
  for (auto& word : state_) word = splitmix64(seed);
}

Prng Prng::fork(std::uint64_t label) const {
  return Prng(std::rotl(state_[0] ^ state_[3], 17) ^ (label * 0xD1342543DE82EF95ULL + 1));
}

}  // namespace signalbox
