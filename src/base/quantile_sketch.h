// SPDX-License-Identifier: Apache-2.0
//
// A quantile sketch over positive values with bounded relative error and bounded memory: counts in
// logarithmic buckets, as DDSketch (Masson, Rim & Lee, VLDB 2019) with a fixed range instead of
// collapsing. It forgets by halving: once the weight passes a horizon every count is scaled down,
// so recent behaviour dominates and memory never grows.
#pragma once

#include <array>
#include <cstddef>
#include <limits>

namespace signalbox {

class QuantileSketch {
 public:
  static constexpr double kLowest = 1.0 / 64.0;  // values below count as this
  static constexpr double kHighest = 64.0;       // values above count as this
  static constexpr std::size_t kBuckets = 192;   // 16 per octave, each 4.4 % wide

  // `horizon` is the weight after which counts are halved; larger forgets slower.
  explicit QuantileSketch(double horizon = 1024.0) : horizon_(horizon) {}

  // Adds a positive value, dimensionless (callers store ratios to a prediction).
  void add(double value, double weight = 1.0);

  // Everything added so far counts `factor` times what it did. REQUIRES: 0 <= factor <= 1.
  void fade(double factor);

  // The smallest value v with P(X <= v) >= q, rounded up to its bucket's upper edge (so at most
  // 4.4 % too high, never too low); 0 when empty.
  double quantile(double q) const;

  // P(X <= value), interpolated inside the bucket; 0 when empty.
  double probability_at_most(double value) const;

  double weight() const { return weight_; }

 private:
  static constexpr std::size_t kPerBlock = 16;

  static double position(double value);
  static double lower_edge(std::size_t bucket);

  double weight_ = 0.0;
  double horizon_;
  // Nothing was ever seen outside of these edges, so most questions are answered by them alone.
  double lowest_edge_ = std::numeric_limits<double>::infinity();
  double highest_edge_ = 0.0;
  std::array<double, kBuckets / kPerBlock> blocks_{};  // sums of counts_
  std::array<float, kBuckets> counts_{};
};

}  // namespace signalbox
