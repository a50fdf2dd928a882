// SPDX-License-Identifier: Apache-2.0
//
// Everything around a published scaling policy that is not the policy: who is ready, what arrives
// at which rate, which replicas to launch and which to stop. It is the same for all of them, so a
// difference between two policies is a difference between two rules. It does what a well-kept
// Kubernetes does, and where that was to be chosen, it was chosen like this:
//
//   kind    A lost replica is replaced at the next tick, not at the policy's next period. A
//           draining replica that is wanted again goes back to work. Readiness reaches the router
//           at once. A boot that is no longer wanted is cancelled. Replicas whose probes fail are
//           stopped and replaced. The idlest go first. In a blackout of metrics nothing is decided
//           and nothing is lost, and rates afterwards are averages over it.
//   unkind  A refused launch wakes nobody: it is tried again when the policy's period comes round,
//           for real autoscalers poll. What else is done about a refusal is the policy's own rule,
//           or the one that is lent to most of them (Availability in supply.h).
//
// Guardrails are Signalbox's own and bind nobody here; the limits of a unit's spec bind all.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "core/estimate/health.h"
#include "sim/policy/scaler.h"
#include "sim/run/control.h"

namespace signalbox::sim {

struct ScaledOptions {
  std::vector<Tier> tiers;              // by unit; missing ones count as on-demand
  const DemandSeries* truth = nullptr;  // shown to the scaler; must outlive the control
  // No ready replica is drained before the ready ones left carry what the wish would carry. Off for
  // policies that publish no such rule.
  bool make_before_break = false;
};

class ScaledControl final : public Control {
 public:
  // Fixed servers of unmanaged units are ready from the start, under the ids 1, 2, ... in the order
  // of the spec. REQUIRES: one service; the scaler's window is at least its period.
  ScaledControl(std::shared_ptr<const core::FleetSpec> spec, std::unique_ptr<Scaler> scaler,
                ScaledOptions options, TimePoint start);

  bool on_signal(const core::Signal& signal, TimePoint now) override;
  void on_digest(const core::RouterDigest& digest, TimePoint now) override;
  // A tick at which nothing happened and nothing is due returns the plan before, its commands
  // cleared, and leaves the view the same object.
  const core::Plan& tick(TimePoint now) override;
  std::shared_ptr<const core::FleetView> view() const override { return view_; }

 private:
  struct Endpoint {
    EndpointId id;
    UnitId unit;
    core::EndpointState state = core::EndpointState::kBooting;
    bool managed = true;
    bool stopping = false;  // told to stop: gone as far as we are concerned, billed until it ends
    bool leaving = false;   // the provider has said that it will take it back
    core::Address address;
    TimePoint since{};
    int in_flight = 0;
    std::uint64_t drain_version = 0;  // the first view that says it drains
    core::ProbeHealth health;
  };
  struct Unit {
    double price_usd_per_hour = 0.0;
    std::optional<int> pool_limit;
    std::optional<TimePoint> refused_at;
    bool refused_this_period = false;
    int in_flight = 0;
    std::uint64_t forwarded = 0;
  };
  // Cumulative counts at one moment.
  struct Sample {
    TimePoint at;
    double work;
    std::vector<std::uint64_t> forwarded;  // by unit
  };

  bool take(const core::PriceQuote& quote, TimePoint at);
  bool take(const core::CapacityLimit& limit, TimePoint at);
  bool take(const core::LaunchRefused& refusal, TimePoint at);
  bool take(const core::EndpointReady& ready, TimePoint at);
  bool take(const core::EndpointGone& gone, TimePoint at);
  bool take(const core::EndpointLeaving& leaving, TimePoint at);
  bool take(const core::ProbeResult& probe, TimePoint at);
  // What other signals there are is none of an autoscaler's business.
  template <class Other>
  bool take(const Other&, TimePoint) {
    return false;
  }

  Endpoint* find(EndpointId id);
  void erase(EndpointId id);
  void decide(TimePoint now);
  void observe(TimePoint now);
  void reconcile(TimePoint now);
  void grow(UnitId unit, int missing, TimePoint now);
  void shrink(UnitId unit, int surplus, TimePoint now);
  void finish_drains(TimePoint now);
  void forget_unconfirmed(TimePoint now);
  void stop(Endpoint& endpoint, TimePoint now);
  void set_state(Endpoint& endpoint, core::EndpointState state, TimePoint now);
  bool can_spare(UnitId unit) const;
  int wanted(UnitId unit) const;
  void accrue(TimePoint now);
  void publish(TimePoint now);
  void describe_units(core::FleetView& view) const;

  std::shared_ptr<const core::FleetSpec> spec_;
  std::unique_ptr<Scaler> scaler_;
  ScaledOptions options_;
  TimePoint start_;
  TimePoint next_decision_;

  std::vector<Endpoint> endpoints_;  // ordered by id
  std::vector<Unit> units_;          // by unit
  std::uint64_t last_id_ = 0;
  int draining_ = 0;  // that have not been told to stop yet

  bool digest_seen_ = false;
  TimePoint digest_at_{};
  TimePoint decided_on_ = TimePoint::min();  // the digest the last decision rested on
  std::uint64_t seen_view_version_ = 0;
  double arrived_work_ = 0.0;
  int held_ = 0;
  std::deque<Sample> samples_;  // at decisions; the first is the last one a window ago or earlier

  std::vector<UnitObservation> seen_units_;  // by unit
  double arrived_per_s_ = 0.0;
  Wish wish_;
  bool changed_ = true;            // something that the plan or the view tells
  bool endpoints_changed_ = true;  // and that is an endpoint

  double cost_usd_per_hour_ = 0.0;
  double spent_usd_ = 0.0;
  TimePoint accrued_until_;
  std::uint64_t version_ = 0;
  TimePoint mode_since_;
  core::Plan plan_;
  std::shared_ptr<const core::FleetView> view_;
};

}  // namespace signalbox::sim
