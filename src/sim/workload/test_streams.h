// SPDX-License-Identifier: Apache-2.0
//
// What tests of streams count: arrivals gathered, their number in windows, and how those numbers
// scatter and hang together.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "sim/workload/arrivals.h"

namespace signalbox::sim {

inline std::vector<Arrival> all_of(ArrivalStream& stream) {
  std::vector<Arrival> arrivals;
  while (const auto arrival = stream.next()) arrivals.push_back(*arrival);
  return arrivals;
}
inline std::vector<Arrival> all_of(ArrivalStream&& stream) { return all_of(stream); }

inline bool in_order(const std::vector<Arrival>& arrivals) {
  for (std::size_t i = 1; i < arrivals.size(); ++i) {
    if (arrivals[i].at < arrivals[i - 1].at) return false;
  }
  return true;
}

// Equal in every field, byte for byte.
inline bool same(const std::vector<Arrival>& a, const std::vector<Arrival>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].at != b[i].at || a[i].factor != b[i].factor || a[i].declared != b[i].declared ||
        a[i].prompt_tokens != b[i].prompt_tokens || a[i].output_tokens != b[i].output_tokens) {
      return false;
    }
  }
  return true;
}

inline double count_between(const std::vector<Arrival>& arrivals, TimePoint from, TimePoint to) {
  double count = 0.0;
  for (const auto& a : arrivals) count += a.at >= from && a.at < to ? 1.0 : 0.0;
  return count;
}

// Arrivals per window of [0, length).
inline std::vector<double> counts(const std::vector<Arrival>& arrivals, Duration window,
                                  Duration length) {
  std::vector<double> result(static_cast<std::size_t>(length / window));
  for (const auto& a : arrivals) {
    const auto index = static_cast<std::size_t>(a.at.time_since_epoch() / window);
    if (index < result.size()) result[index] += 1.0;
  }
  return result;
}

inline double mean_of(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

inline double variance_of(const std::vector<double>& values) {
  const double mean = mean_of(values);
  double sum = 0.0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return sum / static_cast<double>(values.size() - 1);
}

// Variance over mean: 1 for Poisson counts.
inline double dispersion(const std::vector<double>& values) {
  return variance_of(values) / mean_of(values);
}

// Correlation of each value with the one `lag` later.
inline double autocorrelation(const std::vector<double>& values, std::size_t lag) {
  const double mean = mean_of(values);
  double sum = 0.0;
  for (std::size_t i = 0; i + lag < values.size(); ++i) {
    sum += (values[i] - mean) * (values[i + lag] - mean);
  }
  return sum / static_cast<double>(values.size() - lag) / variance_of(values);
}

inline std::vector<double> gaps_s(const std::vector<Arrival>& arrivals) {
  std::vector<double> gaps;
  for (std::size_t i = 1; i < arrivals.size(); ++i) {
    gaps.push_back(to_seconds(arrivals[i].at - arrivals[i - 1].at));
  }
  return gaps;
}

}  // namespace signalbox::sim
