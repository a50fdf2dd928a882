// SPDX-License-Identifier: Apache-2.0
//
// The Router's surface: each handler updates the live state, asks consider() where a choice is due
// and acts on what it says. consider() itself changes nothing but the PRNG and what it says of the
// slack, so a held request can be considered as often as slots free without trace.
#include "core/route/router.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>

#include "base/assert.h"
#include "core/route/paper_shares.h"
#include "core/route/pick.h"

namespace signalbox::core {

namespace {

constexpr Duration kLeastRetryAfter = 1s;

bool contains(const BoundedVector<UnitId, Router::kMaxAttempts>& units, UnitId unit) {
  return std::find(units.begin(), units.end(), unit) != units.end();
}

// A unit that failed this request is passed over while another can start it.
void pass_over_tried(const BoundedVector<UnitId, Router::kMaxAttempts>& tried,
                     Candidates& candidates) {
  if (tried.empty()) return;
  const bool untried_can_start =
      std::any_of(candidates.begin(), candidates.end(), [&](const Candidate& candidate) {
        return can_start(candidate) && !contains(tried, candidate.unit);
      });
  if (!untried_can_start) return;
  for (auto& candidate : candidates) {
    if (can_start(candidate) && contains(tried, candidate.unit)) {
      candidate.verdict = Verdict::kAlreadyTried;
    }
  }
}

// A slot that frees can only help when it would be in time. Where no busy unit could be, every
// moment of waiting makes the objective less likely.
// And where some would be in time but none was taken, a cheaper one is what is waited for.
bool worth_waiting(const Candidates& candidates, double quantile) {
  return std::any_of(candidates.begin(), candidates.end(), [&](const Candidate& candidate) {
    return candidate.verdict == Verdict::kDearer ||
           (candidate.verdict == Verdict::kBusy && candidate.probability >= quantile);
  });
}

// Endpoints to turn to when the chosen one fails, soonest first; other units by construction.
void list_fallbacks(Decision& decision) {
  std::array<Duration, kMaxFallbacks> soonest;
  std::array<EndpointId, kMaxFallbacks> endpoints;
  soonest.fill(Duration::max());
  for (const auto& candidate : decision.candidates) {
    if (!can_start(candidate) || candidate.verdict == Verdict::kChosen) continue;
    if (candidate.predicted >= soonest.back()) continue;
    std::size_t place = kMaxFallbacks - 1;
    for (; place > 0 && candidate.predicted < soonest[place - 1]; --place) {
      soonest[place] = soonest[place - 1];
      endpoints[place] = endpoints[place - 1];
    }
    soonest[place] = candidate.predicted;
    endpoints[place] = candidate.endpoint;
  }
  for (std::size_t i = 0; i < kMaxFallbacks && soonest[i] != Duration::max(); ++i) {
    decision.fallbacks.push_back(endpoints[i]);
  }
}

// What a client is told when the last attempt failed this way.
int status_of(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::kUnreachable:
      return 503;
    case OutcomeKind::kConnectTimeout:
    case OutcomeKind::kTimedOut:
      return 504;
    default:
      return 502;
  }
}

}  // namespace

Decision& Router::append_blank(const Ticket& ticket, TimePoint now, Decisions& out) const {
  Decision& decision = out.emplace_back();
  decision.request = ticket.id;
  decision.service = ticket.service;
  decision.mode = view_->services[ticket.service.index()].mode;
  decision.routing = spec_of(ticket.service).routing;
  decision.attempt = static_cast<std::uint8_t>(ticket.attempts + 1);
  decision.panic = live_.panics(ticket.service);
  decision.view_version = view_->version;
  decision.at = now;
  decision.arrival = ticket.arrival;
  decision.deadline = ticket.deadline;
  return decision;
}

