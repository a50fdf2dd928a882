// SPDX-License-Identifier: Apache-2.0
//
// Latencies of tens of millions of requests in a few kilobytes: counts in logarithmic buckets, 128
// to the octave, found by the bits of the value instead of a logarithm. A quantile is at most 0.8 %
// too high and never too low.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace signalbox::sim {

class LatencyRecord {
 public:
  void add(Duration latency) {
    ++counts_[bucket(latency)];
    ++total_;
  }

  std::uint64_t total() const { return total_; }

  // The least bucket edge that at least a fraction `q` of the values do not pass; zero when empty.
  Duration quantile(double q) const {
    if (total_ == 0) return {};
    const auto wanted = static_cast<std::uint64_t>(q * static_cast<double>(total_));
    std::uint64_t passed = 0;
    for (std::size_t i = 0; i < kBuckets; ++i) {
      passed += counts_[i];
      if (passed > wanted || passed == total_) return upper_edge(i);
    }
    return upper_edge(kBuckets - 1);
  }

 private:
  static constexpr int kSubBits = 7;
  static constexpr int kUnitBits = 14;         // values count in 16 us
  static constexpr std::size_t kOctaves = 34;  // up to 38 hours
  static constexpr std::size_t kBuckets = kOctaves << kSubBits;

  static std::size_t bucket(Duration latency) {
    const auto value =
        static_cast<std::uint64_t>(latency.count() < 0 ? 0 : latency.count()) >> kUnitBits;
    if (value < (1U << kSubBits)) return static_cast<std::size_t>(value);
    const int exponent = static_cast<int>(std::bit_width(value)) - 1 - kSubBits;
    const std::size_t index = (static_cast<std::size_t>(exponent + 1) << kSubBits) +
                              static_cast<std::size_t>((value >> exponent) - (1U << kSubBits));
    return index < kBuckets ? index : kBuckets - 1;
  }
  static Duration upper_edge(std::size_t index) {
    const auto octave = static_cast<int>(index >> kSubBits);
    const std::uint64_t within = index & ((1U << kSubBits) - 1);
    const std::uint64_t value =
        octave == 0 ? within + 1 : ((1U << kSubBits) + within + 1) << (octave - 1);
    return Duration{static_cast<std::int64_t>(value << kUnitBits)};
  }

  std::array<std::uint64_t, kBuckets> counts_{};
  std::uint64_t total_ = 0;
};

}  // namespace signalbox::sim
