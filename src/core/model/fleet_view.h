// SPDX-License-Identifier: Apache-2.0
//
// The immutable snapshot the request path reads: the spec, the state of every unit and endpoint,
// and the plan in force. Control publishes one per tick (and at once when something breaks); a
// Router holds it by shared pointer and never asks control anything.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "core/model/fleet_spec.h"
#include "core/model/plan.h"
#include "core/model/shared_list.h"

namespace signalbox::core {

enum class EndpointState : std::uint8_t {
  kBooting,    // launched, billed, not serving yet
  kReady,      // takes traffic
  kUnhealthy,  // probes fail; kept, watched, gets none
  kDraining,   // finishes what it has, then stops
};

struct EndpointView {
  EndpointId id;
  UnitId unit;
  EndpointState state = EndpointState::kBooting;
  Address address;    // empty while booting
  TimePoint since{};  // when it entered this state
  // When its provider takes it back, if that was announced: it serves until shortly before.
  std::optional<TimePoint> leaving_by{};
  int foreign_load = 0;  // requests that others have there, by what the server says of itself
  // Of the unit's slots on it, those leased to the Router that reads this view, which may use no
  // more; negative = all of them, for a Router that is alone.
  int leased_slots = -1;
};

// What is believed of one quantity of a unit, and how firmly.
struct Estimate {
  double value = 0.0;
  double confidence = 1.0;  // 1 = nothing speaks against it, towards 0 = hardly to be relied on
  Duration age{};           // of the newest observation in it
  std::string from;         // the sources it rests on; empty = the configuration
};

struct UnitView {
  double price_usd_per_hour = 0.0;  // current, energy included
  Estimate price;                   // the same without energy, and how firmly it is believed
  double slowdown = 1.0;            // times as slow as its profile, as is planned by
  std::string drift;                // that it became slower, since when; empty = it did not
  double watts = 0.0;               // of one replica, as measured or configured
  double cost_usd_per_request =
      0.0;  // long-run marginal: price / (3600 x plateau x staffed utilisation)
  int ready = 0;
  int booting = 0;
  int draining = 0;
  int unhealthy = 0;
  int wanted = 0;          // replicas that shall exist: what is there or booting, less what must go
  int limit = 0;           // replicas possible now: quota, observed pool and back-off
  bool launchable = true;  // false while backing off after refused launches
  std::string note;        // why it is limited, in words; empty when it is not
};

struct SourceView {
  std::string name;
  SourceStanding standing = SourceStanding::kSilent;
  TimePoint heard = TimePoint::min();  // the last time it said something of use
  std::uint64_t taken = 0;             // signals
  std::uint64_t refused = 0;
  std::string reason;  // why it is in quarantine, or was refused last; empty = never
};

struct FleetView {
  std::uint64_t version = 0;
  TimePoint at{};
  std::shared_ptr<const FleetSpec> spec;
  std::vector<UnitView> units;         // indexed by UnitId
  SharedList<EndpointView> endpoints;  // ordered by id; shared by the views between changes
  // Another number whenever `endpoints` differs from the view before in any way. Equal numbers of
  // one publisher mean equal endpoints; 0 = not tracked, equal to nothing.
  std::uint64_t endpoints_version = 0;
  // Of the leases that `leased_slots` shows to this reader; they go by a count of their own, since
  // they are divided anew more often than the fleet changes. 0 = none: a Router that is alone.
  std::uint64_t leases_version = 0;
  std::vector<ServicePlan> services;  // indexed by ServiceId
  std::vector<SourceView> sources;    // the declared ones first, then others that were heard
  double cost_usd_per_hour = 0.0;     // of everything billed now
  double spent_usd = 0.0;             // billed since start
};

const char* to_string(EndpointState state);

}  // namespace signalbox::core
