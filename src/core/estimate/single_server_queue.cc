// SPDX-License-Identifier: Apache-2.0
//
// Panjer's recursion on a grid fine enough that its error is far below that of any measurement; see
// single_server_queue.h.
#include "core/estimate/single_server_queue.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/assert.h"

namespace signalbox::core {

namespace {

constexpr int kPoints = 400;  // of the grid, from 0 to the time asked for
constexpr int kMostPoints = 2500;
constexpr int kHalvings = 40;

}  // namespace

SingleServerQueue::SingleServerQueue(std::vector<double> service_s, double overhead_s)
    : sorted_(std::move(service_s)), overhead_(overhead_s) {
  SIGNALBOX_ASSERT(!sorted_.empty());
  SIGNALBOX_ASSERT(overhead_ >= 0.0);
  std::sort(sorted_.begin(), sorted_.end());
  SIGNALBOX_ASSERT(sorted_.front() > 0.0);
  double sum = 0.0, squares = 0.0;
  sums_.push_back(0.0);
  for (const double time : sorted_) {
    sum += time;
    squares += time * time;
    sums_.push_back(sum);
  }
  const auto n = static_cast<double>(sorted_.size());
  mean_ = sum / n;
  mean_square_ = squares / n;
}

SingleServerQueue SingleServerQueue::scaled(double factor) const {
  SIGNALBOX_ASSERT(factor > 0.0);
  auto times = sorted_;
  for (double& time : times) time *= factor;
  return SingleServerQueue(std::move(times), overhead_);
}

double SingleServerQueue::mean_s(double rate_per_s) const {
  const double load = rate_per_s * mean_;
  SIGNALBOX_ASSERT(load > 0.0 && load < 1.0);
  return overhead_ + mean_ + rate_per_s * mean_square_ / (2.0 * (1.0 - load));
}

double SingleServerQueue::share_served_within(double seconds) const {
  const auto at = std::upper_bound(sorted_.begin(), sorted_.end(), seconds);
  return static_cast<double>(at - sorted_.begin()) / static_cast<double>(sorted_.size());
}

// Of what is left of the service that an arrival meets: E[min(S, x)] / E[S].
double SingleServerQueue::residual_cdf(double seconds) const {
  if (seconds <= 0.0) return 0.0;
  const auto at = std::upper_bound(sorted_.begin(), sorted_.end(), seconds);
  const auto below = static_cast<std::size_t>(at - sorted_.begin());
  const auto n = static_cast<double>(sorted_.size());
  const double longer = n - static_cast<double>(below);
  return (sums_[below] + longer * seconds) / (n * mean_);
}

// P(wait = k steps), each residual rounded to the nearest step.
std::vector<double> SingleServerQueue::wait_masses(double load, double step, int points) const {
  const auto size = static_cast<std::size_t>(points) + 1;
  std::vector<double> residual(size), wait(size);
  double before = 0.0;
  for (std::size_t k = 0; k < size; ++k) {
    const double upto = residual_cdf((static_cast<double>(k) + 0.5) * step);
    residual[k] = upto - before;
    before = upto;
  }
  const double normal = 1.0 - load * residual[0];
  wait[0] = (1.0 - load) / normal;
  for (std::size_t k = 1; k < size; ++k) {
    double sum = 0.0;
    for (std::size_t j = 1; j <= k; ++j) sum += residual[j] * wait[k - j];
    wait[k] = load * sum / normal;
  }
  return wait;
}

double SingleServerQueue::share_on_grid(double rate_per_s, double seconds, int points) const {
  const double left = seconds - overhead_;
  if (left <= 0.0) return 0.0;
  const double step = left / points;
  const auto wait = wait_masses(rate_per_s * mean_, step, points);
  double share = 0.0;
  for (std::size_t k = 0; k < wait.size(); ++k) {
    share += wait[k] * share_served_within(left - static_cast<double>(k) * step);
  }
  return std::min(share, 1.0);
}

double SingleServerQueue::share_within(double rate_per_s, double seconds) const {
  const double load = rate_per_s * mean_;
  SIGNALBOX_ASSERT(load > 0.0 && load < 1.0);
  // At least so fine that a service is thirty steps, as far as that can be afforded.
  const double steps = 30.0 * std::max(seconds, 0.0) / mean_;
  const int points = static_cast<int>(std::clamp<double>(steps, kPoints, kMostPoints));
  return share_on_grid(rate_per_s, seconds, points);
}

double SingleServerQueue::quantile_s(double rate_per_s, double quantile) const {
  SIGNALBOX_ASSERT(quantile > 0.0 && quantile < 1.0);
  double low = 0.0, high = overhead_ + 2.0 * sorted_.back();
  while (share_within(rate_per_s, high) < quantile) {
    low = high;
    high *= 2.0;
  }
  for (int i = 0; i < 12; ++i) {
    const double middle = 0.5 * (low + high);
    (share_within(rate_per_s, middle) < quantile ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

double SingleServerQueue::breaking_rate(double seconds, double quantile) const {
  SIGNALBOX_ASSERT(quantile > 0.0 && quantile < 1.0);
  if (share_served_within(seconds - overhead_) < quantile) return 0.0;
  double low = 0.0, high = plateau_per_s();
  for (int i = 0; i < kHalvings && high - low > 1e-5 * high; ++i) {
    const double middle = 0.5 * (low + high);
    (share_within(middle, seconds) >= quantile ? low : high) = middle;
  }
  return low;
}

}  // namespace signalbox::core
