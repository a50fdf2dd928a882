// SPDX-License-Identifier: Apache-2.0
//
// For tests: a small fleet in the paper's likeness - one service, five units, one of them out of
// capacity - with a view and a digest of one moment.
#pragma once

#include <memory>

#include "core/model/digest.h"
#include "core/model/fleet_view.h"

namespace signalbox::observe {

inline constexpr TimePoint kSampleNow{100s};

inline std::shared_ptr<core::FleetSpec> sample_spec() {
  auto spec = std::make_shared<core::FleetSpec>();
  struct Row {
    const char* name;
    double price, plateau;
  };
  constexpr Row kRows[] = {{"sd21-inf2-neuron", 0.7582, 2.05},
                           {"sd21-trn1-neuron", 1.3438, 2.3},
                           {"sd21-g5-triton", 1.006, 5.0 / 3.0},
                           {"sd21-g6-triton", 0.8048, 65.0 / 60.0},
                           {"sd21-g5-cuda", 1.006, 71.0 / 60.0}};
  core::ServiceSpec service;
  service.name = "genimage";
  service.paths = {"/genimage"};
  for (const auto& row : kRows) {
    service.units.emplace_back(static_cast<std::uint32_t>(spec->units.size()));
    core::UnitSpec unit;
    unit.name = row.name;
    unit.model = "sd21";
    unit.price_usd_per_hour = row.price;
    unit.profile = core::Profile::single_server(row.plateau, 0.1);
    unit.managed = true;
    unit.max_replicas = 40;
    spec->units.push_back(unit);
  }
  spec->services.push_back(service);
  return spec;
}

// Two endpoints per unit, ids 1..10, at 10.0.<unit>.<1|2>:8000; the last one is still booting.
inline core::FleetView sample_view() {
  core::FleetView view;
  view.version = 42;
  view.at = kSampleNow;
  view.spec = sample_spec();
  for (std::uint32_t u = 0; u < view.spec->units.size(); ++u) {
    const auto& spec = view.spec->units[u];
    core::UnitView unit;
    unit.price_usd_per_hour = spec.price_usd_per_hour;
    unit.cost_usd_per_request = spec.price_usd_per_hour / (3600.0 * spec.plateau_per_s());
    unit.ready = u == 4 ? 1 : 2;
    unit.booting = u == 4 ? 1 : 0;
    unit.limit = u == 0 ? 2 : 40;
    unit.launchable = u != 0;
    unit.price = {spec.price_usd_per_hour, u == 1 ? 0.35 : 1.0, u == 1 ? Duration(41s) : Duration{},
                  u == 1 ? "cloud" : ""};
    unit.slowdown = u == 2 ? 2.1 : 1.0;
    unit.drift = u == 2 ? "2.1 times slower than its profile, as 48 requests show" : "";
    unit.note = u == 0 ? "launches refused, probing in 3 s" : "";
    view.units.push_back(unit);
    for (std::uint32_t e = 1; e <= 2; ++e) {
      core::EndpointView endpoint;
      endpoint.id = EndpointId(2 * u + e);
      endpoint.unit = UnitId(u);
      const bool booting = endpoint.id == EndpointId(10);
      endpoint.state = booting ? core::EndpointState::kBooting : core::EndpointState::kReady;
      if (!booting) {
        endpoint.address = {"10.0." + std::to_string(u) + "." + std::to_string(e), 8000};
      }
      endpoint.since = TimePoint{40s};
      view.endpoints.push_back(endpoint);
    }
  }
  view.sources = {{"cloud", core::SourceStanding::kTrusted, kSampleNow - 41s, 812, 3,
                   "250 stands out of what the source said lately (1.34); it is believed once 3 in "
                   "a row agree"},
                  {"mirror", core::SourceStanding::kQuarantined, kSampleNow - 2s, 40, 377,
                   "price of sd21-trn1-neuron: the price -1 USD/hour is negative"},
                  {"vllm", core::SourceStanding::kSilent, TimePoint::min(), 0, 0, ""}};
  core::ServicePlan plan;
  plan.mode = core::Mode::kCapacityOptimized;
  plan.mode_since = TimePoint{88s};
  plan.demand_per_s = 12.5;
  plan.required_per_s = 14.25;
  plan.planned_per_s = 13.0;
  plan.shortfall_per_s = 1.25;
  plan.cost_usd_per_hour = 9.8376;
  plan.lower_bound_usd_per_hour = 9.5;
  for (std::uint32_t u = 0; u < 5; ++u) plan.targets.push_back({UnitId(u), 2});
  plan.reason = "sd21-inf2-neuron is limited to 2 replicas; the others cover the rest";
  view.services.push_back(plan);
  view.cost_usd_per_hour = 9.8376;
  view.spent_usd = 0.2718;
  return view;
}

inline core::RouterReport sample_digest() {
  core::RouterReport digest;
  digest.at = kSampleNow;
  digest.view_version = 42;
  core::ServiceDigest service;
  service.arrivals = 1000;
  service.completed = 980;
  service.failed = 1;
  service.rejected = 2;
  service.abandoned = 3;
  service.missed = 9;
  service.redecided = 4;
  service.over_budget = 6;
  service.held = 5;
  service.longest_hold = 834ms;
  digest.services.push_back(service);
  for (std::uint32_t u = 0; u < 5; ++u) {
    core::ServiceUnitDigest pair;
    pair.service = ServiceId(0);
    pair.unit = UnitId(u);
    pair.forwarded = 100 * (5 - u);
    for (std::uint32_t i = 0; i < 10; ++i) pair.latency.add(400ms + 200ms * i);
    digest.service_units.push_back(pair);
    core::UnitDigest unit;
    unit.in_flight = 2;
    unit.completed = pair.forwarded - 3;
    unit.failed = 1;
    unit.slowdown = 1.0 + 0.05 * u;
    unit.confidence = 0.9;
    digest.units.push_back(unit);
  }
  core::EndpointDigest endpoint;
  endpoint.endpoint = EndpointId(1);
  endpoint.unit = UnitId(0);
  endpoint.in_flight = 1;
  endpoint.forwarded = 250;
  endpoint.failed = 1;
  endpoint.ejected = true;
  digest.endpoints.push_back(endpoint);
  digest.endpoint_latency.emplace_back().add(490ms);
  digest.tenants.push_back({.name = "acme",
                            .in_flight = 4,
                            .spent_usd = 1.25,
                            .over_rate = 3,
                            .over_in_flight = 2,
                            .over_cost = 1});
  return digest;
}

inline core::Plan sample_mode_change() {
  core::Plan plan;
  plan.mode_changes.push_back({ServiceId(0), core::Mode::kCostOptimized,
                               core::Mode::kCapacityOptimized, TimePoint{88s},
                               TimePoint{88s - 12ms}, "a launch of sd21-inf2-neuron was refused"});
  return plan;
}

}  // namespace signalbox::observe
