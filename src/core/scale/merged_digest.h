// SPDX-License-Identifier: Apache-2.0
//
// What many Routers counted, as if one had: the Controller decides on one digest and need not know
// how many stand behind it. Counters stay cumulative: what a Router counted before it joined is
// left out, for another Controller has seen it, and what one that left had counted is kept. So a
// restart anywhere never makes a counter jump or go back.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "core/model/digest.h"
#include "core/model/fleet_spec.h"
#include "core/scale/slot_leases.h"

namespace signalbox::core {

// The same counts by the ids of another configuration; services and units are matched by name, and
// what only one of the two has is left out or zero.
RouterDigest renumbered(const RouterDigest& digest, const FleetSpec& from, const FleetSpec& to);

class MergedDigest {
 public:
  explicit MergedDigest(std::shared_ptr<const FleetSpec> spec);

  // Digests are by the ids of this configuration from here on.
  void adopt(std::shared_ptr<const FleetSpec> spec);

  // Of one that is not known this is the first, from which it is counted. Those that are older than
  // the last are ignored. REQUIRES: as many services and units as the configuration has.
  void report(RouterId id, const RouterDigest& digest);
  void leave(RouterId id);

  std::size_t routers() const { return latest_.size(); }

  // `view_version` is the latest view's: with no Router there, nobody goes by an older one.
  RouterDigest merged(TimePoint now, std::uint64_t view_version) const;

 private:
  std::shared_ptr<const FleetSpec> spec_;
  std::map<RouterId, RouterDigest> latest_;
  // What must be added to the sum of the latest: the last of those that left, less the first of
  // all. Counters wrap around, so it may be "negative" meanwhile; the sum never is.
  RouterDigest offset_;
};

}  // namespace signalbox::core
