// SPDX-License-Identifier: Apache-2.0
//
// Requests with two copies: when the second is sent, and how the two become one again - by the
// first answer, by a failure of either, or because the client leaves. Each copy has a slot of its
// own, and each slot is given back exactly once.
#include <algorithm>
#include <utility>

#include "core/route/router.h"

namespace signalbox::core {

namespace {

// Where no copy could be sent it is tried again after this share of the expected time.
constexpr double kPatience = 0.25;
constexpr Duration kLeastPatience = 1ms;

}  // namespace

void Router::watch_for_hedge(const Ticket& ticket, std::size_t picked) {
  const ServiceState& state = services_[ticket.service.index()];
  if (state.hedge_ratio.empty()) return;
  const bool may_be_sent_twice = ticket.replayable && spec_of(ticket.service).retry_safe;
  if (!may_be_sent_twice || ticket.attempts >= kMaxAttempts) return;
  hedges_.push(tickets_.place_of(ticket),
               ticket.forwarded_at + scale(ticket.expected, state.hedge_ratio[picked]), ticket.id);
}

void Router::stop_watching(const Ticket& ticket) {
  const auto place = tickets_.place_of(ticket);
  if (hedges_.contains(place)) hedges_.remove(place);
}

// Called when held requests have taken what they would: a copy has only what is left.
void Router::send_hedges(TimePoint now, Decisions& out) {
  while (!hedges_.empty() && hedges_.first_at() <= now) {
    const auto place = hedges_.first();
    hedges_.remove(place);
    Ticket& ticket = tickets_.at_place(place);
    if (ticket.orphaned || send_hedge(ticket, now, out)) continue;
    hedges_.push(place, now + std::max(kLeastPatience, scale(ticket.expected, kPatience)),
                 ticket.id);
  }
}

bool Router::send_hedge(Ticket& ticket, TimePoint now, Decisions& out) {
  ServiceState& state = services_[ticket.service.index()];
  if (!state.hedge_budget.allows_one()) return false;
  Decision& decision = append_blank(ticket, now, out);
  const bool in_tokens = spec_of(ticket.service).objective.in_tokens();
  const TokensAsked tokens = in_tokens ? tokens_asked(ticket) : TokensAsked{};
  const Ask ask{ticket.work, ticket.deadline, ticket.permitted, ticket.fitting,
                in_tokens ? &tokens : nullptr};
  assess(state.prospects, live_, ask, now, prng_, decision.candidates, offers_);
  for (std::size_t i = 0; i < decision.candidates.size(); ++i) {
    Candidate& candidate = decision.candidates[i];
    if (!can_start(candidate)) continue;
    if (std::find(ticket.tried.begin(), ticket.tried.end(), candidate.unit) != ticket.tried.end()) {
      candidate.verdict = Verdict::kAlreadyTried;
    } else if (candidate.endpoint == ticket.endpoint) {
      offers_[i] = live_.another_free(live_.unit(candidate.unit), ticket.endpoint);
      candidate.endpoint = offers_[i] != nullptr ? offers_[i]->id : EndpointId{};
      if (offers_[i] == nullptr) candidate.verdict = Verdict::kBusy;
    }
  }
  const auto picked = pick_hedge(*view_->spec, ticket.unit,
                                 spec_of(ticket.service).objective.quantile, decision.candidates);
  if (!picked) {
    out.pop_back();
    return false;
  }
  decision.action = Action::kForward;
  decision.hedge = true;
  decision.unit = decision.candidates[*picked].unit;
  decision.endpoint = decision.candidates[*picked].endpoint;
  LiveEndpoint& endpoint = *offers_[*picked];
  live_.occupy(endpoint);
  ++ticket.attempts;
  const double cost_usd = decision.candidates[*picked].cost_usd;
  tenants_.account(ticket.tenant).charge(cost_usd, now);
  ticket.second = {decision.endpoint, decision.unit, now, cost_usd,
                   scale(state.prospects[*picked].latency(endpoint.in_flight), ticket.work)};
  ++state.forwarded[*picked];
  ++state.counts.hedged;
  state.hedge_budget.spend_one();
  return true;
}

// The second copy takes the first one's place, which is given up.
void Router::promote_second(Ticket& ticket) {
  ticket.endpoint = ticket.second.endpoint;
  ticket.unit = ticket.second.unit;
  ticket.forwarded_at = ticket.second.forwarded_at;
  ticket.charged_usd = ticket.second.charged_usd;
  ticket.expected = ticket.unshared = ticket.second.expected;
  ticket.load = 0;
  // What was expected in tokens was the first unit's; of this one nothing is compared.
  ticket.expected_first_token = ticket.expected_per_token = Duration::zero();
  ticket.second = Ticket::Copy{};
}

// `endpoint` has answered, so the other copy is worth nothing any more.
void Router::settle(Ticket& ticket, EndpointId endpoint) {
  if (!ticket.hedged()) return;
  const bool second_won = endpoint == ticket.second.endpoint;
  const EndpointId loser = second_won ? ticket.endpoint : ticket.second.endpoint;
  if (LiveEndpoint* lost = live_.find(loser)) live_.vacate(*lost);
  if (second_won) {
    promote_second(ticket);
    if (!ticket.orphaned) ++services_[ticket.service.index()].counts.hedges_won;
  }
  ticket.second = Ticket::Copy{};
}

// One copy failed without an answer, the other goes on as if it were the only one.
void Router::drop_copy(Ticket& ticket, const Outcome& outcome, TimePoint now) {
  const bool is_second = outcome.endpoint == ticket.second.endpoint;
  const UnitId unit = is_second ? ticket.second.unit : ticket.unit;
  if (LiveEndpoint* endpoint = live_.find(is_second ? ticket.second.endpoint : ticket.endpoint)) {
    note_failure(*endpoint, outcome, now);
    live_.vacate(*endpoint);
    live_.refresh(*endpoint, now);
  }
  const bool is_new =
      std::find(ticket.tried.begin(), ticket.tried.end(), unit) == ticket.tried.end();
  if (unit != Ticket::kNoUnit && is_new) ticket.tried.push_back(unit);
  ticket.replayable = outcome.replayable;
  if (!was_reached(outcome)) {
    tenants_.account(ticket.tenant)
        .take_back(is_second ? ticket.second.charged_usd : ticket.charged_usd,
                   is_second ? ticket.second.forwarded_at : ticket.forwarded_at, now);
  }
  is_second ? void(ticket.second = Ticket::Copy{}) : promote_second(ticket);
}

void Router::on_answer_begun(RequestId id, EndpointId endpoint, TimePoint now, Decisions& out) {
  Ticket* const ticket = tickets_.find(id);
  if (ticket == nullptr || ticket->held || ticket->resting) return;
  stop_watching(*ticket);
  if (!ticket->hedged()) return;
  settle(*ticket, endpoint);
  release(now, out);
}

}  // namespace signalbox::core
