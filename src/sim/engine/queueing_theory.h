// SPDX-License-Identifier: Apache-2.0
//
// What queueing theory says of a simulated queue, and how sure a simulation can be of it: closed
// forms, the distributions they are tried with, and confidence intervals by batch means. For tests
// only. Service times have mean 1 s throughout, so rates per second are loads.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <ostream>
#include <vector>

#include "base/distributions.h"
#include "base/prng.h"

namespace signalbox::sim::theory {

struct Estimate {
  double mean;
  double half_width;  // of the 99.99 % confidence interval
};

// Batch means: the run is cut into batches so long that their means are as good as independent. So
// wide an interval because a suite of some seventy comparisons shall not fail by chance.
inline Estimate by_batch_means(const std::vector<double>& values) {
  constexpr std::size_t kBatches = 30;
  constexpr double kStudent = 4.5055;  // 99.99 %, two-sided, 29 degrees of freedom
  const std::size_t warm_up = values.size() / 20;
  const std::size_t length = (values.size() - warm_up) / kBatches;
  double sum = 0.0, sum_squared = 0.0;
  for (std::size_t b = 0; b < kBatches; ++b) {
    double batch = 0.0;
    for (std::size_t i = 0; i < length; ++i) batch += values[warm_up + b * length + i];
    batch /= static_cast<double>(length);
    sum += batch;
    sum_squared += batch * batch;
  }
  const double n = kBatches;
  const double mean = sum / n;
  const double variance = std::max(sum_squared - n * mean * mean, 0.0) / (n - 1.0);
  return {mean, kStudent * std::sqrt(variance / n)};
}

// A distribution of service times with mean 1.
struct Service {
  const char* name;
  double cv2;  // squared coefficient of variation
  double (*draw)(Prng&);

  friend void PrintTo(const Service& service, std::ostream* out) { *out << service.name; }
};

inline constexpr double kShort = 0.5, kLong = 5.5, kLongShare = 0.1;

inline constexpr Service kDeterministic{"deterministic", 0.0, [](Prng&) { return 1.0; }};
inline constexpr Service kExponential{"exponential", 1.0,
                                      [](Prng& prng) { return draw_exponential(prng, 1.0); }};
inline constexpr Service kLognormal{
    "lognormal", 1.0, [](Prng& prng) {
      const double variance = std::log(2.0);  // of the logarithm
      return std::exp(std::sqrt(variance) * draw_standard_normal(prng) - variance / 2.0);
    }};
// One in ten takes eleven times as long as the others.
inline constexpr Service kTwoPoint{
    "two_point", 2.25, [](Prng& prng) { return prng.uniform() < kLongShare ? kLong : kShort; }};

// Erlang C: the probability that an arrival of M/M/c waits. REQUIRES: load < c
inline double erlang_c(int c, double load) {
  double blocking = 1.0;  // Erlang B by its recursion, which no factorial overflows
  for (int k = 1; k <= c; ++k) blocking = load * blocking / (k + load * blocking);
  return blocking / (1.0 - load / c * (1.0 - blocking));
}

inline double mm_c_wait(int c, double load) { return erlang_c(c, load) / (c - load); }

// Pollaczek and Khinchine: the mean wait of M/G/1.
inline double mg_1_wait(double load, double cv2) {
  return load * (1.0 + cv2) / (2.0 * (1.0 - load));
}

// Mean time in M/G/1 with processor sharing of a job of this size, whatever the distribution.
inline double processor_sharing_sojourn(double load, double size) { return size / (1.0 - load); }

// The mean of the largest of n exponentials.
inline double harmonic(int n) {
  double sum = 0.0;
  for (int k = 1; k <= n; ++k) sum += 1.0 / k;
  return sum;
}

}  // namespace signalbox::sim::theory
