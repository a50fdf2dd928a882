// SPDX-License-Identifier: Apache-2.0
//
// What the Router knows that the fleet view cannot: requests in flight, slots free this instant,
// service times seen, endpoints ejected. Kept per endpoint and per unit; a unit lists its endpoints
// with a free slot, so that sampling among a thousand costs the same as among ten. Whom to trust,
// and how far, is in live_trust.cc: ejections with their cap, panic, outliers, slow start.
#pragma once

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/latency_histogram.h"
#include "base/prng.h"
#include "base/time.h"
#include "core/estimate/concurrency_limit.h"
#include "core/estimate/ejection.h"
#include "core/estimate/load_shape.h"
#include "core/estimate/outliers.h"
#include "core/estimate/service_time.h"
#include "core/model/digest.h"
#include "core/model/fleet_view.h"

namespace signalbox::core {

struct LiveEndpoint {
  EndpointId id;
  UnitId unit;
  bool ready = false;    // the view says it takes traffic
  bool trusted = false;  // and it is not ejected
  bool usable = false;   // is given requests: trusted, or ejected where there is panic
  bool is_dead = false;  // ejected since nobody was there
  int in_flight = 0;
  int foreign = 0;    // requests that others have there: they take slots, and slow ours down
  int unfelt = 0;     // requests of ours in a row that were as quick as if nobody else were there
  int all_slots = 1;  // with those that others take
  int leased = -1;    // of these, the most we may use; negative = all
  int slots = 1;      // that are ours
  bool adaptive = false;  // `slots` follows `limit`
  ConcurrencyLimit limit;
  std::int64_t free_position = -1;  // place in its unit's free list; -1 = not listed
  int handicap = 0;  // slots that slow start keeps back while another endpoint has room
  TimePoint warm_from{};
  Ejection ejection;
  EndpointSample sample;
  std::uint64_t forwarded = 0;
  std::uint64_t failed = 0;
  LatencyHistogram latency;
};

// An endpoint with a slot to spare, with what a choice among them looks at: kept side by side,
// since a decision looks at one of every unit and an endpoint's own record is long.
struct FreeEndpoint {
  EndpointId id;
  LiveEndpoint* endpoint;
  int in_flight;
  int slots;
  int handicap;
  int foreign = 0;

  // What a choice compares: one that is starting counts as if part of its slots were taken.
  int load() const { return in_flight + foreign + handicap; }
};

struct LiveUnit {
  std::vector<FreeEndpoint> free;  // usable and with a slot to spare
  int ready = 0;                   // endpoints that are usable
  int trusted = 0;                 // of those that take traffic by the view
  int endpoints = 0;               // that take traffic by the view
  bool panic = false;              // ejections are put aside, of the dead excepted
  int in_flight = 0;
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  ServiceTimeEstimate service_time;
  LoadShape shape;  // how other loads than the usual one differ from the profile
  // Observed over expected of every completed request, bounded: what the digest tells of drift.
  std::uint64_t ratios = 0;
  double ratio_sum = 0.0;
  // Of a language model: the same of the time to first token and of the time per output token.
  ServiceTimeEstimate first_token;
  ServiceTimeEstimate per_token;

  // A unit that was found too slow would never be asked again while another has room. When its
  // evidence has become old, a request now and then goes to look: `probe_credit` grows with the
  // requests that could be spared for it, and one whole credit is one look.
  double probe_credit = 1.0;
  bool may_probe = false;  // the next request there gives it the benefit of the doubt
};

// A single request that hung says little of its unit.
inline constexpr double kLargestRatio = 10.0;
// So many requests in a row refute what a server says of others.
inline constexpr int kUnfeltAllowed = 3;

class LiveFleet {
 public:
  // Brings endpoints and units in line with a view. Counts and estimates of what stays are kept,
  // across a change of the spec by unit name. Costs nothing when the endpoints are those it has.
  void adopt(const FleetView& view, const FleetSpec* previous_spec, TimePoint now);

  LiveEndpoint* find(EndpointId id);
  // REQUIRES: a unit of the view in force.
  LiveUnit& unit(UnitId id) { return units_[id.index()]; }
  const LiveUnit& unit(UnitId id) const { return units_[id.index()]; }

  // An endpoint of the unit with a free slot: the less loaded of two drawn at random (power of two
  // choices), all of them compared when there are few; nullptr when none is free. Valid until
  // something changes.
  static const FreeEndpoint* sample_free(const LiveUnit& unit, Prng& prng) {
    const auto& free = unit.free;
    if (free.size() <= kCompareAll) return least_in_flight(free);
    // One draw serves for both: 32 bits choose among so few as evenly as can be observed.
    const std::uint64_t drawn = prng.next();
    const FreeEndpoint* first = &free[((drawn >> 32) * free.size()) >> 32];
    if (first->load() == 0) return first;
    const FreeEndpoint* second = &free[((drawn & 0xFFFFFFFF) * free.size()) >> 32];
    return second->load() < first->load() ? second : first;
  }

