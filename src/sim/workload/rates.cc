// SPDX-License-Identifier: Apache-2.0
//
// The cosine curve and its integral; see workload.h.
#include "sim/workload/workload.h"

#include <cmath>
#include <numbers>

namespace signalbox::sim {

namespace {

constexpr double kTurn = 2.0 * std::numbers::pi;

}  // namespace

double CosineRate::rate_per_s(Duration since_start) const {
  const double turns = to_seconds(since_start) / to_seconds(period);
  return peak_per_s * (1.0 - std::cos(kTurn * turns)) / 2.0;
}

double CosineRate::expected_count(Duration from, Duration to) const {
  const double period_s = to_seconds(period);
  const auto integral = [&](double t) {
    return t - period_s / kTurn * std::sin(kTurn * t / period_s);
  };
  return peak_per_s / 2.0 * (integral(to_seconds(to)) - integral(to_seconds(from)));
}

}  // namespace signalbox::sim
