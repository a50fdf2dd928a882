// SPDX-License-Identifier: Apache-2.0
//
// Textbook formulas; see intervals.h.
#include "profiler/intervals.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/assert.h"

namespace signalbox::profiler {

namespace {

constexpr double kNormal = 1.959964;
constexpr std::size_t kBatches = 10;

double plain_mean(const double* begin, std::size_t count) {
  return std::accumulate(begin, begin + count, 0.0) / static_cast<double>(count);
}

double plain_std_error(const std::vector<double>& values) {
  const double mean = plain_mean(values.data(), values.size());
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  const auto n = static_cast<double>(values.size());
  return std::sqrt(squares / (n - 1.0) / n);
}

}  // namespace

double student_t(int freedom) {
  SIGNALBOX_ASSERT(freedom >= 1);
  constexpr double kFew[] = {12.7062, 4.3027, 3.1824};
  if (freedom <= 3) return kFew[freedom - 1];
  const double z = kNormal, v = freedom;
  return z + (std::pow(z, 3) + z) / (4.0 * v) +
         (5.0 * std::pow(z, 5) + 16.0 * std::pow(z, 3) + 3.0 * z) / (96.0 * v * v) +
         (3.0 * std::pow(z, 7) + 19.0 * std::pow(z, 5) + 17.0 * std::pow(z, 3) - 15.0 * z) /
             (384.0 * v * v * v);
}

double std_error_of_mean(const std::vector<double>& values) {
  if (values.size() < 2) return 0.0;
  const double plain = plain_std_error(values);
  const std::size_t length = values.size() / kBatches;
  if (length < 5) return plain;
  std::vector<double> means;
  for (std::size_t b = 0; b < kBatches; ++b) {
    means.push_back(plain_mean(values.data() + b * length, length));
  }
  return std::max(plain, plain_std_error(means));
}

Bounded mean_of(const std::vector<double>& values) {
  SIGNALBOX_ASSERT(!values.empty());
  const double mean = plain_mean(values.data(), values.size());
  if (values.size() < 2) return {mean, mean, mean};
  const double half = student_t(static_cast<int>(values.size()) - 1) * std_error_of_mean(values);
  return {mean, mean - half, mean + half};
}

Bounded quantile_of(std::vector<double> values, double q) {
  SIGNALBOX_ASSERT(!values.empty() && q > 0.0 && q < 1.0);
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  const auto wanted = static_cast<std::size_t>(std::ceil(q * static_cast<double>(n) - 1e-9));
  const std::size_t at = std::clamp<std::size_t>(wanted, 1, n) - 1;
  // P(B <= k) of the binomial number B of observations below the quantile, k = 0, 1, ...
  const auto trials = static_cast<double>(n);
  std::size_t low = 0, high = n - 1;
  bool has_low = false;
  double below = 0.0;
  for (std::size_t k = 0; k <= n; ++k) {
    const auto successes = static_cast<double>(k);
    below += std::exp(std::lgamma(trials + 1.0) - std::lgamma(successes + 1.0) -
                      std::lgamma(trials - successes + 1.0) + successes * std::log(q) +
                      (trials - successes) * std::log1p(-q));
    if (!has_low && below > 0.025) {
      low = k == 0 ? 0 : k - 1;
      has_low = true;
    }
    if (below >= 0.975) {
      high = std::min(k, n - 1);
      break;
    }
  }
  return {values[at], values[std::min(low, at)], values[std::max(high, at)]};
}

Bounded share_of(int some, int of) {
  SIGNALBOX_ASSERT(of > 0);
  const double n = of, p = some / n, z2 = kNormal * kNormal;
  const double centre = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
  const double half = kNormal / (1.0 + z2 / n) * std::sqrt(p * (1.0 - p) / n + z2 / (4.0 * n * n));
  return {p, std::max(centre - half, 0.0), std::min(centre + half, 1.0)};
}

}  // namespace signalbox::profiler
