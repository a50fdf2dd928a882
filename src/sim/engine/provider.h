// SPDX-License-Identifier: Apache-2.0
//
// The cloud that replicas come from, as a pure state machine: a pool per unit that accepts a launch
// and has it ready some minutes later, refuses it when it has no room, and sometimes takes back
// what it gave. Nothing here serves a request. A replica is billed from its launch to its end, and
// the record of that is kept here, so what a controller says it spent can be audited.
#pragma once

#include <cstddef>
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
#include "sim/engine/pool.h"
#include "sim/engine/price_curve.h"

namespace signalbox::sim {

struct ProvidedReplica {
  EndpointId id;
  UnitId unit;
  TimePoint launched_at;  // billing starts
  TimePoint ready_at;
  bool ready = false;
  bool boot_fails = false;                            // it will die at ready_at
  std::optional<TimePoint> leaves_at = std::nullopt;  // under notice: it will be taken then
};

enum class EndReason { kStopped, kReclaimed, kCrashed, kBootFailed };

struct ProviderEvent {
  enum class Kind {
    kReady,
    kGone,
    kNotice,  // a spot replica will be taken back at `by`
    kPrice,   // the unit costs `usd_per_hour` from `at` on; there is no replica to it
  };
  Kind kind;
  EndpointId id;
  UnitId unit;
  TimePoint at;                            // exact; for kGone the end of billing
  TimePoint launched_at;                   // the start of billing
  EndReason reason = EndReason::kStopped;  // of kGone
  TimePoint by = {};                       // of kNotice
  double usd_per_hour = 0.0;               // of kPrice
};

struct LaunchRefusal {
  enum class Kind {
    kIdInUse,
    kQuota,                 // asking again is no use while so many are held
    kInsufficientCapacity,  // others hold what there is; it may come back
  };
  Kind kind;
  std::string message;
};

// What the operator of the cloud would see of one pool.
struct Pool {
  bool refuse_launches = false;
  std::optional<int> cap;              // running and booting together; nullopt = none
  std::optional<double> boot_failure;  // in the place of the pool's own; nullopt = its own
  int running = 0;
  int booting = 0;
  int leaving = 0;             // of those running, how many are under notice
  std::uint64_t launches = 0;  // accepted
  std::uint64_t refused = 0;
  double ended_usd = 0.0;  // of replicas that are gone; of owned ones always 0

  int held() const { return running + booting; }
};

// Time starts at TimePoint{}, and no input goes back in it.
class Provider {
 public:
  // `pools` is parallel to `units`. `seed` draws boot times, boots that fail and which replicas are
  // reclaimed, each from a stream of its own. A replica is billed by the second at the price of the
  // moment, and for at least `billing_minimum`, that much at the price of its launch. Replicas that
  // are there at first are adopted by the caller.
  Provider(std::vector<core::UnitSpec> units, std::vector<PoolSpec> pools, Duration billing_minimum,
           std::uint64_t seed);
  // All pools on demand, unlimited and at the units' prices.
  Provider(std::vector<core::UnitSpec> units, Duration billing_minimum, std::uint64_t seed);

  // The boot time of the launch, or why there is none. An id may be used again once its replica is
  // gone. REQUIRES: `unit` is one of the units.
  Result<Duration, LaunchRefusal> launch(EndpointId id, UnitId unit, TimePoint now);

  // A replica that is already running: the fleet a scenario begins with, or a server of one's own.
  // REQUIRES: the id is not in use.
  void adopt(EndpointId id, UnitId unit, TimePoint now);

  // Ends one replica, booting or running, and appends its event; false if there is none of that id.
  bool end(EndpointId id, EndReason reason, TimePoint now, std::vector<ProviderEvent>& out);

  // Takes back a fraction of the unit's running replicas at once, drawn by the seed.
  void reclaim(UnitId unit, double fraction, TimePoint now, std::vector<ProviderEvent>& out);

  // The part of a fault that concerns the pool: heal, refuse_launches, cap, lose, boot_failure.
  void apply(UnitId unit, const Fault& fault, TimePoint now, std::vector<ProviderEvent>& out);

  // When advance() must be called next; it reports boots that end, steps of price and capacity, and
  // replicas taken at the end of their notice, in order of time. A spot pool whose capacity falls
  // below what is held gives notice to as many as are too many, drawn by the seed; those of them
  // that are still booting are lost at once. A notice is never withdrawn, and what is under notice
  // still counts as held. Pools of other tiers only refuse launches.
  std::optional<TimePoint> next_event() const;
  void advance(TimePoint now, std::vector<ProviderEvent>& out);

  const Pool& pool(UnitId unit) const { return sources_.at(unit.index()).pool; }
  const PoolSpec& pool_spec(UnitId unit) const { return sources_.at(unit.index()).spec; }
  const ProvidedReplica* find(EndpointId id) const;
  // Every replica there is, by id.
  const std::map<EndpointId, ProvidedReplica>& replicas() const { return replicas_; }

  // Of one replica of the unit, as quoted.
  double price_usd_per_hour(UnitId unit, TimePoint now) const;
  // What everything launched so far has cost by `now`, owned machines from time zero on. What a
  // window cost is the difference of two calls.
  double cost_usd(TimePoint now) const;
  double unit_cost_usd(UnitId unit, TimePoint now) const;

 private:
  // What is to happen by itself; those of replicas that ended meanwhile are skipped.
  struct Due {
    enum class What : std::uint8_t { kBoot, kTake, kCapacity, kPrice };
    What what;
    std::uint64_t subject;  // the replica's id, or the unit's
    std::size_t step = 0;   // of the series
  };
  struct Source {
    PoolSpec spec;
    PriceCurve price;
    Pool pool;
  };

  std::optional<LaunchRefusal> refusal(EndpointId id, UnitId unit, TimePoint now) const;
  std::optional<int> capacity_at(UnitId unit, TimePoint now) const;
  void end_boot(EndpointId id, TimePoint at, std::vector<ProviderEvent>& out);
  void take(EndpointId id, TimePoint at, std::vector<ProviderEvent>& out);
  void change_capacity(UnitId unit, std::size_t step, std::vector<ProviderEvent>& out);
  void change_price(UnitId unit, std::size_t step, std::vector<ProviderEvent>& out);
  void schedule_capacity(UnitId unit, std::size_t step);
  void schedule_price(UnitId unit, std::size_t step);
  void lose(UnitId unit, double fraction, bool booting_too, TimePoint now,
            std::vector<ProviderEvent>& out);
  double price_of(const ProvidedReplica& replica, TimePoint until) const;
  double owned_usd(const Source& source, TimePoint until) const;

  std::vector<core::UnitSpec> units_;
  Duration billing_minimum_;
  Prng boot_draws_;
  Prng reclaim_draws_;
  Prng failure_draws_;
  std::vector<Source> sources_;  // indexed by UnitId
  std::map<EndpointId, ProvidedReplica> replicas_;
  EventQueue<Due> due_;
};

const char* to_string(EndReason reason);

}  // namespace signalbox::sim
