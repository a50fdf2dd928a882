// SPDX-License-Identifier: Apache-2.0
//
// What the Controller believes of the fleet: every endpoint from launch to end, and per unit its
// price, what its pool can give and what was spent on it. Signals change it; plans read it; only
// commands make promises about its future.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "core/estimate/drift.h"
#include "core/estimate/foreign_load.h"
#include "core/estimate/health.h"
#include "core/estimate/launch_backoff.h"
#include "core/estimate/loss_hazard.h"
#include "core/model/fleet_view.h"

namespace signalbox::core {

struct EndpointRecord {
  EndpointId id;
  UnitId unit;
  bool managed = false;  // launched by us, so ours to stop
  EndpointState state = EndpointState::kBooting;
  Address address;
  TimePoint since{};  // of its state
  TimePoint launched{};
  double billed_from_usd = 0.0;  // what a replica of its unit had cost when this one was launched
  ProbeHealth health;
  int in_flight = 0;                        // by the Router's last digest
  std::uint64_t forwarded = 0;              // likewise, in all
  ForeignLoad foreign;                      // as its server says
  int foreign_load = 0;                     // as published
  int foreign_felt = 0;                     // of it, by the Router's last digest
  std::uint64_t drain_version = 0;          // the first view that shows it draining
  bool stopping = false;                    // a stop command was given
  int stops = 0;                            // how often
  TimePoint stopped_at{};                   // the last of them
  std::optional<TimePoint> leaving_by;      // its provider said when it will take it back
  TimePoint keep_until = TimePoint::min();  // no surplus before
};

// Replicas of one unit by state.
struct ReplicaCount {
  int ready = 0;
  int booting = 0;
  int draining = 0;
  int unhealthy = 0;
  int leaving_ready = 0;    // of those ready, announced to be taken back
  int leaving_booting = 0;  // the same of those booting
  int leaving() const { return leaving_ready + leaving_booting; }
  // What serves, or will, and stays.
  int active() const { return ready + booting - leaving(); }
  int staying() const { return ready - leaving_ready; }
  int all() const { return ready + booting + draining + unhealthy; }
};

struct UnitState {
  double price_usd_per_hour = 0.0;   // energy included
  double energy_usd_per_hour = 0.0;  // of it: all that running one's own replica adds
  double price_doubt = 0.0;          // 0..1: how little the price is to be relied on
  double plateau_per_s = 1.0;        // of one replica, by profile
  Duration quickest{};               // time in service of a request alone on it, by profile
  std::optional<int> pool_limit;     // replicas the pool can hold, as observed
  LaunchBackoff backoff;
  std::string refusal;  // the provider's last words
  TimePoint refused_at{};
  std::string loss;  // what took the last lost replica
  TimePoint lost_at = TimePoint::min();
  int lost = 0;  // replicas lost in the present run of losses
  LossHazard hazard;
  double slowdown = 1.0;  // by the Router's last digest
  double confidence = 0.0;
  Drift drift;                     // the same, as far as it surely changed
  double reported_slowdown = 1.0;  // by sources, for when our own requests say nothing
  double reported_confidence = 0.0;
  double full_load_ratio = 1.0;  // by the Router's last digest: what its profile has wrong there
  double foreign_share = 0.0;    // of the ready endpoints' slots: taken by others
  double spent_usd = 0.0;
  double replica_usd = 0.0;  // what one replica that always ran would have cost since the start
  ReplicaCount count;
};

// A replica named from outside: takes the place of the launch `instead_of`, if that still boots, or
// begins its life now.
struct FoundReplica {
  EndpointId id;
  UnitId unit;
  EndpointId instead_of;
  bool is_ours = true;  // to stop; else only watched
  // No surplus before: it is there for a reason, and who has just begun knows no demand yet.
  TimePoint keep_until;
};

class FleetState {
 public:
  FleetState(const FleetSpec& spec, TimePoint now);

  // Takes over another spec: units are matched by name, endpoints follow theirs. Endpoints of
  // managed units that are gone are forgotten; their ids are returned, to be stopped.
  std::vector<EndpointId> adopt(const FleetSpec& previous, const FleetSpec& spec, TimePoint now);

