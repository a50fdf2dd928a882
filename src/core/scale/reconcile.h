// SPDX-License-Identifier: Apache-2.0
//
// From what is wanted to what must be done. Growing: stop draining what still can serve, then
// launch. Shrinking: give up what has not booted, then drain ready replicas - but only as many as
// the remaining ready capacity can spare (make before break). A replica that its provider takes
// back is drained in time for what it serves to end. A drained replica is stopped when the Router
// has seen it drain and nothing is in flight there.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/model/fleet_spec.h"
#include "core/model/plan.h"
#include "core/scale/fleet_state.h"

namespace signalbox::core {

struct ReconcileInput {
  const FleetSpec* spec;
  std::span<const int> targets;            // allowed replicas, indexed by UnitId
  std::span<const double> required_per_s;  // capacity each service must keep ready, by ServiceId
  std::uint64_t next_view_version;         // the view that will show what is decided here
  std::uint64_t seen_view_version;         // the newest view the Router has reported under
  TimePoint now;
};

// Marks the fleet's records and appends the commands to execute.
void reconcile(const ReconcileInput& input, FleetState& fleet, std::vector<Command>& commands);

}  // namespace signalbox::core
