// SPDX-License-Identifier: Apache-2.0
//
// The Router: the pure state machine behind every request. Inputs are a fleet view, requests,
// outcomes, cancellations and the passing of time; each may answer with decisions, also for other,
// held requests whose turn has come. The stages are those of the request's life:
//
//   classify -> constrain -> admit -> assess -> pick -> forward | hold | reject -> observe
//
// It owns what changes per request - slots in flight, live estimates, the hold queues, one PRNG -
// and nothing else. The shell serialises calls; `now` never goes back.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/prng.h"
#include "core/estimate/output_length.h"
#include "core/model/decision.h"
#include "core/model/digest.h"
#include "core/model/fleet_view.h"
#include "core/model/request.h"
#include "core/route/assess.h"
#include "core/route/balance.h"
#include "core/route/classify.h"
#include "core/route/constraints.h"
#include "core/route/hedge.h"
#include "core/route/hold_queue.h"
#include "core/route/live.h"
#include "core/route/retry.h"
#include "core/route/tenant_table.h"
#include "core/route/ticket_table.h"

namespace signalbox::core {

class Router {
 public:
  using Decisions = std::vector<Decision>;  // appended to, never cleared, by the calls below

  static constexpr int kMaxAttempts = Ticket::kMaxAttempts;

  // Equal seeds and equal inputs give equal decisions.
  explicit Router(std::uint64_t seed) : prng_(seed) {}

  // Takes a new view into force: requests held may now be released.
  void on_view(std::shared_ptr<const FleetView> view, TimePoint now, Decisions& out);

  // Decides a new request. REQUIRES: a view is in force, `id` is not in use.
  void on_request(RequestId id, const RequestFacts& facts, TimePoint now, Decisions& out);

  // Reports how a forwarded request ended, or one of its two copies: then Outcome::endpoint says
  // which, and while the other is under way a failure (a 5xx too) decides nothing. Else a failure
  // before the first response byte is answered with another decision for the same request: forward
  // or hold again, or reject with the status the client shall see. Unknown ids are ignored (the
  // request was cancelled meanwhile).
  void on_outcome(RequestId id, const Outcome& outcome, TimePoint now, Decisions& out);

  // The endpoint has begun to answer. If another has a copy of the request (Decision::hedge), that
  // one has lost: its slot is free, and the shell gives it up without reporting an outcome. Asked
  // for where a service hedges; elsewhere it does nothing.
  void on_answer_begun(RequestId id, EndpointId endpoint, TimePoint now, Decisions& out);

  // The client went away, held or in flight; its slots are free again. Unknown ids are ignored.
  void on_cancel(RequestId id, TimePoint now, Decisions& out);

  // To be called when next_deadline() has come: ends of patience, of slack and of ejections, and
  // the moments when a copy of a request is due.
  void on_timer(TimePoint now, Decisions& out);
  // TimePoint::max() when nothing is pending.
  TimePoint next_deadline() const;

  // What control decides on, written into the memory that `out` has.
  void digest(TimePoint now, RouterDigest& out) const;
  RouterDigest digest(TimePoint now) const;
  // The same with latencies, for pages.
  RouterReport report(TimePoint now) const;

  const FleetView& view() const { return *view_; }

 private:
  struct ServiceState {
    HoldQueue held;
    ServiceDigest counts;
    std::vector<std::uint64_t> forwarded;   // parallel to the service's units
    std::vector<LatencyHistogram> latency;  // parallel to the service's units
    EndpointId last_taken;
    HedgeBudget hedge_budget;
    RetryLoad retry_load;
    // What the view in force says, likewise:
    std::vector<Prospect> prospects;
    std::vector<double> shares;         // under a policy that draws by weight
    OutputLength output_length;         // of a language model's answers
    std::uint64_t arrivals_probed = 0;  // of those counted, that gave units credit for a probe
    std::vector<double> hedge_ratio;  // of the expected time, after which a copy is sent; or empty
  };
  // Whose turn it is among the services that hold requests.
  struct QueueHead {
    bool can_wait;  // critical services come first
    TimePoint deadline;
    RequestId request;
    ServiceId service;
    auto operator<=>(const QueueHead&) const = default;
  };