// A unit that failed the request is passed over here too while another is free.
std::optional<Balanced> Router::balance(const Ticket& ticket) {
  const auto& service = spec_of(ticket.service);
  const auto free_of = [&](UnitId unit) { return std::span(live_.unit(unit).free); };
  const UnitMask usable = ticket.usable();
  bool untried_is_free = false;
  for (std::size_t i = 0; i < service.units.size() && !untried_is_free; ++i) {
    const UnitId unit = service.units[i];
    untried_is_free =
        has_unit(usable, i) && !contains(ticket.tried, unit) && !free_of(unit).empty();
  }
  FreeEndpoints free;
  for (std::size_t i = 0; i < service.units.size(); ++i) {
    const UnitId unit = service.units[i];
    const bool passed_over =
        !has_unit(usable, i) || (untried_is_free && contains(ticket.tried, unit));
    free.push_back(passed_over ? FreeEndpoints::value_type{} : free_of(unit));
  }
  switch (service.routing) {
    case RoutingPolicy::kRoundRobin:
      return next_in_turn(free, services_[ticket.service.index()].last_taken);
    case RoutingPolicy::kLeastRequest:
      return least_loaded(free, prng_);
    default:
      return better_of_two(free, prng_);
  }
}

// By the service's policy alone: nobody where it would rather wait, or nothing is free.
Router::Picked Router::pick(Decision& decision, const Ticket& ticket, TimePoint now) {
  const auto& service = spec_of(ticket.service);
  const auto& state = services_[ticket.service.index()];
  auto& candidates = decision.candidates;
  const TokensAsked tokens = service.objective.in_tokens() ? tokens_asked(ticket) : TokensAsked{};
  const Ask ask{ticket.work, ticket.deadline, ticket.permitted, ticket.fitting,
                service.objective.in_tokens() ? &tokens : nullptr};
  if (balances_endpoints(service.routing)) {
    const auto balanced = balance(ticket);
    assess(state.prospects, live_, ask, now, prng_, candidates, offers_,
           balanced ? balanced->endpoint : nullptr);
    pass_over_tried(ticket.tried, candidates);
    if (!balanced) return std::nullopt;
    mark_taken(candidates, balanced->unit);
    return balanced->unit;
  }
  assess(state.prospects, live_, ask, now, prng_, candidates, offers_);
  pass_over_tried(ticket.tried, candidates);
  if (draws_by_weight(service.routing)) {
    for (std::size_t i = 0; i < candidates.size(); ++i) candidates[i].weight = state.shares[i];
    return pick_weighted(candidates, prng_);
  }
  // After a return the cost rule takes over request by request, along the ramp.
  const auto& plan = view_->services[ticket.service.index()];
  const double quantile = service.objective.quantile;
  if (service.objective_class == ObjectiveClass::kBatch && service.policy == Policy::kCostFirst) {
    return pick_cheap_enough(candidates, state.prospects, quantile, may_wait_longer(ticket, now));
  }
  const bool by_cost = plan.mode == Mode::kCostOptimized &&
                       (plan.cost_ramp >= 1.0 || prng_.uniform() < plan.cost_ramp);
  return by_cost ? pick_cheapest(candidates, quantile) : pick_soonest_in_time(candidates, quantile);
}

Router::Picked Router::consider(Decision& decision, Ticket& ticket, TimePoint now) {
  const auto& service = spec_of(ticket.service);
  Picked picked = pick(decision, ticket, now);
  if (!picked) {
    ticket.start_by = start_by(ticket);
    decision.late = now >= ticket.start_by;
    if (decision.late && service.when_late == WhenLate::kRefuse) {
      decision.action = Action::kReject;
      decision.reason = RejectReason::kLate;
      return std::nullopt;
    }
    const bool may_wait = service.objective_class != ObjectiveClass::kCritical &&
                          (service.routing != RoutingPolicy::kSignalbox ||
                           worth_waiting(decision.candidates, service.objective.quantile));
    if (decision.late || !may_wait) picked = pick_soonest(decision.candidates);
  }
  decision.action = picked ? Action::kForward : Action::kHold;
  return picked;
}

