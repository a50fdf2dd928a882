// SPDX-License-Identifier: Apache-2.0
//
// Cumulative latency counts on fixed bounds, the form Prometheus wants. One table of bounds for the
// whole product, dense around the paper's 0.9 s and 2 s objectives, so panels can be compared.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace signalbox {

struct LatencyHistogram {
  // Upper bounds in seconds; one more bucket catches the rest.
  static constexpr std::array<double, 15> kBoundsSeconds = {
      0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0, 1.5, 2.0, 5.0, 15.0, 60.0};

  std::array<std::uint64_t, kBoundsSeconds.size() + 1> counts{};  // per bucket, not cumulative
  double sum_seconds = 0.0;

  void add(Duration latency) {
    const double seconds = to_seconds(latency);
    std::size_t bucket = 0;
    while (bucket < kBoundsSeconds.size() && seconds > kBoundsSeconds[bucket]) ++bucket;
    ++counts[bucket];
    sum_seconds += seconds;
  }

  std::uint64_t total() const {
    std::uint64_t n = 0;
    for (const auto count : counts) n += count;
    return n;
  }
};

}  // namespace signalbox
