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

  static constexpr auto kBounds = [] {
    std::array<Duration, kBoundsSeconds.size()> bounds{};
    for (std::size_t i = 0; i < bounds.size(); ++i) bounds[i] = from_seconds(kBoundsSeconds[i]);
    return bounds;
  }();

  std::array<std::uint64_t, kBoundsSeconds.size() + 1> counts{};  // per bucket, not cumulative
  double sum_seconds = 0.0;

  void add(Duration latency) {
    // Halving without a branch to miss: the bounds are one less than a power of two.
    static_assert(kBounds.size() == 15);
    std::size_t bucket = 0;
    for (const std::size_t step : {8U, 4U, 2U, 1U}) {
      bucket += latency > kBounds[bucket + step - 1] ? step : 0;
    }
    ++counts[bucket];
    sum_seconds += to_seconds(latency);
  }

  std::uint64_t total() const {
    std::uint64_t n = 0;
    for (const auto count : counts) n += count;
    return n;
  }
};

}  // namespace signalbox
