// SPDX-License-Identifier: Apache-2.0
//
// The view that one of many Routers goes by: the fleet as all see it, with what is lent to this
// one. An endpoint that left the fleet while requests of ours run there stays in it, without a
// slot, until they have ended: they are to be counted for as long as they take a place there, for
// it may come back - a new controller does not see everything at once.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "core/model/digest.h"
#include "core/model/fleet_view.h"
#include "core/scale/slot_leases.h"

namespace signalbox::core {

class LeasedView {
 public:
  // `digest` tells what is in flight; asked only while something left that may be in use.
  explicit LeasedView(std::function<RouterDigest()> digest) : digest_(std::move(digest)) {}

  // The next view to go by. Endpoints are shared with the one before where nothing changed.
  std::shared_ptr<const FleetView> combine(const FleetView& fleet, const LeaseTable& leases);

 private:
  void notice_departures(const FleetView& fleet);

  std::function<RouterDigest()> digest_;
  std::shared_ptr<const FleetView> latest_;
  std::uint64_t fleet_version_ = 0;   // of the endpoints that `latest_` shows
  std::uint64_t leases_version_ = 0;  // and of the leases
  std::uint64_t endpoints_version_ = 0;
  std::map<EndpointId, EndpointView> departed_;
};

}  // namespace signalbox::core
