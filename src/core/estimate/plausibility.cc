// SPDX-License-Identifier: Apache-2.0
//
// Range checks; see plausibility.h.
#include "core/estimate/plausibility.h"

#include <fmt/format.h>

#include <cmath>

namespace signalbox::core {

namespace {

constexpr double kLargestPriceRatio = 1000.0;
constexpr double kLargestPriceWithoutReference = 10000.0;
constexpr double kLargestPool = 1e6;

}  // namespace

std::optional<std::string> implausible_price(double usd_per_hour, double configured) {
  if (!std::isfinite(usd_per_hour)) return "the price is not a finite number";
  if (usd_per_hour < 0.0) return fmt::format("the price {} USD/hour is negative", usd_per_hour);
  const double largest =
      configured > 0.0 ? configured * kLargestPriceRatio : kLargestPriceWithoutReference;
  if (usd_per_hour > largest) {
    return fmt::format("the price {} USD/hour is above {} USD/hour, the most that is believed",
                       usd_per_hour, largest);
  }
  return std::nullopt;
}

std::optional<std::string> implausible_capacity(double max_replicas) {
  if (!std::isfinite(max_replicas)) return "the capacity is not a finite number";
  if (max_replicas > kLargestPool) {
    return fmt::format("a pool of {} replicas is above {}, the most that is believed", max_replicas,
                       kLargestPool);
  }
  if (max_replicas != std::floor(max_replicas)) {
    return fmt::format("{} is not a whole number of replicas", max_replicas);
  }
  return std::nullopt;
}

}  // namespace signalbox::core
