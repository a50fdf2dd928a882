// SPDX-License-Identifier: Apache-2.0
//
// The fleets that core's tests speak of: the paper's five units at their Figure 4 plateaus, and
// small ones built by hand. Endpoint ids tell their unit: 201 is the first replica of unit 2.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/model/fleet_view.h"

namespace signalbox::core::testdata {

inline TimePoint at(Duration since_start) { return TimePoint(since_start); }

inline EndpointId endpoint_of(std::uint32_t unit, int number) {
  return EndpointId(std::uint64_t{unit} * 100 + static_cast<std::uint64_t>(number));
}

// A unit whose replicas serve one request at a time; managed up to `max_replicas` when that is
// positive. Boots take 4 to 6 s, so that tests stay short.
inline UnitSpec make_unit(std::string name, double price_usd_per_hour, double plateau_per_minute,
                          int max_replicas = 0) {
  UnitSpec unit;
  unit.name = std::move(name);
  unit.price_usd_per_hour = price_usd_per_hour;
  unit.profile = Profile::single_server(plateau_per_minute / 60.0, 0.05);
  unit.managed = max_replicas > 0;
  unit.max_replicas = max_replicas;
  unit.boot_time_min = 4s;
  unit.boot_time_max = 6s;
  return unit;
}

inline ServiceSpec make_service(std::string name, std::vector<UnitId> units) {
  ServiceSpec service;
  service.name = std::move(name);
  service.paths = {"/genimage"};
  service.units = std::move(units);
  return service;
}

inline constexpr UnitId kInf2{0};
inline constexpr UnitId kTrn1{1};
inline constexpr UnitId kG5Triton{2};
inline constexpr UnitId kG6{3};
inline constexpr UnitId kG5Cuda{4};

// The paper's five units, one service on all of them; control times scaled to the short boots.
inline FleetSpec paper_fleet() {
  FleetSpec spec;
  spec.units = {make_unit("inf2", 0.7582, 123, 40), make_unit("trn1", 1.3438, 138, 12),
                make_unit("g5-triton", 1.0060, 100, 16), make_unit("g6", 0.8048, 65, 16),
                make_unit("g5-cuda", 1.0060, 71, 16)};
  spec.services = {make_service("sd21", {kInf2, kTrn1, kG5Triton, kG6, kG5Cuda})};
  spec.control.replan = 5s;
  spec.control.dwell = 20s;
  spec.control.ramp = 10s;
  spec.control.bench_time = 10s;
  spec.control.max_bench_time = 80s;
  return spec;
}

// Two units that both meet the objective, the second one dearer and a little slower.
inline FleetSpec two_units() {
  FleetSpec spec;
  spec.units = {make_unit("cheap", 0.75, 120), make_unit("dear", 1.00, 100)};
  spec.services = {make_service("images", {UnitId(0), UnitId(1)})};
  return spec;
}

// A view of `spec` with so many ready endpoints per unit, in cost mode.
inline std::shared_ptr<FleetView> view_of(std::shared_ptr<const FleetSpec> spec,
                                          const std::vector<int>& ready,
                                          std::uint64_t version = 1) {
  auto view = std::make_shared<FleetView>();
  view->version = version;
  view->spec = std::move(spec);
  for (std::uint32_t u = 0; u < view->spec->units.size(); ++u) {
    const UnitSpec& unit = view->spec->units[u];
    UnitView seen;
    seen.price_usd_per_hour = unit.price_usd_per_hour;
    seen.cost_usd_per_request = unit.price_usd_per_hour / 3600.0 / unit.plateau_per_s();
    seen.ready = ready[u];
    view->units.push_back(seen);
    for (int n = 1; n <= ready[u]; ++n) {
      view->endpoints.push_back({endpoint_of(u, n),
                                 UnitId(u),
                                 EndpointState::kReady,
                                 {"127.0.0.1", static_cast<std::uint16_t>(8000 + n)},
                                 {}});
    }
  }
  for (std::uint32_t s = 0; s < view->spec->services.size(); ++s) {
    ServicePlan plan;
    plan.service = ServiceId(s);
    view->services.push_back(plan);
  }
  return view;
}

inline std::shared_ptr<FleetView> view_of(const FleetSpec& spec, const std::vector<int>& ready,
                                          std::uint64_t version = 1) {
  return view_of(std::make_shared<const FleetSpec>(spec), ready, version);
}

}  // namespace signalbox::core::testdata
