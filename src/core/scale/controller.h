// SPDX-License-Identifier: Apache-2.0
//
// The Controller: the pure state machine behind the fleet, one per fleet. Signals and the Router's
// digests go in; each tick gives a Plan with its reasons and commands, and a fleet view for the
// request path. The stages are those of the signal's life:
//
//   check -> filter -> estimate -> decide -> guard -> command
//
// The shell collects before and actuates after; `now` never goes back.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/estimate/demand.h"
#include "core/estimate/error_budget.h"
#include "core/estimate/forecast.h"
#include "core/estimate/sliding_max.h"
#include "core/estimate/slo_burn.h"
#include "core/model/digest.h"
#include "core/model/fleet_view.h"
#include "core/model/plan.h"
#include "core/model/signal.h"
#include "core/scale/fleet_state.h"
#include "core/scale/fleet_trust.h"
#include "core/scale/mode_machine.h"
#include "core/scale/planner.h"

namespace signalbox::core {

// What became of a signal.
struct SignalVerdict {
  bool urgent = false;  // capacity changed: tick at once
  std::string refused;  // why it was not believed or not understood; empty when it was taken
};

class Controller {
 public:
  Controller(std::shared_ptr<const FleetSpec> spec, TimePoint now);

  SignalVerdict on_signal(const Signal& signal, TimePoint now);
  void on_digest(const RouterDigest& digest, TimePoint now);
  // A reload: what both specs name goes on undisturbed. Takes effect with the next tick.
  void on_spec(std::shared_ptr<const FleetSpec> spec, TimePoint now);

  // Decides. The plan's commands are given once and are to be carried out.
  const Plan& tick(TimePoint now);
  const Plan& plan() const { return plan_; }

  // The snapshot after the last tick. REQUIRES: tick() was called.
  std::shared_ptr<const FleetView> view() const { return view_; }

  const FleetSpec& spec() const { return *spec_; }
  // What was spent on one unit since the start, for reports.
  double spent_usd(UnitId unit) const { return fleet_.unit(unit).spent_usd; }

 private:
  struct ServiceState {
    ServiceState(const FleetSpec& spec, const ServiceSpec& service, TimePoint now);

    DemandEstimate demand;
    Forecast forecast;
    SloBurn burn;
    ErrorBudget budget;
    ModeMachine mode;
    int held = 0;
    double work_per_request = 1.0;  // since the Router started
    ServiceWish wish;
    TimePoint planned_at = TimePoint::min();
    std::string settled;  // how its pools were shared, in words; empty = there was no need
    bool told = false;    // the published plan says what wish and targets say
    std::vector<SlidingMax> lately;  // targets wanted during the last boot time, per unit
    std::vector<int> targets;        // after holding on to what was wanted lately
  };

  // What a unit's note says, to see whether it must be written again.
  struct UnitNote {
    enum class Kind { kNone, kProbing, kBenched, kPool } kind = Kind::kNone;
    std::int64_t number = 0;
    std::string text;
  };

  void settle_budget(ServiceId id, const ServiceDigest& counts);
  void update_service(ServiceId id, std::vector<int>& taken, TimePoint now);
  void settle_shared_pools(TimePoint now);
  void forget_old_refusals(TimePoint now);
  bool replan_due(const ServiceState& state, const PlanInput& input) const;
  void publish_plan(TimePoint now);
  void describe_service(ServiceId id, TimePoint now);
  void publish_view(TimePoint now);
  UnitView describe_unit(UnitId id, int wanted, TimePoint now);
  const std::string& note_on(UnitId id, TimePoint now);
  std::string describe_wish(const ServiceSpec& service, const ServiceState& state) const;

  void settle_trust(TimePoint now);
  void notice_drift(UnitId id, const UnitDigest& counts, TimePoint now);
  const std::string& drift_of(UnitId id) const { return drifts_[id.index()]; }

  SignalVerdict take(const LoadReport& load, const Signal& signal);
  SignalVerdict take(const LatencyReport& latency, const Signal& signal);
  SignalVerdict take(const ReplicaReport& replicas, const Signal& signal);
  SignalVerdict take(const PowerReport& power, const Signal& signal);
  SignalVerdict take(const PriceQuote& quote, const Signal& signal);
  SignalVerdict take(const CapacityLimit& limit, const Signal& signal);
  SignalVerdict take(const LaunchRefused& refusal, const Signal& signal);
  SignalVerdict take(const EndpointReady& ready, const Signal& signal);
  SignalVerdict take(const EndpointLeaving& leaving, const Signal& signal);
  SignalVerdict take(const EndpointGone& gone, const Signal& signal);
  SignalVerdict take(const ProbeResult& probe, const Signal& signal);
  SignalVerdict take(const EndpointFound& found, const Signal& signal);

  std::shared_ptr<const FleetSpec> spec_;
  FleetState fleet_;
  FleetTrust trust_;
  std::vector<ServiceState> services_;    // indexed by ServiceId
  std::vector<UnitNote> notes_;           // indexed by UnitId
  std::vector<std::string> drifts_;       // indexed by UnitId; what is told of each
  std::vector<std::string> notices_;      // for the next plan
  bool replanned_ = false;                // some service, in this tick
  std::vector<std::vector<int>> shared_;  // targets of all while pools are contended, by ServiceId
  std::vector<int> wanted_;               // if every pool gave, by UnitId; only within a tick
  std::vector<double> must_keep_per_s_;   // ready capacity, by ServiceId; only within a tick
  std::vector<Command> orphans_;          // endpoints a reload left behind, to be stopped
  std::uint64_t version_ = 0;
  std::uint64_t seen_view_version_ = 0;
  Plan plan_;
  std::shared_ptr<const FleetView> view_;
};

}  // namespace signalbox::core
