// SPDX-License-Identifier: Apache-2.0
//
// xoshiro256++ (Blackman & Vigna, 2019), seeded through splitmix64. Owned rather than borrowed
// because std:: engines and above all std:: distributions differ between libraries, and a seed
// must reproduce a run byte for byte everywhere.
#pragma once

#include <cstdint>

namespace signalbox {

class Prng {
 public:
  explicit Prng(std::uint64_t seed);

  std::uint64_t next();

  // Uniform in [0, 1), 53 bits.
  double uniform();

  // Uniform in [0, bound), unbiased (Lemire's multiply-and-reject). REQUIRES: bound > 0.
  std::uint64_t below(std::uint64_t bound);

  // An independent stream: the same parent and label always give the same child.
  Prng fork(std::uint64_t label) const;

 private:
  std::uint64_t state_[4];
};

}  // namespace signalbox