  // Where a decision found it best to go: the place among the service's units.
  using Picked = std::optional<std::size_t>;
  Picked consider(Decision& decision, Ticket& ticket, TimePoint now);
  Picked pick(Decision& decision, const Ticket& ticket, TimePoint now);
  std::optional<Balanced> balance(const Ticket& ticket);
  void decide(Ticket& ticket, TimePoint now, Decisions& out);
  void forward(Decision& decision, std::size_t picked, Ticket& ticket, TimePoint now);
  void reject(Decision& decision, RejectReason reason, int status, Ticket& ticket);
  bool may_retry(const Ticket& ticket, const Outcome& outcome) const;
  void rest(Ticket& ticket, TimePoint now, Decisions& out);
  void wake(Ticket& ticket);
  void end_rests(TimePoint now, Decisions& out);
  void give_up_for_clients(TimePoint now, Decisions& out);
  void enter_load(const Ticket& ticket);
  void leave_load(const Ticket& ticket);
  void redecide(Ticket& ticket, const Outcome& outcome, TimePoint now, Decisions& out);
  // The prompt of one that is owed its first token takes the same time wherever it waits, so its
  // line sees an earlier deadline of an empty prompt.
  HeldRequest as_held(const Ticket& ticket) const {
    const bool by_first_token = spec_of(ticket.service).objective.first_token > Duration::zero();
    return {ticket.id,
            ticket.arrival,
            ticket.deadline - ticket.reading,
            by_first_token ? 1.0 : ticket.work,
            ticket.tenant,
            ticket.priority,
            tenants_.weight(ticket.tenant)};
  }
  // What a held request of work 1 must leave itself, on the units that it may use.
  Duration quickest(ServiceId id, UnitMask usable = kEveryUnit) const;
  // Says which units may serve it, and what it is owed. By the configuration in force.
  void constrain(Ticket& ticket);
  Decision& append_unservable(const Ticket& ticket, TimePoint now, Decisions& out) const;
  // Rejects a request that no unit may or can serve any more, since the configuration changed.
  bool refuse_unservable(Ticket& ticket, TimePoint now, Decisions& out);
  // Begun later than this it would be late.
  TimePoint start_by(const Ticket& ticket) const {
    return as_held(ticket).start_by(quickest(ticket.service, ticket.usable()));
  }
  // A batch request still has time to try something better than what is on offer.
  bool may_wait_longer(const Ticket& ticket, TimePoint now) const;
  UnitMask free_units(ServiceId id) const;
  TokensAsked tokens_asked(const Ticket& ticket) const;
  static void expect_tokens(Ticket& ticket, const LanguageProfile& profile, int in_flight);
  bool in_time(const Ticket& ticket, const Outcome& outcome, TimePoint now) const;
  Duration expected_of(const Ticket& ticket, Duration observed, LiveEndpoint* endpoint);
  void observe_tokens(const Ticket& ticket, const Outcome& outcome, TimePoint now);
  void let_age(TimePoint now);
  bool refuse_over_budget(Ticket& ticket, TimePoint now, Decisions& out);
  void charge(Ticket& ticket, double usd, TimePoint now);
  void settle_charge(Ticket& ticket, const Outcome& outcome, TimePoint now);
  void hold(Ticket& ticket, bool late, TimePoint now);
  void watch_for_hedge(const Ticket& ticket, std::size_t picked);
  void stop_watching(const Ticket& ticket);
  void send_hedges(TimePoint now, Decisions& out);
  bool send_hedge(Ticket& ticket, TimePoint now, Decisions& out);
  void promote_second(Ticket& ticket);
  void settle(Ticket& ticket, EndpointId endpoint);
  void drop_copy(Ticket& ticket, const Outcome& outcome, TimePoint now);
  void release(TimePoint now, Decisions& out);
  void release_service(ServiceId id, TimePoint now, Decisions& out);
  void expire(ServiceId id, TimePoint now, Decisions& out);
  void unhold(Ticket& ticket, TimePoint now, bool to_be_served = false);
  void hold_or_yield(Decision& decision, Ticket& ticket, TimePoint now, Decisions& out);
  void forget(const Ticket& ticket);
  void note_failure(LiveEndpoint& endpoint, const Outcome& outcome, TimePoint now);
  void note_completion(const Ticket& ticket, LiveEndpoint* endpoint, const Outcome& outcome,
                       TimePoint now);
  void adopt_spec(const FleetSpec& previous, TimePoint now, Decisions& out);
  void adopt_view();
  // Appended to `out`, to be filled where it stands: a decision is too long to be carried about.
  Decision& append_blank(const Ticket& ticket, TimePoint now, Decisions& out) const;
  void append_service_removed(const Ticket& ticket, TimePoint now, Decisions& out) const;
  const ServiceSpec& spec_of(ServiceId id) const { return view_->spec->service(id); }

  Prng prng_;
  std::shared_ptr<const FleetView> view_;
  LiveFleet live_;
  std::vector<ServiceState> services_;  // indexed by ServiceId
  std::vector<QueueHead> heads_;        // of release(), kept so that it allocates nothing
  TicketTable tickets_;
  TenantTable tenants_;
  // Of tickets, by their places:
  PlaceHeap hedges_;         // those in flight, by when a copy is due
  PlaceHeap resting_;        // by when they are decided anew
  PlaceHeap client_limits_;  // by when their clients give up
  Classifier classifier_;
  Constraints constraints_;
  Offers offers_{};  // of the decision under way
};

}  // namespace signalbox::core
