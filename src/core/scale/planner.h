// SPDX-License-Identifier: Apache-2.0
//
// How many replicas of which unit one service wants: demand over the boot horizon, capacity that
// meets the objective at that demand, and the cheapest mix under the limits of the moment. Beside
// it the *nominal* mix, under the operator's limits only: the units in it are the cost tier, and
// where the moment forbids what the nominal mix wants, cost mode has lost its footing.
#pragma once

#include <span>
#include <vector>

#include "base/time.h"
#include "core/estimate/demand.h"
#include "core/model/fleet_spec.h"
#include "core/model/plan.h"
#include "core/scale/fleet_state.h"

namespace signalbox::core {

struct ServiceWish {
  // All rates count work in typical requests.
  double demand_per_s = 0.0;    // upper estimate over the boot horizon
  double required_per_s = 0.0;  // capacity that meets the objective
  double planned_per_s = 0.0;
  // Uncovered capacity from which one more replica would be worth its price; infinite when the
  // limits allow none.
  double accepted_per_s = 0.0;
  double shortfall_per_s = 0.0;
  double cost_usd_per_hour = 0.0;
  double lower_bound_usd_per_hour = 0.0;
  std::vector<int> targets;  // parallel to the service's units
  std::vector<int> nominal;  // the same without the limits of the moment
  // What it rests on, per unit of the service: when these move, the plan may no longer stand.
  std::vector<int> limits;  // of the moment, less what earlier services claim
  std::vector<double> prices_usd_per_hour;
};

// What demand asks for, before any thought of who could give it.
struct Requirement {
  double demand_per_s = 0.0;
  double required_per_s = 0.0;
};

struct PlanInput {
  const FleetSpec* spec;
  const FleetState* fleet;
  const DemandEstimate* demand;
  ServiceId service;
  Mode mode;
  int held;                    // requests waiting now
  std::span<const int> taken;  // replicas earlier services already claim, indexed by UnitId
  TimePoint now;
  double work_per_request = 1.0;  // of those that wait, on average
};

// Cheap enough for every tick.
Requirement requirement_of(const PlanInput& input);

// Makes a plan: the mixes are searched for, so this is for when there is reason to.
ServiceWish plan_service(const PlanInput& input);

// Whether `wish`, planned earlier for the same service in the same mode, still is what would be
// planned: prices and limits stand, and what it leaves of the requirement uncovered is not worth
// another replica. That less would now do is left to the next plan.
bool still_stands(const ServiceWish& wish, const PlanInput& input);

// The longest boot among the units of a service that Signalbox launches; zero when there are none.
Duration boot_horizon(const FleetSpec& spec, const ServiceSpec& service);

}  // namespace signalbox::core