void Router::decide(Ticket& ticket, TimePoint now, Decisions& out) {
  if (refuse_unservable(ticket, now, out)) return;
  if (now >= ticket.give_up_at) {
    reject(append_blank(ticket, now, out), RejectReason::kDeadline, 504, ticket);
    return;
  }
  Decision& decision = append_blank(ticket, now, out);
  const Picked picked = consider(decision, ticket, now);
  if (picked) {
    forward(decision, *picked, ticket, now);
  } else if (decision.action == Action::kReject) {
    reject(decision, decision.reason, 503, ticket);
  } else {
    hold_or_yield(decision, ticket, now, out);
  }
}

void Router::forward(Decision& decision, std::size_t picked, Ticket& ticket, TimePoint now) {
  const Candidate& candidate = decision.candidates[picked];
  decision.unit = candidate.unit;
  decision.endpoint = candidate.endpoint;
  list_fallbacks(decision);

  unhold(ticket, now, true);
  LiveEndpoint& endpoint = *offers_[picked];
  SIGNALBOX_ASSERT(endpoint.id == candidate.endpoint && endpoint.in_flight < endpoint.slots);
  live_.occupy(endpoint);
  ServiceState& state = services_[ticket.service.index()];
  ++ticket.attempts;
  ticket.endpoint = candidate.endpoint;
  ticket.unit = candidate.unit;
  ticket.forwarded_at = now;
  charge(ticket, candidate.cost_usd, now);
  const Prospect& prospect = state.prospects[picked];
  const int in_flight = endpoint.in_flight + endpoint.foreign;
  const LiveUnit& chosen = live_.unit(candidate.unit);
  ticket.load = in_flight;
  ticket.expected = scale(expected_at(prospect, chosen, in_flight), ticket.work);
  ticket.unshared = endpoint.foreign == 0
                        ? ticket.expected
                        : scale(expected_at(prospect, chosen, endpoint.in_flight), ticket.work);
  ticket.alone = scale(prospect.latency(1), ticket.work);
  if (prospect.language != nullptr) expect_tokens(ticket, *prospect.language, in_flight);
  live_.note_forwarded(candidate.unit);
  watch_for_hedge(ticket, picked);
  ++state.forwarded[picked];
  state.last_taken = candidate.endpoint;
}

void Router::reject(Decision& decision, RejectReason reason, int status, Ticket& ticket) {
  ServiceState& state = services_[ticket.service.index()];
  decision.action = Action::kReject;
  decision.reason = reason;
  decision.status = status;
  if (status == 429 || status == 503) {
    decision.retry_after = std::max(kLeastRetryAfter, spec_of(decision.service).objective.latency);
  }
  const bool our_own_refusal = status == 429 || status == 503 || status == 403 || status == 413;
  ++(our_own_refusal ? state.counts.rejected : state.counts.failed);
  ++state.counts.missed;
  unhold(ticket, decision.at);
  forget(ticket);
}

void Router::on_request(RequestId id, const RequestFacts& facts, TimePoint now, Decisions& out) {
  SIGNALBOX_ASSERT(view_ != nullptr);
  SIGNALBOX_ASSERT(facts.work > 0.0 && std::isfinite(facts.work));
  const auto service = classifier_.find(facts.path, facts.model);
  if (!service) {
    Decision& decision = out.emplace_back();
    decision.request = id;
    decision.at = decision.arrival = decision.deadline = now;
    decision.view_version = view_->version;
    decision.reason = RejectReason::kNoService;
    decision.status = 404;
    return;
  }
  live_.readmit(now);  // a pause may have ended unnoticed: no timer runs while nothing is held
  Ticket& ticket = tickets_.insert(id);
  ticket.service = *service;
  ticket.arrival = now;
  ticket.work = facts.work;
  ticket.replayable = facts.replayable;
  ticket.data_class = constraints_.class_of(facts.data_class);
  ticket.prompt_tokens = std::max(0, facts.prompt_tokens);
  ticket.output_tokens = std::max(0, facts.output_tokens);
  if (facts.time_left > Duration::zero()) {
    ticket.give_up_at = now + facts.time_left;
    client_limits_.push(tickets_.place_of(ticket), ticket.give_up_at, id);
  }
  enter_load(ticket);
  constrain(ticket);
  ticket.tenant = tenants_.enter(facts.tenant, now);
  ticket.priority =
      static_cast<std::int8_t>(std::clamp(facts.priority, kLowestPriority, kHighestPriority));
  ServiceDigest& counts = services_[service->index()].counts;
  if (ticket.usable() == 0) {
    // No demand that any plan could serve.
    ++counts.unservable;
    append_unservable(ticket, now, out);
    forget(ticket);
    return;
  }
  if (refuse_over_budget(ticket, now, out)) return;
  ++counts.arrivals;
  counts.work += facts.work;
  counts.work_squared += facts.work * facts.work;
  services_[service->index()].hedge_budget.on_request(spec_of(*service).hedge.budget);
  decide(ticket, now, out);
}