  // Pointers to records hold until the next launch or end of any endpoint.
  EndpointId launch(UnitId unit, TimePoint now);
  // REQUIRES: the id has kFoundEndpointBit and is not known.
  void find_running(const FoundReplica& found, TimePoint now);
  EndpointRecord* find(EndpointId id);
  // Its life has ended: bills it up to `now`, or for the minimum if we launched it.
  void erase(EndpointId id, const ControlSpec& control, TimePoint now);
  // It never was: takes back what was billed for it.
  void forget(EndpointId id);
  // A replica of the unit was lost; losses within `run` of each other count as one story.
  void note_loss(UnitId unit, const std::string& reason, Duration run, TimePoint at);
  void set_state(EndpointRecord& record, EndpointState state, TimePoint now);
  // Its provider announced when it takes the replica back, or (nullopt) that it does not after all.
  void announce(EndpointRecord& record, std::optional<TimePoint> leaving_by);
  // The first of the announced ends among the unit's replicas that serve or boot.
  std::optional<TimePoint> next_leaving(UnitId unit) const;

  // Bills every replica up to `now`, by the second from launch to end. Costs a step per unit, not
  // per replica.
  void accrue(TimePoint now);
  double cost_usd_per_hour() const;
  double spent_usd() const { return spent_usd_; }

  const ReplicaCount& count(UnitId unit) const { return units_.at(unit.index()).count; }
  // Managed replicas by unit that no stop was commanded for.
  std::vector<int> wanted() const;
  // Most replicas that the unit could have now and that stay: its bound, what the pool holds, and -
  // while launches are refused - what it has plus the allowed probe. Those that leave take up room
  // until they are drained.
  int limit(const FleetSpec& spec, UnitId unit, TimePoint now) const;
  // What others have on the endpoint, as of `now`; a view must show what changed.
  void settle_foreign_load(const FleetSpec& spec, TimePoint now);
  // Times as slow as its profile, by what is known best: a change that was noticed, else what our
  // requests show, else what sources say.
  double slowdown(UnitId unit) const;
  // What one more replica costs to run: where it is paid for anyway, only its energy.
  double marginal_usd_per_hour(UnitId unit, Tier tier) const {
    const UnitState& state = units_[unit.index()];
    return is_prepaid(tier) ? state.energy_usd_per_hour : state.price_usd_per_hour;
  }
  // Requests per second one replica sustains, by profile and by what it has shown.
  double capacity_per_s(UnitId unit) const;
  // A unit that cannot meet the objective even when idle is no capacity for its service.
  bool can_meet(UnitId unit, const Objective& objective) const;
  // The same over a service's ready replicas, as far as they are of use to it.
  double ready_capacity_per_s(const ServiceSpec& service) const;
  // Of these, over the ones that are not about to be taken back.
  double staying_capacity_per_s(const ServiceSpec& service) const;

  UnitState& unit(UnitId id) { return units_.at(id.index()); }
  const UnitState& unit(UnitId id) const { return units_.at(id.index()); }
  // Ordered by id. Their `state` and `unit` are changed by the functions above only.
  std::vector<EndpointRecord>& endpoints() { return endpoints_; }
  const std::vector<EndpointRecord>& endpoints() const { return endpoints_; }
  // Another number whenever an endpoint came, went or changed state; never 0.
  std::uint64_t endpoints_version() const { return endpoints_version_; }

 private:
  void add_fixed(const FleetSpec& spec, UnitId unit, TimePoint now);
  EndpointRecord& add(UnitId unit, EndpointState state, TimePoint now);
  EndpointRecord& insert(EndpointRecord record);
  void bill(UnitState& unit, double usd);
  void tally(const EndpointRecord& record, int by);

  std::vector<UnitState> units_;  // indexed by UnitId
  std::vector<EndpointRecord> endpoints_;
  std::uint64_t endpoints_version_ = 1;
  std::uint64_t last_id_ = 0;
  TimePoint accrued_at_;
  double spent_usd_ = 0.0;
};

}  // namespace signalbox::core
