// SPDX-License-Identifier: Apache-2.0
//
// SkyServe's SpotHedge (Mao et al., "SkyServe: Serving AI Models across Regions and Clouds with
// Spot Instances", EuroSys 2025; SkyPilot's autoscalers and spot_placer): spot replicas spread over
// zones, a few too many of them, and on-demand ones for as long as the spot ones are not ready.
//
//   N          capacity for demand / utilisation, by the load of the last minute; raised after the
//              load has asked for more for `upscale_delay`, lowered after 1200 s (its default)
//   spot       N + extra, one by one to the zone with the least placed, the cheaper of equals
//   zones      one that preempts or refuses is put aside; when fewer than two are left, all count
//              again
//   on-demand  min(N, N + extra - ready spot), the cheapest first
//
// A zone here is a unit of the spot tier. The publication counts equal replicas; units differ, so
// capacities are added up instead, and `extra` counts replicas of the cheapest spot unit. Machines
// of one's own serve before anything is bought. The very first wish does not wait for the delay.
// Without spot units it is SkyServe's plain autoscaler on demand, spilling to the next unit when
// one is refused, as its failover does.
#pragma once

#include <optional>
#include <vector>

#include "sim/policy/scaler.h"
#include "sim/policy/supply.h"

namespace signalbox::sim {

class SpotHedge final : public Scaler {
 public:
  // REQUIRES: 0 < utilisation, extra >= 0.
  SpotHedge(double utilisation, Duration upscale_delay, int extra)
      : utilisation_(utilisation), upscale_delay_(upscale_delay), extra_(extra) {}

  Duration period() const override { return 20s; }
  Duration window() const override { return 60s; }
  void decide(const Observation& seen, Wish& wish) override;

 private:
  struct Zone {
    UnitId unit;
    bool aside = false;
    std::optional<TimePoint> refused_at = std::nullopt;
    int present = 0;  // at the last decision
  };

  void follow_load(const Observation& seen);
  void judge_zones(const Observation& seen, const Wish& last);
  void place_spot(const Observation& seen, double goal_per_s, Wish& wish);

  double utilisation_;
  Duration upscale_delay_;
  int extra_;
  double target_per_s_ = 0.0;  // N, in plateau capacity
  std::optional<TimePoint> too_little_since_, too_much_since_;
  std::vector<Zone> zones_;
  Availability available_;
};

}  // namespace signalbox::sim