void Router::on_outcome(RequestId id, const Outcome& outcome, TimePoint now, Decisions& out) {
  Ticket* const ticket = tickets_.find(id);
  if (ticket == nullptr || ticket->held || ticket->resting) return;
  live_.readmit(now);
  live_.sweep(now);
  stop_watching(*ticket);
  if (ticket->hedged()) {
    const bool goes_on = outcome.kind != OutcomeKind::kBroken &&
                         (outcome.kind != OutcomeKind::kCompleted || outcome.status >= 500);
    if (goes_on) {
      drop_copy(*ticket, outcome, now);
      return release(now, out);
    }
    settle(*ticket, outcome.endpoint);
  }
  settle_charge(*ticket, outcome, now);
  LiveEndpoint* endpoint = live_.find(ticket->endpoint);
  if (endpoint != nullptr) {
    const bool failed = outcome.kind != OutcomeKind::kCompleted || outcome.status >= 500;
    if (failed) note_failure(*endpoint, outcome, now);
    live_.vacate(*endpoint);
    const bool asks_for_pause =
        outcome.retry_after > Duration::zero() && live_.may_eject(*endpoint);
    if (asks_for_pause) endpoint->ejection.pause(now, outcome.retry_after);
    if (failed || asks_for_pause) live_.refresh(*endpoint, now);
  }
  if (ticket->orphaned) {
    // Nobody counts it any more, but its client may still wait for an answer.
    const bool answered =
        outcome.kind == OutcomeKind::kCompleted || outcome.kind == OutcomeKind::kBroken;
    if (!answered) append_service_removed(*ticket, now, out);
    forget(*ticket);
    release(now, out);
    return;
  }
  ServiceState& state = services_[ticket->service.index()];
  switch (outcome.kind) {
    case OutcomeKind::kCompleted:
      note_completion(*ticket, endpoint, outcome, now);
      forget(*ticket);
      break;
    case OutcomeKind::kBroken:
      ++state.counts.failed;
      ++state.counts.missed;
      forget(*ticket);
      break;
    default:
      redecide(*ticket, outcome, now, out);
  }
  release(now, out);
}

// Norm: at most three times, another unit first, and only when no response byte was seen and the
// shell can send every byte again. A silent endpoint (timed out) may still be working on the
// request, and an error may be the request's own doing, so these are only tried again where the
// service's rule says so, within its budget.
void Router::redecide(Ticket& ticket, const Outcome& outcome, TimePoint now, Decisions& out) {
  const bool answered = outcome.kind == OutcomeKind::kErrorAnswer;
  const int status = answered ? outcome.status : status_of(outcome.kind);
  const bool reached = outcome.kind == OutcomeKind::kDied;
  const bool final =
      outcome.kind == OutcomeKind::kTimedOut || outcome.kind == OutcomeKind::kInvalid || answered;
  ticket.replayable = outcome.replayable;
  if (may_retry(ticket, outcome)) {
    if (ticket.unit != Ticket::kNoUnit && !contains(ticket.tried, ticket.unit)) {
      ticket.tried.push_back(ticket.unit);
    }
    rest(ticket, now, out);
  } else if (!ticket.replayable || (reached && !spec_of(ticket.service).retry_safe)) {
    reject(append_blank(ticket, now, out), RejectReason::kNotReplayable, status, ticket);
  } else if (final || ticket.attempts >= kMaxAttempts) {
    reject(append_blank(ticket, now, out), RejectReason::kAttemptsEnded, status, ticket);
  } else {
    if (ticket.unit != Ticket::kNoUnit && !contains(ticket.tried, ticket.unit)) {
      ticket.tried.push_back(ticket.unit);
    }
    ++services_[ticket.service.index()].counts.redecided;
    decide(ticket, now, out);
  }
}

