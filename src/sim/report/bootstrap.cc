// SPDX-License-Identifier: Apache-2.0
//
// The mean is the ratio to a series of ones, so one loop serves both.
#include "sim/report/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "base/assert.h"
#include "base/prng.h"

namespace signalbox::sim {

namespace {

// Between the two neighbours of rank p (n - 1), as most statistics programs have it.
double quantile_of_sorted(const std::vector<double>& sorted, double p) {
  const double rank = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(rank);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (rank - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

std::optional<Interval> bootstrap_ratio(std::span<const double> numerator,
                                        std::span<const double> denominator,
                                        const BootstrapOptions& options) {
  SIGNALBOX_ASSERT(numerator.size() == denominator.size());
  SIGNALBOX_ASSERT(options.resamples > 0 && options.level > 0.0 && options.level < 1.0);
  SIGNALBOX_ASSERT(
      std::all_of(denominator.begin(), denominator.end(), [](double d) { return d > 0.0; }));
  const std::size_t n = numerator.size();
  if (n < 2) return std::nullopt;
  Prng prng(options.seed);
  std::vector<double> ratios(static_cast<std::size_t>(options.resamples));
  for (double& ratio : ratios) {
    double over = 0.0;
    double under = 0.0;
    for (std::size_t draw = 0; draw < n; ++draw) {
      const auto i = static_cast<std::size_t>(prng.below(n));
      over += numerator[i];
      under += denominator[i];
    }
    ratio = over / under;
  }
  std::sort(ratios.begin(), ratios.end());
  const double tail = (1.0 - options.level) / 2.0;
  return Interval{quantile_of_sorted(ratios, tail), quantile_of_sorted(ratios, 1.0 - tail)};
}

std::optional<Interval> bootstrap_mean(std::span<const double> values,
                                       const BootstrapOptions& options) {
  return bootstrap_ratio(values, std::vector<double>(values.size(), 1.0), options);
}

}  // namespace signalbox::sim
