// SPDX-License-Identifier: Apache-2.0
//
// How many replicas of which unit one service wants: the mix of least price + switching + expected
// misses, for demand as it may be from now until a launch helps, under the limits of the moment.
// Misses have one price all day, set so that the objective's share of them is what the usual demand
// would rationally be served with: a replica is bought where it spares misses cheaply and let go
// where it hardly spares any. Beside it the *nominal* mix, under the operator's limits only: the
// units in it are the cost tier, and where the moment forbids what the nominal mix wants, cost mode
// has lost its footing.
#pragma once

#include <span>
#include <vector>

#include "base/time.h"
#include "core/estimate/demand.h"
#include "core/estimate/forecast.h"
#include "core/model/fleet_spec.h"
#include "core/model/plan.h"
#include "core/scale/fleet_state.h"
#include "core/scale/miss_curve.h"

namespace signalbox::core {

// A new replica must be this much cheaper than a present one to replace it, and must spare misses
// worth this much more than its price: a boot is paid for before it serves.
inline constexpr double kSwitchingShare = 0.3;

struct ServiceWish {
  // All rates count work in typical requests.
  double demand_per_s = 0.0;    // the largest expected while a launch takes
  double required_per_s = 0.0;  // capacity that meets the objective at that demand
  double planned_per_s = 0.0;
  double shortfall_per_s = 0.0;  // of what is required, beyond what the limits allow
  double cost_usd_per_hour = 0.0;
  double lower_bound_usd_per_hour = 0.0;
  MissCurve misses;          // what too little capacity is reckoned to cost
  std::vector<int> targets;  // parallel to the service's units
  std::vector<int> nominal;  // the same without the limits of the moment
  // Beyond the targets, what a present replica is kept for: demand may well need it again before
  // another could be launched. Parallel to the service's units.
  std::vector<int> worth_keeping;
  // What it rests on, per unit of the service: when these move, the plan may no longer stand.
  std::vector<int> limits;  // of the moment, less what earlier services claim
  std::vector<double> prices_usd_per_hour;
};

struct PlanInput {
  const FleetSpec* spec;
  const FleetState* fleet;
  const DemandEstimate* demand;  // the rate of the moment
  const Forecast* forecast;      // the rate to come
  ServiceId service;
  Mode mode;
  int held;                    // requests waiting now
  std::span<const int> taken;  // replicas earlier services already claim, indexed by UnitId
  TimePoint now;
  double work_per_request = 1.0;   // of those that wait, on average
  double miss_price_factor = 1.0;  // see ErrorBudget
};

// Makes a plan: the mixes are searched for, so this is for when there is reason to.
ServiceWish plan_service(const PlanInput& input);

// Whether `wish`, planned earlier for the same service in the same mode, still rests on what it was
// planned by: prices and limits stand, and demand has not surely outgrown what it provides. That
// less would now do is left to the next plan. Cheap enough for every tick.
bool still_stands(const ServiceWish& wish, const PlanInput& input);

// How far ahead a service must look: the time by which three launches in four have helped.
Duration planning_lead(const FleetSpec& spec, const ServiceSpec& service);

// Whether one loss of the kind that a service must outlive would take both: all of a zone, or a
// model, hardware and framework wherever it stands (units that state none of these stand alone).
bool lost_together(const UnitSpec& a, const UnitSpec& b, Resilience kind);

// The longest boot among the units of a service that Signalbox launches; zero when there are none.
Duration boot_horizon(const FleetSpec& spec, const ServiceSpec& service);

}  // namespace signalbox::core
