// SPDX-License-Identifier: Apache-2.0
//
// A published scaling policy as a value-in, value-out rule: what any autoscaler could observe goes
// in, how many replicas of each unit it wants comes out. Bookkeeping of replicas, commands and
// views is not the policy's business and is the same for all (ScaledControl), so that each policy
// is one small file that can be laid beside its publication.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "core/model/fleet_spec.h"
#include "core/model/service.h"
#include "sim/engine/pool.h"
#include "sim/workload/demand_series.h"

namespace signalbox::sim {

// One unit as seen from outside, at the moment of a decision.
struct UnitObservation {
  int ready = 0;                    // takes traffic
  int booting = 0;                  // launched, billed, not serving yet
  double price_usd_per_hour = 0.0;  // of one replica, as quoted now
  double forwarded_per_s = 0.0;     // requests sent there, over the policy's window
  int in_flight = 0;
  std::optional<int> pool_limit;        // what the provider says its pool holds, if it says so
  std::optional<TimePoint> refused_at;  // the latest refused launch

  int present() const { return ready + booting; }
};

struct Observation {
  TimePoint now;
  TimePoint start;  // of the run: where slots and periods are counted from
  const core::FleetSpec* spec = nullptr;
  std::span<const Tier> tiers;             // by unit: on-demand, spot or owned
  std::span<const UnitObservation> units;  // by unit
  // Work per second that came in over the policy's window, in reference requests. Less than a
  // window after the start it is over what there is: nobody is made to see a ramp that was not.
  double arrived_per_s = 0.0;
  int held = 0;                         // requests that wait for a replica
  const DemandSeries* truth = nullptr;  // what really arrives, for oracles; nullptr for others

  const core::ServiceSpec& service() const { return spec->services.front(); }
  const core::UnitSpec& unit_spec(UnitId id) const { return spec->unit(id); }
  const UnitObservation& unit(UnitId id) const { return units[id.index()]; }
  Tier tier(UnitId id) const { return tiers[id.index()]; }
};

// REQUIRES of a decision: `replicas` keeps its length. Limits of the spec are applied afterwards.
struct Wish {
  std::vector<int> replicas;                     // by unit; of unmanaged units it is not read
  core::Mode mode = core::Mode::kCostOptimized;  // for routing policies that switch by it
  std::string evidence;                          // why the mode is what it is, in words
};

class Scaler {
 public:
  virtual ~Scaler() = default;

  // How often it decides.
  virtual Duration period() const = 0;
  // What the rates it is shown are averaged over. At least its period.
  virtual Duration window() const { return period(); }
  // REQUIRES: called once a period, with time not going back. `wish` holds what was wanted last; at
  // first nothing.
  virtual void decide(const Observation& seen, Wish& wish) = 0;
};

}  // namespace signalbox::sim
