// SPDX-License-Identifier: Apache-2.0
//
// Theory where there is one, a long walk through drawn arrivals elsewhere; see unit_model.h.
#include "profiler/unit_model.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/assert.h"

namespace signalbox::profiler {

namespace {

constexpr int kArrivals = 30'000;  // of a simulated rate; the first tenth is not counted
constexpr int kUncounted = kArrivals / 10;
constexpr std::uint64_t kLuck = 0x5167a1b0;
constexpr int kHalvings = 14;

double tokens_after_first(int output_tokens) { return std::max(output_tokens - 1, 1); }

}  // namespace

bool in_time(double latency_s, double first_token_s, int output_tokens,
             const core::Objective& objective) {
  if (latency_s > to_seconds(objective.latency)) return false;
  if (objective.first_token > Duration::zero() &&
      first_token_s > to_seconds(objective.first_token)) {
    return false;
  }
  return objective.per_token <= Duration::zero() ||
         (latency_s - first_token_s) / tokens_after_first(output_tokens) <=
             to_seconds(objective.per_token);
}

// E[max of k] = sum over the sorted sizes of size * (F_i^k - F_(i-1)^k).
double mean_largest(const std::vector<double>& sizes, int k) {
  if (sizes.empty()) return 1.0;
  auto sorted = sizes;
  std::sort(sorted.begin(), sorted.end());
  const auto n = static_cast<double>(sorted.size());
  double mean = 0.0, before = 0.0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const double upto = std::pow(static_cast<double>(i + 1) / n, k);
    mean += sorted[i] * (upto - before);
    before = upto;
  }
  return mean;
}

UnitModel UnitModel::single(std::vector<double> service_s, double overhead_s) {
  UnitModel model;
  model.single_.emplace(std::move(service_s), overhead_s);
  model.server_.time_s = {model.single_->mean_service_s()};
  model.server_.overhead_s = overhead_s;
  return model;
}

UnitModel UnitModel::shared(core::ServerModel server, std::vector<double> sizes,
                            core::Arrival like) {
  SIGNALBOX_ASSERT(!server.time_s.empty());
  UnitModel model;
  model.server_ = std::move(server);
  model.sizes_ = std::move(sizes);
  model.like_ = like;
  return model;
}

UnitModel UnitModel::scaled(double factor) const {
  UnitModel model = *this;
  if (single_) model.single_ = single_->scaled(factor);
  for (double& time : model.server_.time_s) time *= factor;
  model.server_.first_token_s *= factor;
  model.server_.per_prompt_s *= factor;
  return model;
}

double UnitModel::plateau_per_s() const {
  if (single_) return single_->plateau_per_s();
  const double reading = server_.first_token_s + server_.per_prompt_s * like_.prompt_tokens;
  const double writing = like_.output_tokens - 1.0;
  double best = 0.0;
  for (int n = 1; n <= server_.slots(); ++n) {
    const double time = server_.time_s[static_cast<std::size_t>(n - 1)];
    double each = time / n;
    if (server_.grouping == core::Grouping::kBatches) {
      each *= mean_largest(sizes_, n);
    } else if (server_.grouping == core::Grouping::kPromptsFirst) {
      each = reading + writing * time / n;
    } else if (server_.in_tokens) {
      each *= reading / server_.time_s.front() + writing;
    }
    best = std::max(best, 1.0 / each);
  }
  return best;
}

std::vector<core::ServedTimes> UnitModel::simulate(double rate_per_s) const {
  const auto arrivals = core::poisson_arrivals(rate_per_s, kArrivals, like_, sizes_, kLuck);
  auto served = core::serve(server_, arrivals);
  served.erase(served.begin(), served.begin() + kUncounted);
  return served;
}

ExpectedTimes UnitModel::expected(double rate_per_s, double quantile) const {
  if (single_) {
    return {single_->mean_s(rate_per_s), single_->quantile_s(rate_per_s, quantile)};
  }
  const auto served = simulate(rate_per_s);
  std::vector<double> times;
  times.reserve(served.size());
  for (const auto& each : served) times.push_back(each.done_s);
  const double mean =
      std::accumulate(times.begin(), times.end(), 0.0) / static_cast<double>(times.size());
  const auto at =
      times.begin() + static_cast<std::ptrdiff_t>(quantile * static_cast<double>(times.size() - 1));
  std::nth_element(times.begin(), at, times.end());
  return {mean, *at};
}

double UnitModel::share_in_time(double rate_per_s, const core::Objective& objective) const {
  if (single_) return single_->share_within(rate_per_s, to_seconds(objective.latency));
  const auto served = simulate(rate_per_s);
  const auto good = std::count_if(served.begin(), served.end(), [&](const auto& each) {
    return in_time(each.done_s, each.first_token_s, like_.output_tokens, objective);
  });
  return static_cast<double>(good) / static_cast<double>(served.size());
}

double UnitModel::breaking_rate(const core::Objective& objective) const {
  if (single_) {
    return single_->breaking_rate(to_seconds(objective.latency), objective.quantile);
  }
  const double plateau = plateau_per_s();
  if (share_in_time(1e-3 * plateau, objective) < objective.quantile) return 0.0;
  double low = 1e-3 * plateau, high = plateau;
  for (int i = 0; i < kHalvings && high - low > 1e-3 * high; ++i) {
    const double middle = 0.5 * (low + high);
    (share_in_time(middle, objective) >= objective.quantile ? low : high) = middle;
  }
  return low;
}

std::vector<core::ServedTimes> UnitModel::replay(const std::vector<Record>& by_due) const {
  std::vector<core::Arrival> arrivals;
  arrivals.reserve(by_due.size());
  for (const Record& record : by_due) {
    arrivals.push_back({.at_s = record.due_s,
                        .prompt_tokens = record.prompt_tokens,
                        .output_tokens = std::max(record.output_tokens, 1)});
  }
  core::ServerModel server = server_;
  if (server.grouping == core::Grouping::kBatches) {
    // Sizes of requests are not known, but that the largest of a batch decides is.
    for (int n = 1; n <= server.slots(); ++n) {
      server.time_s[static_cast<std::size_t>(n - 1)] *= mean_largest(sizes_, n);
    }
  }
  return core::serve(server, arrivals);
}

}  // namespace signalbox::profiler
