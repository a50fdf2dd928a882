// SPDX-License-Identifier: Apache-2.0
//
// How many replicas of which unit one service wants: demand over the boot horizon, capacity that
// meets the objective at that demand, and the cheapest mix under the limits of the moment. Beside
// it the *nominal* mix, under the operator's limits only: the units in it are the cost tier, and
// where the moment forbids what the nominal mix wants, cost mode has lost its footing.
#pragma once

#include <vector>

#include "base/time.h"
#include "core/estimate/demand.h"
#include "core/model/fleet_spec.h"
#include "core/model/plan.h"
#include "core/scale/fleet_state.h"

namespace signalbox::core {

struct ServiceWish {
  double demand_per_s = 0.0;    // upper estimate over the boot horizon
  double required_per_s = 0.0;  // capacity that meets the objective
  double planned_per_s = 0.0;
  double shortfall_per_s = 0.0;
  double cost_usd_per_hour = 0.0;
  double lower_bound_usd_per_hour = 0.0;
  std::vector<int> targets;  // parallel to the service's units
  std::vector<int> nominal;  // the same without the limits of the moment
  std::vector<int> limits;   // the limits of the moment it rests on
};

struct PlanInput {
  const FleetSpec* spec;
  const FleetState* fleet;
  const DemandEstimate* demand;
  ServiceId service;
  Mode mode;
  int held;                // requests waiting now
  std::vector<int> taken;  // replicas earlier services already claim, indexed by UnitId
  TimePoint now;
};

ServiceWish plan_service(const PlanInput& input);

// The longest boot among the units of a service that Signalbox launches; zero when there are none.
Duration boot_horizon(const FleetSpec& spec, const ServiceSpec& service);

}  // namespace signalbox::core
