// SPDX-License-Identifier: Apache-2.0
//
// Many Routers, one fleet: the slots of every endpoint are lent to Routers, each of which may have
// no more requests there than it holds slots, whatever it knows of the others. So they never
// overrun an endpoint, and none has to ask before it forwards.
//
// A slot is lent to another only when it is sure that nobody uses it: a lease shrinks first, and
// what it gave up counts as in use until its Router reported under the new lease, and as long as
// more than the new lease is in flight there. Each lease thus has a ceiling - the most that may be
// in flight by what was last heard - and the ceilings of an endpoint never add up to more than it
// has (the idea of leases against lost messages: Gray and Cheriton, SOSP 1989). Messages may be
// lost, late or out of order: a report only ever speaks of leases that it names.
//
// Who gets how many is lease_quota.h; which slots move is lease_round.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "core/model/digest.h"
#include "core/model/fleet_view.h"

namespace signalbox::core {

// One running Router process; another one after a restart.
using RouterId = Id<struct RouterTag, std::uint64_t>;

struct SlotLease {
  EndpointId endpoint;
  int slots = 0;
  bool operator==(const SlotLease&) const = default;
};

// All that a Router may use. A Router obeys the highest version it was given.
struct LeaseTable {
  std::uint64_t version = 0;
  std::vector<SlotLease> leases;  // of more than no slots, ordered by endpoint
};

struct LeaseOptions {
  Duration round = 1s;             // leases are divided anew this often
  Duration urgent_pause = 20ms;    // and at once when somebody waits, but not more often than this
  Duration settling = 10s;         // a new book withholds what nobody may have reported yet
  Duration lease_time = 60s;       // one that fell silent keeps its leases this long
  Duration busy_fades_over = 10s;  // what a Router needed lately is forgotten over this time
};

class LeaseBook {
 public:
  explicit LeaseBook(TimePoint now, LeaseOptions options = {});

  // The fleet as it is now. Ids of units and services in reports are those of the latest view.
  void on_view(const FleetView& view, TimePoint now);

  // A Router connected, for the first time or again, and holds this: leases that were sent to it
  // and that it does not name will never reach it. `digest` as in on_report().
  void join(RouterId id, const LeaseTable& held, const RouterDigest& digest, TimePoint now);

  // What a Router counted, under which leases. Of one that did not join, nothing.
  void on_report(RouterId id, const RouterDigest& digest, TimePoint now);

  // Its connection broke: it goes on by its leases, and keeps them for the lease time.
  void lose(RouterId id, TimePoint now);

  // It ended with nothing in flight, or its process is surely gone: all that it held is free.
  void forget(RouterId id);

  // When divide() is due; TimePoint::max() while nobody has joined.
  TimePoint next_division() const;

  // Divides the slots. The Routers whose leases changed, to be told: those that are connected.
  std::vector<RouterId> divide(TimePoint now);

  // REQUIRES: it joined and was not forgotten.
  const LeaseTable& leases(RouterId id) const;

  bool knows(RouterId id) const { return find(id) != nullptr; }
  // Slots of ready endpoints that are lent to nobody, and slots that somebody holds idle: as of the
  // last reports.
  struct Idle {
    int unlent = 0;
    int unused = 0;
  };
  Idle idle() const;

 private:
  struct Router {
    RouterId id;
    bool present = false;  // this place is taken
    bool connected = false;
    TimePoint silent_since{};
    TimePoint heard{};
    LeaseTable table;          // as sent last
    std::uint64_t obeys = 0;   // the highest version that it reported under
    std::vector<double> busy;  // by UnitId: slots it needed lately
    std::vector<int> held;     // by ServiceId
    bool changed = false;      // since `table`
  };
  struct Holding {
    std::uint32_t router = 0;  // place in routers_
    int slots = 0;
    int ceiling = 0;  // the most that may be in flight: never less than `slots`
    int in_flight = 0;
    std::uint64_t shrunk_in = 0;  // the version that took slots away last
  };
  struct Endpoint {
    EndpointId id;
    UnitId unit;
    int slots = 0;
    bool listed = false;   // by the view
    bool ready = false;    // likewise
    bool newborn = false;  // it came while this book was kept: nobody can hold what we do not know
    bool was_ready = false;  // by the view before
    std::vector<Holding> holdings;
  };
  struct Round;  // of one unit

  const Router* find(RouterId id) const;
  Router* find(RouterId id);
  std::uint32_t place_of(const Router& router) const;
  Endpoint& endpoint(EndpointId id);
  Holding& holding(Endpoint& endpoint, std::uint32_t router);
  void drop(std::uint32_t router);
  void count(Router& router, const RouterDigest& digest, TimePoint now);
  void grow(Holding& holding, int slots);
  void shrink(Holding& holding, int slots);
  static int unlent(const Endpoint& endpoint);

  std::vector<std::uint32_t> connected() const;
  void expire(TimePoint now);
  void take_back_excess();
  std::vector<Round> survey(const std::vector<std::uint32_t>& connected, TimePoint now);
  void spread_held(const std::vector<std::uint32_t>& connected, std::vector<Round>& rounds) const;
  void lend(Round& round);
  void reclaim(Round& round);
  std::vector<RouterId> write_tables();

  LeaseOptions options_;
  TimePoint opened_;
  TimePoint last_division_ = TimePoint::min();
  TimePoint last_round_ = TimePoint::min();  // the last that was not for those who wait alone
  bool urgent_ = true;
  bool wanting_ = false;  // somebody is short of slots that are on their way
  std::shared_ptr<const FleetSpec> spec_;
  std::vector<Endpoint> endpoints_;  // ordered by id
  std::vector<Router> routers_;
  std::uint64_t divisions_ = 0;
};

}  // namespace signalbox::core
