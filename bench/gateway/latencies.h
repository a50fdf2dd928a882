// SPDX-License-Identifier: Apache-2.0
//
// Times as they were measured, all kept: a benchmark's run is short, and an exact 99th percentile
// needs no argument.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace signalbox::bench {

class Latencies {
 public:
  void add(std::int64_t ns) { all_.push_back(ns); }
  std::size_t count() const { return all_.size(); }

  // The smallest time that at least this share of all do not exceed, in microseconds; 0 of none.
  double quantile_us(double share) {
    if (all_.empty()) return 0;
    const auto rank = std::min(all_.size() - 1,
                               static_cast<std::size_t>(share * static_cast<double>(all_.size())));
    const auto nth = all_.begin() + static_cast<std::ptrdiff_t>(rank);
    std::nth_element(all_.begin(), nth, all_.end());
    return static_cast<double>(*nth) / 1e3;
  }

 private:
  std::vector<std::int64_t> all_;
};

}  // namespace signalbox::bench
