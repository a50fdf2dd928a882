// SPDX-License-Identifier: Apache-2.0
//
// Everything the operator said, as values: the services, the units and how the control loop may
// act. A FleetSpec is immutable once built; a reload builds another.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "core/model/data_policy.h"
#include "core/model/service.h"
#include "core/model/source.h"
#include "core/model/tenancy.h"
#include "core/model/unit.h"

namespace signalbox::core {

// Bounds between decide and actuate that no policy passes around.
struct GuardrailSpec {
  int max_launches_per_tick = 50;    // per unit
  int max_drains_per_tick = 10;      // per unit
  double budget_usd_per_hour = 0.0;  // ceiling on the fleet's cost rate; 0 = none
  bool freeze = false;               // decide and show, change no replica
};

struct ControlSpec {
  Duration tick = 1s;         // estimates and modes are updated this often
  Duration replan = 10s;      // and a plan is made at least this often
  Duration dwell = 300s;      // the cost tier must have recovered this long before returning
  Duration ramp = 60s;        // over which traffic moves back
  Duration bench_time = 60s;  // first pause after a refused launch; doubles up to max_bench_time
  Duration max_bench_time = 600s;
  Duration billing_minimum = 60s;  // a replica is billed per second, at least this long
  GuardrailSpec guardrails;
};

struct FleetSpec {
  std::vector<ServiceSpec> services;  // indexed by ServiceId
  std::vector<UnitSpec> units;        // indexed by UnitId
  ControlSpec control;
  DataPolicy data;
  Tenancy tenancy;
  std::vector<SourceSpec> sources;  // names are unique

  const ServiceSpec& service(ServiceId id) const { return services.at(id.index()); }
  const UnitSpec& unit(UnitId id) const { return units.at(id.index()); }
  std::optional<UnitId> find_unit(std::string_view name) const;
  std::optional<ServiceId> find_service(std::string_view name) const;
};

}  // namespace signalbox::core
