// SPDX-License-Identifier: Apache-2.0
//
// The factor, its ramps and their pieces; see flash_crowd.h.
#include "sim/workload/flash_crowd.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/assert.h"

namespace signalbox::sim {

namespace {

constexpr int kCutsOfRamp = 16;
constexpr int kPanels = 64;

}  // namespace

FlashCrowdRate::FlashCrowdRate(AnyRate base, Crowd crowd) : base_(std::move(base)), crowd_(crowd) {
  SIGNALBOX_ASSERT(crowd.from >= Duration::zero() && crowd.ramp_up >= Duration::zero());
  SIGNALBOX_ASSERT(crowd.hold >= Duration::zero() && crowd.ramp_down >= Duration::zero());
  SIGNALBOX_ASSERT(crowd.factor >= 0.0);
}

double FlashCrowdRate::multiplier(Duration t) const {
  const double extra = crowd_.factor - 1.0;
  if (t < crowd_.from || t >= over()) return 1.0;
  if (t < full()) return 1.0 + extra * (to_seconds(t - crowd_.from) / to_seconds(crowd_.ramp_up));
  if (t < wanes()) return crowd_.factor;
  return 1.0 + extra * (to_seconds(over() - t) / to_seconds(crowd_.ramp_down));
}

double FlashCrowdRate::rate_per_s(Duration t) const { return base_.rate_per_s(t) * multiplier(t); }

double FlashCrowdRate::count_on_ramp(Duration from, Duration to) const {
  const Duration panel = (to - from) / kPanels;
  double sum = rate_per_s(from) + base_.rate_per_s(to) * (to == over() ? 1.0 : multiplier(to));
  for (int i = 1; i < kPanels; ++i) sum += (i % 2 == 1 ? 4.0 : 2.0) * rate_per_s(from + i * panel);
  return sum * to_seconds(to - from) / kPanels / 3.0;
}

double FlashCrowdRate::expected_count(Duration from, Duration to) const {
  const std::array borders = {crowd_.from, full(), wanes(), over()};
  double count = base_.expected_count(from, to);
  const auto clip = [&](Duration t) { return std::clamp(t, from, to); };
  const auto replace = [&](Duration begin, Duration end, auto with) {
    if (begin < end) count += with(begin, end) - base_.expected_count(begin, end);
  };
  const auto ramp = [&](Duration a, Duration b) { return count_on_ramp(a, b); };
  replace(clip(borders[0]), clip(borders[1]), ramp);
  replace(clip(borders[1]), clip(borders[2]),
          [&](Duration a, Duration b) { return crowd_.factor * base_.expected_count(a, b); });
  replace(clip(borders[2]), clip(borders[3]), ramp);
  return count;
}

RatePiece FlashCrowdRate::piece_at(Duration t) const {
  RatePiece piece = base_.piece_at(t);
  // The stretch of the factor that t lies in, cut on ramps.
  Duration until = Duration::max();
  double first = 1.0, last = 1.0;
  const auto on_ramp = [&](Duration begin, Duration end, double at_begin, double at_end) {
    const Duration cut = std::max(Duration{1}, (end - begin) / kCutsOfRamp);
    const Duration from = begin + (t - begin) / cut * cut;
    until = std::min(from + cut, end);
    const auto at = [&](Duration x) {
      return at_begin + (at_end - at_begin) * (to_seconds(x - begin) / to_seconds(end - begin));
    };
    first = at(from);
    last = at(until);
  };
  if (t < crowd_.from) {
    until = crowd_.from;
  } else if (t < full()) {
    on_ramp(crowd_.from, full(), 1.0, crowd_.factor);
  } else if (t < wanes()) {
    until = wanes();
    first = last = crowd_.factor;
  } else if (t < over()) {
    on_ramp(wanes(), over(), crowd_.factor, 1.0);
  }
  return {std::min(piece.until, until), piece.low_per_s * std::min(first, last),
          piece.high_per_s * std::max(first, last)};
}

}  // namespace signalbox::sim
