// SPDX-License-Identifier: Apache-2.0
//
// Lags, bins and the search for a period; see season.h.
#include "core/estimate/season.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace signalbox::core {

namespace {

// The search steps over so many bins at a time, then refines; it is made again after so many bins.
constexpr std::size_t kStride = 4;
constexpr std::size_t kSearchEvery = 24;
constexpr std::size_t kLeastPeriod = 24;
// Of the variance of the history: a period must explain all but this.
constexpr double kMostDifference = 0.35;
// On the way to a period the history must have differed from itself by as much as this: what merely
// changes slowly is like itself at every short lag.
constexpr double kLeastHump = 1.0;
// A shorter period that is nearly as good is preferred: two days explain what one day does.
constexpr double kNearlyAsGood = 1.15;
// Bins on either side of a bin that are averaged with it, falling linearly in weight.
constexpr int kSmoothed = 2;

}  // namespace

void Season::observe(double rate_per_s, bool is_surprise) {
  // Dropped in large pieces, so that adding costs nothing on average.
  if (bins_.size() >= kMostBins + kMostBins / 8) {
    bins_.erase(bins_.begin(), bins_.begin() + kMostBins / 8);
    surprises_.erase(surprises_.begin(), surprises_.begin() + kMostBins / 8);
  }
  bins_.push_back(rate_per_s);
  surprises_.push_back(is_surprise ? 1 : 0);
  if (++since_search_ < kSearchEvery) return;
  since_search_ = 0;
  look_for_period();
}

// Mean squared difference of the history from itself `lag` bins before, over its variance: 0 = it
// repeats exactly, about 2 = the lag says nothing.
double Season::difference(std::size_t lag, std::size_t stride) const {
  double squares = 0.0;
  double sum = 0.0;
  double sum_squared = 0.0;
  double count = 0.0;
  for (std::size_t i = lag; i < bins_.size(); i += stride) {
    const double gap = bins_[i] - bins_[i - lag];
    squares += gap * gap;
    sum += bins_[i] + bins_[i - lag];
    sum_squared += bins_[i] * bins_[i] + bins_[i - lag] * bins_[i - lag];
    count += 1.0;
  }
  const double mean = sum / (2.0 * count);
  const double variance = sum_squared / (2.0 * count) - mean * mean;
  return variance > 0.0 ? squares / count / variance : std::numeric_limits<double>::infinity();
}

void Season::look_for_period() {
  period_ = 0.0;
  // Half a cycle beyond the period must have been seen, or a mere trend would look like one.
  const std::size_t longest = bins_.size() * 2 / 3;
  if (longest <= kLeastPeriod) return;
  struct Valley {
    std::size_t lag;
    double difference;
  };
  std::vector<Valley> valleys;
  double before = std::numeric_limits<double>::infinity();
  double here = std::numeric_limits<double>::infinity();
  double least = kMostDifference;
  double hump = 0.0;  // the largest difference of a shorter lag
  for (std::size_t lag = kLeastPeriod; lag <= longest; lag += kStride) {
    const double next = difference(lag, kStride);
    if (here < before && here <= next && here < kMostDifference && hump >= kLeastHump) {
      valleys.push_back({lag - kStride, here});
      least = std::min(least, here);
    }
    if (std::isfinite(here)) hump = std::max(hump, here);
    before = here;
    here = next;
  }
  const auto chosen = std::find_if(valleys.begin(), valleys.end(), [&](const Valley& valley) {
    return valley.difference <= kNearlyAsGood * least + 0.01;
  });
  if (chosen == valleys.end()) return;
  std::size_t best = chosen->lag;
  double best_difference = std::numeric_limits<double>::infinity();
  for (std::size_t lag = chosen->lag - kStride; lag <= chosen->lag + kStride; ++lag) {
    const double found = difference(lag, 1);
    if (found < best_difference) {
      best = lag;
      best_difference = found;
    }
  }
  period_ = static_cast<double>(best);
}

// Around the point `back` bins before the end of the newest bin.
double Season::smoothed(double back) const {
  const double centre = static_cast<double>(bins_.size()) - back - 0.5;  // of bins, from 0
  double sum = 0.0;
  double weights = 0.0;
  for (int offset = -kSmoothed; offset <= kSmoothed + 1; ++offset) {
    const double index = std::floor(centre) + offset;
    if (index < 0.0 || index >= static_cast<double>(bins_.size())) continue;
    const double weight = std::max(0.0, kSmoothed + 1.0 - std::abs(index - centre));
    sum += weight * bins_[static_cast<std::size_t>(index)];
    weights += weight;
  }
  return weights > 0.0 ? sum / weights : 0.0;
}

std::optional<double> Season::at(double bins) const {
  if (period_ <= 0.0) return std::nullopt;
  // The latest cycle counts twice as much as the one before it, and so on.
  double sum = 0.0;
  double weights = 0.0;
  double weight = 1.0;
  for (double back = period_ - bins; back < static_cast<double>(bins_.size()); back += period_) {
    if (back < static_cast<double>(kSmoothed)) continue;
    sum += weight * smoothed(back);
    weights += weight;
    weight /= 2.0;
  }
  if (weights <= 0.0) return std::nullopt;
  return sum / weights;
}

std::optional<double> Season::highest_surprise(double from, double to) const {
  std::optional<double> most;
  for (double back = std::ceil(to); back < from; back += 1.0) {
    if (back + 1.0 > static_cast<double>(bins_.size())) break;
    const std::size_t i = bins_.size() - 1 - static_cast<std::size_t>(back);
    if (surprises_[i] != 0) most = std::max(most.value_or(bins_[i]), bins_[i]);
  }
  return most;
}

double Season::scale_of(std::size_t bins) const {
  double seen = 0.0;
  double expected = 0.0;
  for (std::size_t i = 0; i < std::min(bins, bins_.size()); ++i) {
    const auto before = at(-static_cast<double>(i) - 0.5);
    if (!before) continue;
    expected += *before;
    seen += bins_[bins_.size() - 1 - i];
  }
  if (expected <= 0.0) return 1.0;
  return std::clamp(seen / expected, 1.0 / kMostScale, kMostScale);
}

}  // namespace signalbox::core