void Router::note_failure(LiveEndpoint& endpoint, const Outcome& outcome, TimePoint now) {
  ++endpoint.failed;
  ++live_.unit(endpoint.unit).failed;
  switch (outcome.kind) {
    case OutcomeKind::kUnreachable:
    case OutcomeKind::kConnectTimeout:
    case OutcomeKind::kDied:
      endpoint.ejection.on_dead(now);
      return;
    default:
      break;
  }
  endpoint.sample.on_error();
  if (outcome.retry_after > Duration::zero()) return;  // it says that it is full, not broken
  if (!endpoint.ejection.on_error() || !live_.may_eject(endpoint)) return;
  endpoint.ejection.eject(now);
}

void Router::note_completion(const Ticket& request, LiveEndpoint* endpoint, const Outcome& outcome,
                             TimePoint now) {
  ServiceState& state = services_[request.service.index()];
  const bool failed = outcome.status >= 500;
  ++(failed ? state.counts.failed : state.counts.completed);
  if (failed || !in_time(request, outcome, now)) ++state.counts.missed;
  const auto& units = spec_of(request.service).units;
  const auto place = std::find(units.begin(), units.end(), request.unit) - units.begin();
  if (static_cast<std::size_t>(place) < state.latency.size()) {
    state.latency[static_cast<std::size_t>(place)].add(now - request.arrival);
  }
  if (failed || request.unit == Ticket::kNoUnit) return;
  LiveUnit& unit = live_.unit(request.unit);
  ++unit.completed;
  if (endpoint != nullptr) {
    endpoint->ejection.on_success();
    live_.refresh(*endpoint, now);
    endpoint->latency.add(now - request.forwarded_at);
    if (outcome.status < 300) {
      endpoint->sample.on_answer(to_seconds(now - request.forwarded_at) /
                                 to_seconds(request.expected));
    }
  }
  // A quick 404 says nothing of how long the unit's work takes.
  if (outcome.status >= 300) return;
  const Duration observed = now - request.forwarded_at;
  const Duration expected = expected_of(request, observed, endpoint);
  unit.service_time.observe(observed, expected);
  const double ratio = std::min(kLargestRatio, to_seconds(observed) / to_seconds(expected));
  ++unit.ratios;
  unit.ratio_sum += ratio;
  if (unit.shape.matters() && request.load > 0) {
    const Duration by_profile =
        scale(view_->spec->unit(request.unit).profile.latency(request.load), request.work);
    unit.shape.observe(request.load,
                       std::min(kLargestRatio, to_seconds(observed) / to_seconds(by_profile)));
  }
  const bool was_timed =
      outcome.time_to_first_byte > Duration::zero() && request.alone > Duration::zero();
  if (endpoint != nullptr && was_timed) {
    live_.note_first_byte(*endpoint,
                          to_seconds(outcome.time_to_first_byte) / to_seconds(request.alone));
  }
  observe_tokens(request, outcome, now);
}

// That others load an endpoint is only said by its server. A request that was as quick as if they
// were not there says otherwise, and nothing is learned by what they would have excused.
Duration Router::expected_of(const Ticket& request, Duration observed, LiveEndpoint* endpoint) {
  if (request.unshared == request.expected) return request.expected;
  const bool felt = observed > request.unshared + (request.expected - request.unshared) / 2;
  if (endpoint != nullptr) live_.note_others(*endpoint, felt);
  return felt ? request.expected : request.unshared;
}

