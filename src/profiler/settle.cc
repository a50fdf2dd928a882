// SPDX-License-Identifier: Apache-2.0
//
// MSER on single observations: a batch of five, as in MSER-5, is more than a slow unit serves while
// it warms up.
#include "profiler/settle.h"

#include <algorithm>
#include <cmath>

namespace signalbox::profiler {

namespace {

struct Rest {
  double mean = 0.0;
  double deviation = 0.0;
  double score = 0.0;  // squared standard error of the mean
};

Rest rest_of(const std::vector<double>& times, std::size_t cut) {
  const auto n = static_cast<double>(times.size() - cut);
  Rest rest;
  for (std::size_t i = cut; i < times.size(); ++i) rest.mean += times[i] / n;
  double squares = 0.0;
  for (std::size_t i = cut; i < times.size(); ++i) {
    squares += (times[i] - rest.mean) * (times[i] - rest.mean);
  }
  rest.deviation = std::sqrt(squares / n);
  rest.score = squares / (n * n);
  return rest;
}

}  // namespace

std::optional<std::size_t> settled_after(const std::vector<double>& times, std::size_t rest) {
  if (times.size() < rest + 1) return std::nullopt;
  std::size_t best = 0;
  double least = rest_of(times, 0).score;
  for (std::size_t cut = 1; cut + rest <= times.size(); ++cut) {
    const double score = rest_of(times, cut).score;
    if (score < least) {
      least = score;
      best = cut;
    }
  }
  if (best == 0) return 0;
  const Rest after = rest_of(times, best);
  double before = 0.0;
  for (std::size_t i = 0; i < best; ++i) before += times[i] / static_cast<double>(best);
  const double shift = std::abs(before - after.mean);
  const double usual = std::max(0.05 * after.mean, 3.0 * after.deviation);
  if (shift < usual) return 0;
  // Chance may let the least error lie behind times that are as good as those that follow.
  while (best > 1 && std::abs(times[best - 1] - after.mean) < 4.0 * usual) --best;
  if (2 * best > times.size()) return std::nullopt;
  return best;
}

}  // namespace signalbox::profiler
