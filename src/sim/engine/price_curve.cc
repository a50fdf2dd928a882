// SPDX-License-Identifier: Apache-2.0
//
// Prefix sums over the steps of a price; see price_curve.h.
#include "sim/engine/price_curve.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace signalbox::sim {

namespace {

constexpr double kSecondsPerHour = 3600.0;

double usd(double usd_per_hour, Duration length) {
  return usd_per_hour * to_seconds(length) / kSecondsPerHour;
}

}  // namespace

PriceCurve::PriceCurve(double base_usd_per_hour, StepSeries<double> steps)
    : base_(base_usd_per_hour), steps_(std::move(steps)) {
  double sum = 0.0;
  for (std::size_t i = 0; i < steps_.steps().size(); ++i) {
    if (i > 0) {
      const auto& before = steps_.steps()[i - 1];
      sum += usd(before.value, steps_.steps()[i].from - before.from);
    }
    usd_until_step_.push_back(sum);
  }
}

double PriceCurve::usd_between(TimePoint from, TimePoint to) const {
  SIGNALBOX_ASSERT(from <= to);
  const std::size_t first = steps_until(from);
  const std::size_t last = steps_until(to);
  // Within one step without a difference of sums, which would cost digits.
  if (first == last) return usd(usd_per_hour(from), to - from);
  return usd_until(to, last) - usd_until(from, first);
}

std::size_t PriceCurve::steps_until(TimePoint at) const {
  const auto& steps = steps_.steps();
  const auto after = std::upper_bound(steps.begin(), steps.end(), at,
                                      [](TimePoint when, const auto& s) { return when < s.from; });
  return static_cast<std::size_t>(after - steps.begin());
}

// From the first step to `at`, negative ahead of it.
double PriceCurve::usd_until(TimePoint at, std::size_t steps) const {
  if (steps == 0) return -usd(base_, steps_.steps().front().from - at);
  const auto& step = steps_.steps()[steps - 1];
  return usd_until_step_[steps - 1] + usd(step.value, at - step.from);
}

}  // namespace signalbox::sim