void Router::on_cancel(RequestId id, TimePoint now, Decisions& out) {
  Ticket* const ticket = tickets_.find(id);
  if (ticket == nullptr) return;
  if (!ticket->orphaned) ++services_[ticket->service.index()].counts.abandoned;
  if (!ticket->held) settle(*ticket, ticket->endpoint);
  if (ticket->resting) {
    wake(*ticket);
  } else if (ticket->held) {
    unhold(*ticket, now);
  } else if (LiveEndpoint* endpoint = live_.find(ticket->endpoint)) {
    live_.vacate(*endpoint);
  }
  forget(*ticket);
  release(now, out);
}

void Router::on_timer(TimePoint now, Decisions& out) {
  if (view_ == nullptr) return;
  live_.readmit(now);
  give_up_for_clients(now, out);
  for (std::uint32_t i = 0; i < services_.size(); ++i) expire(ServiceId(i), now, out);
  end_rests(now, out);
  release(now, out);
  send_hedges(now, out);
}

void Router::on_view(std::shared_ptr<const FleetView> view, TimePoint now, Decisions& out) {
  const auto previous = std::exchange(view_, std::move(view));
  const FleetSpec* previous_spec = previous != nullptr ? previous->spec.get() : nullptr;
  live_.adopt(*view_, previous_spec, now);
  if (previous_spec != view_->spec.get()) {
    classifier_ = Classifier(*view_->spec);
    constraints_ = Constraints(*view_->spec);
    tenants_.adopt(view_->spec->tenancy);
  }
  if (previous_spec == nullptr) {
    services_.resize(view_->spec->services.size());
    for (std::size_t i = 0; i < services_.size(); ++i) {
      services_[i].forwarded.resize(view_->spec->services[i].units.size());
      services_[i].latency.resize(view_->spec->services[i].units.size());
    }
  } else if (previous_spec != view_->spec.get()) {
    adopt_spec(*previous_spec, now, out);
  }
  adopt_view();
  let_age(now);
  for (std::uint32_t i = 0; i < services_.size(); ++i) {
    HoldQueue& held = services_[i].held;
    if (held.empty()) continue;
    held.judge_slack(quickest(ServiceId(i)));
    expire(ServiceId(i), now, out);
  }
  release(now, out);
}

// What follows from the view alone is not worked out again for every request.
void Router::adopt_view() {
  for (std::uint32_t i = 0; i < services_.size(); ++i) {
    const auto& service = spec_of(ServiceId(i));
    ServiceState& state = services_[i];
    gather(*view_, service, state.prospects);
    state.hedge_ratio.clear();
    for (const UnitId unit : service.units) {
      if (service.hedge.after <= 0.0) break;
      state.hedge_ratio.push_back(ratio_at(live_.unit(unit).service_time, service.hedge.after,
                                           view_->spec->unit(unit).profile.spread()));
    }
    state.shares.assign(service.units.size(), 0.0);
    if (draws_by_weight(service.routing)) {
      paper_shares(*view_, service, view_->services[i].mode, state.shares);
    }
  }
}

void Router::append_service_removed(const Ticket& ticket, TimePoint now, Decisions& out) const {
  Decision& decision = out.emplace_back();
  decision.request = ticket.id;
  decision.at = now;
  decision.arrival = ticket.arrival;
  decision.deadline = ticket.deadline;
  decision.view_version = view_->version;
  decision.reason = RejectReason::kServiceRemoved;
  decision.status = 503;
  decision.retry_after = kLeastRetryAfter;
}

