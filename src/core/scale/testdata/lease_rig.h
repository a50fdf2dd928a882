// SPDX-License-Identifier: Apache-2.0
//
// Routers reduced to what the lease book can see of them: requests in flight, requests held, and
// the table of leases they obey. Messages are delivered by hand, so that a test says what is late.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "core/model/testdata/fleets.h"
#include "core/scale/slot_leases.h"

namespace signalbox::core::testdata {

struct TinyRouter {
  RouterId id;
  LeaseTable table;
  std::map<EndpointId, int> in_flight;
  int held = 0;

  int leased(EndpointId endpoint) const {
    for (const SlotLease& lease : table.leases) {
      if (lease.endpoint == endpoint) return lease.slots;
    }
    return 0;
  }
  int leased() const {
    int all = 0;
    for (const SlotLease& lease : table.leases) all += lease.slots;
    return all;
  }
  void obey(const LeaseTable& newer) {
    if (newer.version > table.version) table = newer;
  }
  bool start(EndpointId endpoint) {
    if (in_flight[endpoint] >= leased(endpoint)) return false;
    ++in_flight[endpoint];
    return true;
  }
  // Starts up to `count`, wherever it may; how many it could.
  int start_any(int count) {
    int started = 0;
    for (const SlotLease& lease : table.leases) {
      while (started < count && start(lease.endpoint)) ++started;
    }
    return started;
  }
  RouterDigest digest(std::size_t services = 1) const {
    RouterDigest told;
    told.leases_version = table.version;
    told.services.resize(services);
    told.services[0].held = held;
    for (const auto& [endpoint, count] : in_flight) {
      told.endpoints.push_back({endpoint, UnitId(0), count, 0, 0, false, 0});
    }
    return told;
  }
};

// A fleet of one unit with so many endpoints of so many slots.
inline std::shared_ptr<FleetView> slots_view(int endpoints, int slots,
                                             EndpointState state = EndpointState::kReady) {
  FleetSpec spec;
  spec.units = {make_unit("unit", 1.0, 60)};
  spec.units[0].slots = slots;
  spec.services = {make_service("service", {UnitId(0)})};
  const auto view = view_of(spec, {endpoints});
  for (EndpointView& each : view->endpoints) each.state = state;
  return view;
}

}  // namespace signalbox::core::testdata
