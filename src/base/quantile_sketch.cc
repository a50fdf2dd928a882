// SPDX-License-Identifier: Apache-2.0
//
// Logarithmic buckets between 1/64 and 64; see quantile_sketch.h.
#include "base/quantile_sketch.h"

#include <algorithm>
#include <cmath>

namespace signalbox {

namespace {

constexpr double kBucketsPerOctave = 16.0;
constexpr double kOctavesBelowOne = 6.0;

}  // namespace

// Fractional bucket position of a value, clamped to the sketch's range.
double QuantileSketch::position(double value) {
  const double clamped = std::clamp(value, kLowest, kHighest);
  const double p = (std::log2(clamped) + kOctavesBelowOne) * kBucketsPerOctave;
  return std::clamp(p, 0.0, static_cast<double>(kBuckets) - 1e-9);
}

void QuantileSketch::add(double value, double weight) {
  counts_[static_cast<std::size_t>(position(value))] += static_cast<float>(weight);
  weight_ += weight;
  if (weight_ > horizon_) {
    for (auto& count : counts_) count *= 0.5F;
    weight_ *= 0.5;
  }
}

double QuantileSketch::quantile(double q) const {
  if (weight_ <= 0.0) return 0.0;
  const double wanted = std::clamp(q, 0.0, 1.0) * weight_;
  double seen = 0.0;
  std::size_t last_filled = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    if (counts_[i] <= 0.0F) continue;
    last_filled = i;
    seen += static_cast<double>(counts_[i]);
    if (seen >= wanted) break;
  }
  return std::exp2((static_cast<double>(last_filled) + 1.0) / kBucketsPerOctave - kOctavesBelowOne);
}

double QuantileSketch::probability_at_most(double value) const {
  if (weight_ <= 0.0) return 0.0;
  const double p = position(value);
  const auto bucket = static_cast<std::size_t>(p);
  double below = 0.0;
  for (std::size_t i = 0; i < bucket; ++i) below += static_cast<double>(counts_[i]);
  below += static_cast<double>(counts_[bucket]) * (p - static_cast<double>(bucket));
  return std::min(1.0, below / weight_);
}

}  // namespace signalbox
