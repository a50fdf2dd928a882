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
constexpr double kMostWatts = 1e6;
constexpr double kMostRequests = 1e6;
// Beyond these our own requests must show it.
constexpr double kLeastSlowdownReported = 0.25;
constexpr double kMostSlowdownReported = 4.0;
// Spot markets give nine tenths off at most; what is nearly free is a mistake.
constexpr double kLeastPriceShare = 0.02;

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

std::optional<std::string> implausible_discount(double usd_per_hour, double configured) {
  if (usd_per_hour >= kLeastPriceShare * configured) return std::nullopt;
  return fmt::format("the price {} USD/hour is below {:g} USD/hour, the least a source is believed",
                     usd_per_hour, kLeastPriceShare * configured);
}

std::optional<std::string> implausible_power(double watts) {
  if (!std::isfinite(watts)) return "the power is not a finite number";
  if (watts < 0.0 || watts > kMostWatts) {
    return fmt::format("a replica that draws {:g} W is not believed (0 to {:g} W)", watts,
                       kMostWatts);
  }
  return std::nullopt;
}

std::optional<std::string> implausible_slowdown(double ratio, double mean_s) {
  if (!std::isfinite(ratio) || !std::isfinite(mean_s) || mean_s <= 0.0) {
    return fmt::format("a mean latency of {:g} s is none", mean_s);
  }
  if (ratio < kLeastSlowdownReported || ratio > kMostSlowdownReported) {
    return fmt::format(
        "a mean latency of {:g} s is {:.2g} times what the unit's profile says; from a source {:g} "
        "to {:g} times are believed",
        mean_s, ratio, kLeastSlowdownReported, kMostSlowdownReported);
  }
  return std::nullopt;
}

std::optional<std::string> implausible_load(double requests) {
  if (!std::isfinite(requests)) return "the load is not a finite number";
  if (requests < 0.0 || requests > kMostRequests) {
    return fmt::format("a load of {:g} requests on one server is not believed (0 to {:g})",
                       requests, kMostRequests);
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
