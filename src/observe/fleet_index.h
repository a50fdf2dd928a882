// SPDX-License-Identifier: Apache-2.0
//
// A view and a digest side by side. They are taken at different moments and, across a reload, may
// count different services and units; every renderer looks things up here, where what is missing
// reads as "nothing happened yet" instead of running past the end of a vector.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "core/model/digest.h"
#include "core/model/fleet_view.h"

namespace signalbox::observe {

// Borrows both; use it within one call. REQUIRES: view.spec is set.
class FleetIndex {
 public:
  FleetIndex(const core::FleetView& view, const core::RouterReport& digest);

  const core::FleetSpec& spec() const { return *view_.spec; }
  const core::ServicePlan& plan(ServiceId id) const;
  const core::UnitView& unit(UnitId id) const;
  const core::ServiceDigest& counts(ServiceId id) const;
  const core::UnitDigest& counts(UnitId id) const;
  const core::EndpointDigest& counts(EndpointId id) const;
  const LatencyHistogram& latency(EndpointId id) const;
  // What `service` sent to `unit`.
  const core::ServiceUnitDigest& counts(ServiceId service, UnitId unit) const;

  // Forwarded to `unit` by all services.
  std::uint64_t forwarded(UnitId unit) const;
  // Accepted requests of the service that are neither held nor finished.
  std::uint64_t in_flight(ServiceId id) const;
  // Replicas of the unit that the plan wants for the service.
  int target_replicas(ServiceId service, UnitId unit) const;
  // Part of the service's planned capacity that the unit's targets hold; 0 when nothing is planned.
  double planned_share(ServiceId service, UnitId unit) const;
  // Everything of the unit that is billed now.
  double cost_usd_per_hour(UnitId id) const;

 private:
  std::size_t place(EndpointId id) const;

  const core::FleetView& view_;
  const core::RouterReport& digest_;
  std::unordered_map<EndpointId, std::size_t> places_;  // in the digest's endpoints
};

// The unit's name, or "unit 7" when the spec has no such unit.
std::string unit_name(const core::FleetSpec& spec, UnitId id);

// The endpoint, or nullptr when the view does not hold it (any more).
const core::EndpointView* find_endpoint(const core::FleetView& view, EndpointId id);

// "host:port", or empty when it has none yet.
std::string address_text(const core::EndpointView& endpoint);

}  // namespace signalbox::observe
