// SPDX-License-Identifier: Apache-2.0
//
// Which endpoints stand out of their unit: alike machines should answer alike. The statistical rule
// of Envoy's outlier detection, applied to the share of errors and to the mean latency: worse than
// the mean over the endpoints by more than 1.9 standard deviations. Where all are nearly the same a
// hair's breadth is many deviations, so the difference must also matter. Fewer than five endpoints
// are too few to say who is odd (with four, nobody can be 1.9 deviations away).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace signalbox::core {

// What one endpoint has shown lately. Halved with each sweep, so it forgets within a few.
struct EndpointSample {
  double requests = 0.0;
  double errors = 0.0;    // of these
  double slowness = 0.0;  // sum over answers of observed / expected time in service

  void on_answer(double observed_over_expected) {
    requests += 1.0;
    slowness += observed_over_expected;
  }
  void on_error() {
    requests += 1.0;
    errors += 1.0;
  }
  void fade() {
    requests *= 0.5;
    errors *= 0.5;
    slowness *= 0.5;
  }
  double error_share() const { return requests > 0.0 ? errors / requests : 0.0; }
  double mean_slowness() const {
    return requests - errors >= 1.0 ? slowness / (requests - errors) : 0.0;
  }
};

inline constexpr double kOutlierDeviations = 1.9;    // Envoy's success_rate_stdev_factor
inline constexpr std::size_t kOutlierEndpoints = 5;  // and success_rate_minimum_hosts
// Envoy asks for 100 requests in 10 s; whoever takes a second for one would never be judged.
inline constexpr double kOutlierRequests = 20.0;
inline constexpr double kOutlierErrors = 0.05;   // this much above the mean share, at least
inline constexpr double kOutlierSlowness = 1.5;  // this many times the mean, at least

// Positions of those that stand out, the worst first, written into `found`.
void find_outliers(std::span<const EndpointSample> samples, std::vector<std::size_t>& found);

}  // namespace signalbox::core
