// SPDX-License-Identifier: Apache-2.0
//
// What the Controller decides each tick: mode and target replicas per service and unit, the lower
// bound on what any plan could cost, the reasons in words, what the guardrails cut, and the
// commands that follow. Decide, then command, then execute: the commands are the only part with
// effects.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "core/model/service.h"

namespace signalbox::core {

struct UnitTarget {
  UnitId unit;
  int replicas = 0;  // wanted for this service
};

struct ServicePlan {
  ServiceId service;
  Mode mode = Mode::kCostOptimized;
  TimePoint mode_since{};
  double cost_ramp = 1.0;          // share of requests routed by cost, 0..1; rises after a return
  double demand_per_s = 0.0;       // upper estimate over the boot horizon
  double required_per_s = 0.0;     // plateau capacity that meets the objective at that demand
  double planned_per_s = 0.0;      // plateau capacity of the targets
  double shortfall_per_s = 0.0;    // required - planned when limits bind, else 0
  double cost_usd_per_hour = 0.0;  // of the targets
  double lower_bound_usd_per_hour = 0.0;  // no plan of this capacity, same limits, could cost less
  std::vector<UnitTarget> targets;        // parallel to the service's units
  std::string reason;                     // why this plan, in words
};

struct ModeChange {
  ServiceId service;
  Mode from = Mode::kCostOptimized;
  Mode to = Mode::kCostOptimized;
  TimePoint at{};
  TimePoint evidence_at{};  // when the evidence was observed
  std::string evidence;     // in words, always named
};

// A replica was to be started or stopped and a guardrail said no.
struct GuardrailCut {
  UnitId unit;
  std::string rule;  // "max_launches_per_tick", "budget", "freeze", ...
  int wanted = 0;
  int allowed = 0;
};

struct LaunchEndpoint {
  EndpointId endpoint;  // the id under which the actuator reports on it
  UnitId unit;
};
struct StopEndpoint {
  EndpointId endpoint;
  UnitId unit;
};
using Command = std::variant<LaunchEndpoint, StopEndpoint>;

struct Plan {
  std::uint64_t version = 0;
  TimePoint at{};
  std::vector<ServicePlan> services;  // indexed by ServiceId
  std::vector<int> unit_targets;      // after guardrails, indexed by UnitId
  std::vector<ModeChange> mode_changes;
  std::vector<GuardrailCut> cuts;
  std::vector<Command> commands;
  std::vector<std::string> notices;  // of this tick: what an operator should read once
};

}  // namespace signalbox::core
