// SPDX-License-Identifier: Apache-2.0
//
// The cloud that replicas come from, as a pure state machine: a pool per unit that accepts a launch
// and has it ready some minutes later, refuses it when it has no room, and sometimes takes back
// what it gave. Nothing here serves a request. A replica is billed from its launch to its end, and
// the record of that is kept here, so what a controller says it spent can be audited.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/prng.h"
#include "base/result.h"
#include "base/time.h"
#include "core/model/unit.h"
#include "sim/engine/event_queue.h"
#include "sim/engine/fault.h"

namespace signalbox::sim {

struct ProvidedReplica {
  EndpointId id;
  UnitId unit;
  TimePoint launched_at;  // billing starts
  TimePoint ready_at;
  bool ready = false;
};

enum class EndReason { kStopped, kReclaimed, kCrashed };

struct ProviderEvent {
  enum class Kind { kReady, kGone };
  Kind kind;
  EndpointId id;
  UnitId unit;
  TimePoint at;                            // exact; for kGone the end of billing
  TimePoint launched_at;                   // the start of billing
  EndReason reason = EndReason::kStopped;  // of kGone
};

struct LaunchRefusal {
  enum class Kind { kIdInUse, kInsufficientCapacity };
  Kind kind;
  std::string message;
};

// What the operator of the cloud would see of one pool.
struct Pool {
  bool refuse_launches = false;
  std::optional<int> cap;  // running and booting together; nullopt = none
  int running = 0;
  int booting = 0;
  std::uint64_t launches = 0;  // accepted
  std::uint64_t refused = 0;
  double ended_usd = 0.0;  // of replicas that are gone
};

class Provider {
 public:
  // `seed` draws boot times and which replicas are reclaimed. A replica is billed by the second
  // and for at least `billing_minimum`.
  Provider(std::vector<core::UnitSpec> units, Duration billing_minimum, std::uint64_t seed);

  // The boot time of the launch, or why there is none. An id may be used again once its replica is
  // gone. REQUIRES: `unit` is one of the units.
  Result<Duration, LaunchRefusal> launch(EndpointId id, UnitId unit, TimePoint now);

  // A replica that is already running: the fleet a scenario begins with, or a server of one's own.
  // REQUIRES: the id is not in use.
  void adopt(EndpointId id, UnitId unit, TimePoint now);

  // Ends one replica, booting or running, and appends its event; false if there is none of that id.
  bool end(EndpointId id, EndReason reason, TimePoint now, std::vector<ProviderEvent>& out);

  // Takes back a fraction of the unit's running replicas, drawn by the seed.
  void reclaim(UnitId unit, double fraction, TimePoint now, std::vector<ProviderEvent>& out);

  // The part of a fault that concerns the pool: heal, refuse_launches, cap, lose.
  void apply(UnitId unit, const Fault& fault, TimePoint now, std::vector<ProviderEvent>& out);

  // When the next boot completes. Replicas that became ready are reported by advance().
  std::optional<TimePoint> next_event() const;
  void advance(TimePoint now, std::vector<ProviderEvent>& out);

  const Pool& pool(UnitId unit) const { return pools_.at(unit.index()); }
  const ProvidedReplica* find(EndpointId id) const;
  // Every replica there is, by id.
  const std::map<EndpointId, ProvidedReplica>& replicas() const { return replicas_; }

  // What everything launched so far has cost by `now`.
  double cost_usd(TimePoint now) const;

 private:
  double price_of(const ProvidedReplica& replica, TimePoint until) const;

  std::vector<core::UnitSpec> units_;
  Duration billing_minimum_;
  Prng boot_draws_;
  Prng reclaim_draws_;
  std::vector<Pool> pools_;  // indexed by UnitId
  std::map<EndpointId, ProvidedReplica> replicas_;
  EventQueue<EndpointId> boots_;  // those of replicas that ended meanwhile are skipped
};

const char* to_string(EndReason reason);

}  // namespace signalbox::sim
