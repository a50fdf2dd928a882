// SPDX-License-Identifier: Apache-2.0
//
// How sure a mean over a few seeds is. The percentile bootstrap asks nothing of the distribution:
// draw the seeds again with replacement, many times, and see where the middle 95 % of the means
// lie. Ratios of sums are resampled as pairs, so what two series share - the same arrivals, the
// same faults - cancels instead of widening the interval.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace signalbox::sim {

struct Interval {
  double low = 0.0;
  double high = 0.0;
  bool operator==(const Interval&) const = default;
};

struct BootstrapOptions {
  int resamples = 10'000;
  double level = 0.95;
  std::uint64_t seed = 1;  // equal seeds and values give equal intervals
};

// Of the mean of `values`; nullopt when there are fewer than two.
std::optional<Interval> bootstrap_mean(std::span<const double> values,
                                       const BootstrapOptions& options = {});

// Of sum(numerator) / sum(denominator), drawn in pairs; nullopt when there are fewer than two.
// REQUIRES: equal sizes, denominators > 0.
std::optional<Interval> bootstrap_ratio(std::span<const double> numerator,
                                        std::span<const double> denominator,
                                        const BootstrapOptions& options = {});

}  // namespace signalbox::sim
