// SPDX-License-Identifier: Apache-2.0
//
// The cosine curve, its integral and its pieces; see rates.h.
#include "sim/workload/rates.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace signalbox::sim {

namespace {

constexpr double kTurn = 2.0 * std::numbers::pi;

// Even, so that trough and crest are borders and the curve is monotone within a piece. At 256 the
// upper bound lies 0.8 % above the curve on average.
constexpr int kPieces = 256;

double cosine_wave(double peak_per_s, double turns) {
  return peak_per_s * (1.0 - std::cos(kTurn * turns)) / 2.0;
}

}  // namespace

double CosineRate::rate_per_s(Duration since_start) const {
  return cosine_wave(peak_per_s, to_seconds(since_start) / to_seconds(period));
}

double CosineRate::expected_count(Duration from, Duration to) const {
  const double period_s = to_seconds(period);
  const auto integral = [&](double t) {
    return t - period_s / kTurn * std::sin(kTurn * t / period_s);
  };
  return peak_per_s / 2.0 * (integral(to_seconds(to)) - integral(to_seconds(from)));
}

RatePiece CosineRate::piece_at(Duration since_start) const {
  const std::int64_t cycle = since_start / period;
  const std::int64_t piece = (since_start % period).count() * kPieces / period.count();
  const std::int64_t end = (period.count() * (piece + 1) + kPieces - 1) / kPieces;
  const double at_begin = cosine_wave(peak_per_s, static_cast<double>(piece) / kPieces);
  const double at_end = cosine_wave(peak_per_s, static_cast<double>(piece + 1) / kPieces);
  return {cycle * period + Duration{end}, std::min(at_begin, at_end), std::max(at_begin, at_end)};
}

}  // namespace signalbox::sim
