// SPDX-License-Identifier: Apache-2.0
//
// A published scaling policy as a value-in, value-out rule: what any autoscaler could observe goes
// in, how many replicas of each unit it wants comes out. Bookkeeping of replicas, commands and
// views is not the policy's business and is the same for all (ScaledControl), so that each policy
// is one small file that can be laid beside its publication.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/time.h"
#include "core/model/fleet_spec.h"
#include "core/model/service.h"
#include "sim/engine/pool.h"
#include "sim/workload/demand_series.h"

namespace signalbox::sim {

// One unit as seen from outside, at the moment of a decision.
struct UnitObservation {
  int ready = 0;
  int booting = 0;
  int leaving = 0;                  // ready, but with a notice that it will be taken
  double price_usd_per_hour = 0.0;  // as quoted now
  double forwarded_per_s = 0.0;     // over the policy's last period
  int in_flight = 0;
  std::optional<TimePoint> refused_at;  // the latest refused launch
};

struct Observation {
  TimePoint now;
  const core::FleetSpec* spec;
  std::span<const Tier> tiers;             // by unit: on-demand, spot or owned
  std::span<const UnitObservation> units;  // by unit
  double arrived_per_s = 0.0;              // work per second over the policy's last period
  int held = 0;
  const DemandSeries* truth;  // what really arrives, for oracles only; nullptr for everyone else
};

struct Wish {
  std::vector<int> replicas;                     // by unit
  core::Mode mode = core::Mode::kCostOptimized;  // for routing policies that switch by it
};

class Scaler {
 public:
  virtual ~Scaler() = default;

  // How often it decides.
  virtual Duration period() const = 0;
  // REQUIRES: called once a period, with time not going back. `wish` holds what was wanted last.
  virtual void decide(const Observation& seen, Wish& wish) = 0;
};

}  // namespace signalbox::sim