// A reload: services and units are matched by name, requests follow theirs. Held requests of a
// service that is gone are answered at once; those in flight keep their slot until they end, and
// are answered then if their endpoint failed them.
void Router::adopt_spec(const FleetSpec& previous, TimePoint now, Decisions& out) {
  const FleetSpec& spec = *view_->spec;
  std::vector<ServiceState> services(spec.services.size());
  for (std::size_t i = 0; i < services.size(); ++i) {
    services[i].forwarded.resize(spec.services[i].units.size());
    services[i].latency.resize(spec.services[i].units.size());
    const auto old_service = previous.find_service(spec.services[i].name);
    if (!old_service) continue;
    ServiceState& old_state = services_[old_service->index()];
    services[i].counts = old_state.counts;
    services[i].last_taken = old_state.last_taken;
    services[i].output_length = old_state.output_length;
    services[i].arrivals_probed = old_state.arrivals_probed;
    services[i].hedge_budget = old_state.hedge_budget;
    const auto& old_units = previous.service(*old_service).units;
    for (std::size_t u = 0; u < spec.services[i].units.size(); ++u) {
      const auto& name = spec.unit(spec.services[i].units[u]).name;
      for (std::size_t o = 0; o < old_units.size(); ++o) {
        if (previous.unit(old_units[o]).name != name) continue;
        services[i].forwarded[u] = old_state.forwarded[o];
        services[i].latency[u] = old_state.latency[o];
      }
    }
  }
  services_ = std::move(services);
  adopt_view();  // what a request may use and is owed rests on it

  tickets_.for_each([&](Ticket& ticket) {
    const auto service =
        ticket.orphaned ? std::nullopt : spec.find_service(previous.service(ticket.service).name);
    if (!service && (ticket.held || ticket.resting)) {
      wake(ticket);
      ticket.orphaned = true;  // nobody counts it any more
      append_service_removed(ticket, now, out);
      forget(ticket);
      return;
    }
    if (!ticket.held && ticket.unit != Ticket::kNoUnit) {
      ticket.unit = spec.find_unit(previous.unit(ticket.unit).name).value_or(Ticket::kNoUnit);
    }
    if (ticket.hedged() && ticket.second.unit != Ticket::kNoUnit) {
      ticket.second.unit =
          spec.find_unit(previous.unit(ticket.second.unit).name).value_or(Ticket::kNoUnit);
    }
    ticket.tried.clear();
    ticket.orphaned = !service;
    if (service) {
      ticket.service = *service;
      enter_load(ticket);
      const auto& classes = previous.data.classes;
      ticket.data_class =
          classes.empty() ? kStrictest : constraints_.class_of(classes[ticket.data_class].name);
      constrain(ticket);
    }
    if (ticket.held && ticket.usable() == 0) {
      ticket.held = false;
      refuse_unservable(ticket, now, out);
      return;
    }
    if (ticket.held) {
      // Whether its slack has run out is judged with everybody's, when the view is in force.
      ticket.place = services_[service->index()].held.add(as_held(ticket), ticket.deadline);
    }
  });
}

void Router::digest(TimePoint now, RouterDigest& out) const {
  out.at = now;
  out.view_version = view_ != nullptr ? view_->version : 0;
  out.leases_version = view_ != nullptr ? view_->leases_version : 0;
  out.services.clear();
  for (std::uint32_t i = 0; i < services_.size(); ++i) {
    out.services.push_back(services_[i].counts);
    out.services.back().held = static_cast<int>(services_[i].held.size());
    out.services.back().panic = live_.panics(ServiceId(i));
  }
  live_.describe(now, out);
}

RouterDigest Router::digest(TimePoint now) const {
  RouterDigest digest;
  this->digest(now, digest);
  return digest;
}

RouterReport Router::report(TimePoint now) const {
  RouterReport report;
  digest(now, report);
  for (std::uint32_t i = 0; i < services_.size(); ++i) {
    const ServiceState& state = services_[i];
    const auto& units = spec_of(ServiceId(i)).units;
    for (std::size_t u = 0; u < units.size(); ++u) {
      report.service_units.push_back(
          {ServiceId(i), units[u], state.forwarded[u], state.latency[u]});
    }
  }
  live_.describe_latency(report.endpoint_latency);
  tenants_.describe(now, report.tenants);
  return report;
}

}  // namespace signalbox::core
