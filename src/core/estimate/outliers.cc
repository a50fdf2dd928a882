// SPDX-License-Identifier: Apache-2.0
//
// Mean and population deviation over those with enough requests; see outliers.h.
#include "core/estimate/outliers.h"

#include <algorithm>
#include <cmath>

namespace signalbox::core {

namespace {

bool is_judged(const EndpointSample& sample) { return sample.requests >= kOutlierRequests; }

struct Spread {
  double mean = 0.0;
  double deviation = 0.0;
  std::size_t count = 0;
};

template <class Value>
Spread spread_of(std::span<const EndpointSample> samples, Value&& value) {
  Spread spread;
  double sum = 0.0, squares = 0.0;
  for (const auto& sample : samples) {
    if (!is_judged(sample)) continue;
    ++spread.count;
    sum += value(sample);
    squares += value(sample) * value(sample);
  }
  if (spread.count == 0) return spread;
  const auto n = static_cast<double>(spread.count);
  spread.mean = sum / n;
  spread.deviation = std::sqrt(std::max(0.0, squares / n - spread.mean * spread.mean));
  return spread;
}

}  // namespace

void find_outliers(std::span<const EndpointSample> samples, std::vector<std::size_t>& found) {
  found.clear();
  const auto errors_of = [](const EndpointSample& sample) { return sample.error_share(); };
  const auto slowness_of = [](const EndpointSample& sample) { return sample.mean_slowness(); };
  const Spread errors = spread_of(samples, errors_of);
  if (errors.count < kOutlierEndpoints) return;
  const Spread slowness = spread_of(samples, slowness_of);
  const auto worst_first = [&](std::size_t a, std::size_t b) {
    const auto badness = [&](const EndpointSample& sample) {
      return slowness_of(sample) * (1.0 + errors_of(sample)) + 100.0 * errors_of(sample);
    };
    return badness(samples[a]) > badness(samples[b]);
  };
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (!is_judged(samples[i])) continue;
    const double share = errors_of(samples[i]);
    const double ratio = slowness_of(samples[i]);
    const bool errs =
        share > errors.mean + std::max(kOutlierDeviations * errors.deviation, kOutlierErrors);
    const bool lags = ratio > slowness.mean + kOutlierDeviations * slowness.deviation &&
                      ratio > kOutlierSlowness * slowness.mean;
    if (errs || lags) found.push_back(i);
  }
  std::stable_sort(found.begin(), found.end(), worst_first);
}

}  // namespace signalbox::core
