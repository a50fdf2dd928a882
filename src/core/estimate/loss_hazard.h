// SPDX-License-Identifier: Apache-2.0
//
// How often a pool takes its replicas away: losses per replica and hour, learned from what it took
// and how long replicas ran there, starting from what its tier leads one to expect (the mean of a
// gamma prior). Old experience fades within days, since markets have moods.
#pragma once

#include <cmath>

#include "base/time.h"
#include "core/model/unit.h"

namespace signalbox::core {

class LossHazard {
 public:
  // So many replicas ran for so long.
  void observe_running(int replicas, Duration elapsed) {
    const double hours = to_seconds(elapsed) / 3600.0;
    const double keep = std::exp(-hours / kMemoryHours);
    losses_ *= keep;
    replica_hours_ = keep * replica_hours_ + replicas * hours;
  }
  void observe_loss() { losses_ += 1.0; }

  // Per replica, 1/hour.
  double per_hour(Tier tier) const {
    const bool spot = tier == Tier::kSpot;
    const double prior_hours = spot ? kSpotPriorHours : kPriorHours;
    return (losses_ + kPriorLosses) / (replica_hours_ + prior_hours);
  }

 private:
  static constexpr double kMemoryHours = 48.0;
  // Before anything is known: one loss in twenty hours of a spot replica (the order of SkyPilot's
  // published availability traces), in a thousand of any other.
  static constexpr double kPriorLosses = 0.5;
  static constexpr double kSpotPriorHours = 10.0;
  static constexpr double kPriorHours = 500.0;

  double losses_ = 0.0;
  double replica_hours_ = 0.0;
};

}  // namespace signalbox::core
