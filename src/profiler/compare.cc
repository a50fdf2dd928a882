// SPDX-License-Identifier: Apache-2.0
//
// The figures of each unit, and those that depend on the others; see compare.h.
#include "profiler/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "observe/figures.h"

namespace signalbox::profiler {

namespace {

constexpr double kMinute = 60.0;

Bounded times(const Bounded& figure, double factor) {
  return {figure.value * factor, figure.low * factor, figure.high * factor};
}

// What 1000 requests cost when a replica at this price serves so many in an hour; the dearest where
// it may serve the fewest.
Bounded usd_per_1000(double price_usd_per_hour, const Bounded& rate_per_min) {
  const auto cost = [&](double rate) {
    return rate > 0.0 ? price_usd_per_hour / (rate * kMinute) * 1000.0 : 0.0;
  };
  if (price_usd_per_hour <= 0.0 || rate_per_min.value <= 0.0) return {};
  const double value = cost(rate_per_min.value);
  return {value, rate_per_min.high > 0.0 ? cost(rate_per_min.high) : value,
          rate_per_min.low > 0.0 ? cost(rate_per_min.low) : value};
}

// The mean that the fitted curve gives at a rate, between the two nearest predictions; without a
// curve, what was measured at the nearest load that held.
double mean_latency_at(const UnitProfile& profile, double rate_per_s) {
  const auto& curve = profile.predicted;
  for (std::size_t i = 1; i < curve.size(); ++i) {
    const double from = curve[i - 1].offered_per_s, to = curve[i].offered_per_s;
    if (rate_per_s < from || rate_per_s > to || to <= from) continue;
    const double share = (rate_per_s - from) / (to - from);
    return to_seconds(curve[i - 1].mean) * (1.0 - share) + to_seconds(curve[i].mean) * share;
  }
  const LoadPoint* nearest = nullptr;
  for (const LoadPoint& point : profile.points) {
    if (!point.held) continue;
    if (nearest == nullptr || std::abs(point.offered_per_s - rate_per_s) <
                                  std::abs(nearest->offered_per_s - rate_per_s)) {
      nearest = &point;
    }
  }
  return nearest == nullptr ? profile.unloaded_latency_s.value : to_seconds(nearest->latency.mean);
}

ComparedUnit compared(const UnitProfile& profile) {
  ComparedUnit unit;
  unit.name = profile.name;
  unit.hardware = profile.hardware;
  unit.framework = profile.framework;
  unit.price_usd_per_hour = profile.price_usd_per_hour;
  unit.unloaded_latency_s = profile.unloaded_latency_s;
  unit.plateau_per_min = times(profile.plateau_per_s, kMinute);
  unit.breaking_per_min = times(profile.breaking_per_s, kMinute);
  unit.breaking_by = profile.breaking_by;
  unit.usd_per_1000 = usd_per_1000(profile.price_usd_per_hour, unit.breaking_per_min);
  unit.throughput_per_min = unit.breaking_per_min.value;
  if (unit.throughput_per_min > 0.0) {
    unit.latency_s = mean_latency_at(profile, profile.breaking_per_s.value);
    unit.cost_of_inference = profile.price_usd_per_hour / unit.throughput_per_min;
  }
  return unit;
}

void tell_apart(std::vector<ComparedUnit>& units) {
  std::map<std::string, int> count, seen;
  for (const ComparedUnit& unit : units) ++count[unit.name];
  for (ComparedUnit& unit : units) {
    const std::string name = unit.name;
    if (count[name] > 1) unit.name = fmt::format("{} ({})", name, ++seen[name]);
  }
}

std::vector<std::string> warnings_of(const std::vector<UnitProfile>& profiles) {
  std::vector<std::string> warnings;
  const UnitProfile& first = profiles.front();
  for (const UnitProfile& other : profiles) {
    const core::Objective &a = first.objective, &b = other.objective;
    if (a.latency != b.latency || a.quantile != b.quantile || a.first_token != b.first_token ||
        a.per_token != b.per_token) {
      warnings.push_back(fmt::format(
          "{} was measured for {} within {}, {} for {} within {}: their breaking points are not of "
          "one objective",
          first.name, observe::quantile_text(a.quantile), observe::setting_text(a.latency),
          other.name, observe::quantile_text(b.quantile), observe::setting_text(b.latency)));
    }
    if (first.task != other.task) {
      warnings.push_back(fmt::format("{} was asked for {} and {} for {}: a request is not the same",
                                     first.name, to_string(first.task), other.name,
                                     to_string(other.task)));
    }
    if (other.price_usd_per_hour <= 0.0) {
      warnings.push_back(fmt::format(
          "{} has no price: measure it with --price to see what a request costs", other.name));
    }
  }
  return warnings;
}

}  // namespace

UnitComparison compare_profiles(const std::vector<UnitProfile>& profiles) {
  UnitComparison out;
  if (profiles.empty()) return out;
  for (const UnitProfile& profile : profiles) out.units.push_back(compared(profile));
  tell_apart(out.units);
  double sum = 0.0;
  int holding = 0;
  for (const ComparedUnit& unit : out.units) {
    if (unit.throughput_per_min <= 0.0) continue;
    sum += unit.throughput_per_min;
    ++holding;
  }
  if (holding > 0) out.mean_throughput_per_min = sum / holding;
  for (ComparedUnit& unit : out.units) {
    unit.adjusted_throughput_per_min =
        std::min(out.mean_throughput_per_min, unit.throughput_per_min);
  }
  std::stable_sort(out.units.begin(), out.units.end(),
                   [](const ComparedUnit& a, const ComparedUnit& b) {
                     const bool known_a = a.usd_per_1000.value > 0.0;
                     const bool known_b = b.usd_per_1000.value > 0.0;
                     if (known_a != known_b) return known_a;
                     return a.usd_per_1000.value < b.usd_per_1000.value;
                   });
  out.warnings = warnings_of(profiles);
  return out;
}

}  // namespace signalbox::profiler
