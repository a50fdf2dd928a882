// SPDX-License-Identifier: Apache-2.0
//
// Covers, then a descent; see best_mix.h.
#include "core/scale/best_mix.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

namespace signalbox::core {

namespace {

// Outages rarer than this are not planned for option by option.
constexpr double kRareOutage = 1e-3;
constexpr std::size_t kLevels = 16;
constexpr int kMostRounds = 200;
// A rule is not bought off: what breaks it costs so many times the dearest way to keep it.
constexpr double kRule = 100.0;
constexpr double kLeastPrice = 1e-3;

bool outages_matter(const std::vector<MixOption>& options) {
  return std::any_of(options.begin(), options.end(),
                     [](const MixOption& option) { return option.outage_share >= kRareOutage; });
}

// What the worst loss of a group would leave lacking.
double lacking_after_a_loss(const std::vector<MixOption>& options, const std::vector<int>& replicas,
                            double capacity, double wanted_per_s) {
  double most = 0.0;
  for (const MixOption& lost : options) {
    double left = capacity;
    for (std::size_t i = 0; i < options.size(); ++i) {
      if (options[i].loss_group == lost.loss_group) left -= replicas[i] * options[i].capacity_per_s;
    }
    most = std::max(most, wanted_per_s - left);
  }
  return most;
}

double dearest_capacity(const std::vector<MixOption>& options) {
  double dearest = kLeastPrice;
  for (const MixOption& option : options) {
    dearest = std::max(dearest, option.price_usd_per_hour / option.capacity_per_s);
  }
  return dearest;
}

// A mix under way: its value is followed move by move.
class Descent {
 public:
  Descent(const std::vector<MixOption>& options, const MixAim& aim, std::vector<int> replicas)
      : options_(options), aim_(aim), replicas_(std::move(replicas)) {
    value_ = value_of(options_, replicas_, aim_);
  }

  double value() const { return value_; }
  const std::vector<int>& replicas() const { return replicas_; }

  // Takes the best single move or swap until none helps.
  void run() {
    for (int round = 0; round < kMostRounds && improve(); ++round) {
    }
  }

 private:
  struct Move {
    std::size_t more = 0, less = 0;
    int add = 0, take = 0;
  };

  bool allowed(std::size_t i, int change) const {
    const int count = replicas_[i] + change;
    return count >= options_[i].least && count <= options_[i].most;
  }

  void consider(const Move& move, Move& best, double& best_value) {
    replicas_[move.more] += move.add;
    replicas_[move.less] -= move.take;
    const double value = value_of(options_, replicas_, aim_);
    replicas_[move.more] -= move.add;
    replicas_[move.less] += move.take;
    if (value < best_value - 1e-9 * (1.0 + std::abs(best_value))) {
      best_value = value;
      best = move;
    }
  }

  bool improve() {
    Move best;
    double best_value = value_;
    for (std::size_t i = 0; i < options_.size(); ++i) {
      for (const int step : {1, 2, 4, 8, 16}) {
        if (allowed(i, step)) consider({i, i, step, 0}, best, best_value);
        if (allowed(i, -step)) consider({i, i, 0, step}, best, best_value);
      }
      for (std::size_t j = 0; j < options_.size(); ++j) {
        if (j == i || replicas_[j] == options_[j].least) continue;
        for (const int take : {1, replicas_[j] - options_[j].least}) {
          // As much capacity elsewhere, rounded up.
          const int add = static_cast<int>(
              std::ceil(take * options_[j].capacity_per_s / options_[i].capacity_per_s - 1e-9));
          if (allowed(i, add)) consider({i, j, add, take}, best, best_value);
        }
      }
    }
    if (best.add == 0 && best.take == 0) return false;
    replicas_[best.more] += best.add;
    replicas_[best.less] -= best.take;
    value_ = best_value;
    return true;
  }

  const std::vector<MixOption>& options_;
  const MixAim& aim_;
  std::vector<int> replicas_;
  double value_ = 0.0;
};

// The same with the risk of each option in its price, as if nothing else could step in.
std::vector<MixOption> with_risk_in_price(std::vector<MixOption> options, double miss_price) {
  for (MixOption& option : options) {
    option.price_usd_per_hour += option.outage_share * option.capacity_per_s * miss_price;
  }
  return options;
}

}  // namespace

double value_of(const std::vector<MixOption>& options, const std::vector<int>& replicas,
                const MixAim& aim) {
  double usd_per_hour = 0.0;
  double capacity = 0.0;
  for (std::size_t i = 0; i < options.size(); ++i) {
    const int fresh = std::max(0, replicas[i] - options[i].present);
    usd_per_hour += options[i].price_usd_per_hour *
                    (replicas[i] + (aim.switching_share + options[i].doubt) * fresh);
    capacity += replicas[i] * options[i].capacity_per_s;
  }
  if (capacity < aim.least_per_s) return std::numeric_limits<double>::infinity();
  const double misses = aim.misses.at(capacity);
  usd_per_hour += misses;
  for (std::size_t i = 0; i < options.size(); ++i) {
    if (replicas[i] == 0 || options[i].outage_share < kRareOutage) continue;
    const double left = capacity - replicas[i] * options[i].capacity_per_s;
    usd_per_hour += options[i].outage_share * (aim.misses.at(left) - misses);
  }
  if (aim.resilient_per_s > 0.0) {
    usd_per_hour += kRule * dearest_capacity(options) *
                    lacking_after_a_loss(options, replicas, capacity, aim.resilient_per_s);
  }
  return usd_per_hour;
}

Mix best_mix(const std::vector<MixOption>& options, const MixAim& aim) {
  const bool risky = outages_matter(options);
  const auto priced =
      risky ? with_risk_in_price(options, aim.misses.steepest()) : std::vector<MixOption>{};
  Mix best;
  double best_value = std::numeric_limits<double>::infinity();
  const auto offer = [&](const std::vector<MixOption>& by, double level) {
    Mix mix = cheapest_mix(by, std::max(level, aim.least_per_s),
                           {.switching_share = aim.switching_share});
    const double value = value_of(options, mix.replicas, aim);
    if (value < best_value || best.replicas.empty()) {
      best_value = value;
      best = std::move(mix);
    }
  };
  offer(options, 0.0);
  // The curve is given where it bends, so its own points are the capacities to look at.
  const auto& points = aim.misses.points();
  const std::size_t stride = std::max<std::size_t>(1, points.size() / kLevels);
  for (std::size_t i = 0; i < points.size(); i += stride) {
    offer(options, points[i].capacity_per_s);
    if (risky) offer(priced, points[i].capacity_per_s);
  }
  Descent descent(options, aim, best.replicas);
  descent.run();
  return mix_of(options, descent.replicas());
}

}  // namespace signalbox::core
