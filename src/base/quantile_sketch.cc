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

double QuantileSketch::lower_edge(std::size_t bucket) {
  return std::exp2(static_cast<double>(bucket) / kBucketsPerOctave - kOctavesBelowOne);
}

void QuantileSketch::add(double value, double weight) {
  const auto bucket = static_cast<std::size_t>(position(value));
  counts_[bucket] += static_cast<float>(weight);
  blocks_[bucket / kPerBlock] += weight;
  if (value < lowest_edge_) lowest_edge_ = bucket == 0 ? 0.0 : lower_edge(bucket);
  if (value >= highest_edge_) {
    highest_edge_ =
        bucket + 1 == kBuckets ? std::numeric_limits<double>::infinity() : lower_edge(bucket + 1);
  }
  weight_ += weight;
  if (weight_ > horizon_) fade(0.5);
}

void QuantileSketch::fade(double factor) {
  for (auto& count : counts_) count *= static_cast<float>(factor);
  for (auto& block : blocks_) block *= factor;
  weight_ *= factor;
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
  return lower_edge(last_filled + 1);
}

double QuantileSketch::probability_at_most(double value) const {
  if (weight_ <= 0.0) return 0.0;
  if (value >= highest_edge_) return 1.0;
  if (value < lowest_edge_) return 0.0;
  const double p = position(value);
  const auto bucket = static_cast<std::size_t>(p);
  const std::size_t block = bucket / kPerBlock;
  double below = 0.0;
  for (std::size_t i = 0; i < block; ++i) below += blocks_[i];
  for (std::size_t i = block * kPerBlock; i < bucket; ++i) below += static_cast<double>(counts_[i]);
  below += static_cast<double>(counts_[bucket]) * (p - static_cast<double>(bucket));
  return std::min(1.0, below / weight_);
}

}  // namespace signalbox