  // The least loaded free endpoint of the unit but one; nullptr when there is no other.
  static LiveEndpoint* another_free(const LiveUnit& unit, EndpointId but);

  void occupy(LiveEndpoint& endpoint);
  void vacate(LiveEndpoint& endpoint);

  // Of an adaptive one: an answer began after `ratio` times what was expected.
  void note_first_byte(LiveEndpoint& endpoint, double ratio);

  // A request was slowed down by what others are said to have there, or was not: then that is not
  // believed for longer.
  void note_others(LiveEndpoint& endpoint, bool felt);

  // Keeps traffic away from the endpoint until its pause ends.
  void refresh(LiveEndpoint& endpoint, TimePoint now);
  // Lists endpoints whose pause has ended again, and lets those that are starting have more of
  // their slots. Returns true when any was readmitted.
  bool readmit(TimePoint now) {
    if (now >= next_step_) step_up(now);
    return !ejected_.empty() && readmit_ejected(now);
  }
  // When the next pause ends; TimePoint::max() when none runs.
  TimePoint next_readmission() const;
  // Whether the endpoint may be ejected for what it answers: not the last that a service trusts,
  // and no more of its unit than the unit's rule allows.
  bool may_eject(const LiveEndpoint& endpoint) const;
  // Ejects endpoints that stand out of their units, where that is asked for; to be called often.
  void sweep(TimePoint now) {
    if (now >= next_sweep_) sweep_outliers(now);
  }
  // So few endpoints of the service are trusted that distrust is put aside.
  bool panics(ServiceId service) const { return trusts_[service.index()].panic; }

  // So many more requests could be spared to look at the unit.
  void grant_probe_credit(UnitId id, double requests) {
    double& credit = units_[id.index()].probe_credit;
    credit = std::min(1.0, credit + requests);
  }
  // A request goes there; if it gave the benefit of the doubt, it has been spent.
  void note_forwarded(UnitId id) {
    LiveUnit& unit = units_[id.index()];
    if (!unit.may_probe) return;
    unit.may_probe = false;
    unit.probe_credit = 0.0;
  }
  // Lets the evidence of all units age, and says which of them one request may go and look at.
  void age(TimePoint now);

  // Endpoints that could serve `unit`'s requests now.
  bool available(UnitId id) const { return units_[id.index()].ready > 0; }

  // Writes the digest's units and endpoints, into the memory it has.
  void describe(TimePoint now, RouterDigest& digest) const;
  // The endpoints' latencies, in the order in which describe() lists them.
  void describe_latency(std::vector<LatencyHistogram>& latency) const;

 private:
  // Up to this many free endpoints are all compared; beyond it two are drawn.
  static constexpr std::size_t kCompareAll = 4;

  // Of equal ones that of the lower id. Slots are alike within a unit, so this is the least loaded.
  static const FreeEndpoint* least_in_flight(const std::vector<FreeEndpoint>& free) {
    const FreeEndpoint* best = nullptr;
    for (const auto& other : free) {
      const bool is_less = best == nullptr || other.load() < best->load() ||
                           (other.load() == best->load() && other.id < best->id);
      if (is_less) best = &other;
    }
    return best;
  }

  bool adopt_leases(const FleetView& view, TimePoint now);
  void list(LiveEndpoint& endpoint);
  void unlist(LiveEndpoint& endpoint);
  bool readmit_ejected(TimePoint now);
  void begin_start(LiveEndpoint& endpoint, TimePoint now);
  void step_up(TimePoint now);
  static void set_slots(LiveEndpoint& endpoint, int all);
  void set_handicap(LiveEndpoint& endpoint, TimePoint now);
  void set_use(LiveEndpoint& endpoint, bool usable);
  void judge_panic(TimePoint now);
  void adopt_rules(const FleetSpec& spec);
  void sweep_outliers(TimePoint now);

  static constexpr Duration kSweep = 10s;  // Envoy's interval of outlier detection

  struct UnitRules {
    EjectionRule ejection;
    Duration slow_start{};
  };
  // What a service's trust in its endpoints rests on.
  struct Trust {
    std::vector<UnitId> units;
    double panic_threshold = 0.0;
    bool panic = false;
  };

  std::unordered_map<EndpointId, LiveEndpoint> endpoints_;
  std::vector<const LiveEndpoint*> in_order_;  // all of them, by id
  std::uint64_t adopted_version_ = 0;          // the view's endpoints_version; 0 = none
  std::vector<LiveUnit> units_;                // indexed by UnitId
  std::vector<EndpointId> ejected_;
  std::vector<UnitRules> rules_;  // indexed by UnitId
  std::vector<Trust> trusts_;     // indexed by ServiceId
  std::vector<LiveEndpoint*> starting_;
  TimePoint next_step_ = TimePoint::max();   // of those starting
  TimePoint next_sweep_ = TimePoint::max();  // never where no unit asks for it
  std::vector<LiveEndpoint*> swept_;         // kept so that sweeps allocate nothing
  std::vector<EndpointSample> samples_;
  std::vector<std::size_t> outliers_;
};

}  // namespace signalbox::core
