// SPDX-License-Identifier: Apache-2.0
//
// The Router and its tenants' budgets: asked once, when a request arrives, and charged for each
// attempt as it is sent, since an attempt occupies a unit whether or not it succeeds. What a
// request will cost is not known before a unit is chosen, so what it may cost at the most is set
// aside until then: requests that wait cannot together come to more than the budget.
#include <algorithm>
#include <utility>

#include "core/route/router.h"

namespace signalbox::core {

namespace {

// At the dearest of the units that may serve it.
double most_usd(const std::vector<Prospect>& prospects, const Ticket& ticket) {
  double most = 0.0;
  for (std::size_t i = 0; i < prospects.size(); ++i) {
    if (has_unit(ticket.usable(), i)) most = std::max(most, prospects[i].cost_usd);
  }
  return most * ticket.work;
}

}  // namespace

// No demand: what its tenant may not have is nothing to launch replicas for, nor a promise broken.
bool Router::refuse_over_budget(Ticket& ticket, TimePoint now, Decisions& out) {
  ServiceState& state = services_[ticket.service.index()];
  const double most = tenants_.bounds_cost(ticket.tenant) ? most_usd(state.prospects, ticket) : 0.0;
  const auto answer = tenants_.admit(ticket.tenant, most, now);
  if (answer.used_up == BudgetBound::kNone) {
    ticket.set_aside_usd = answer.set_aside_usd;
    return false;
  }
  Decision& decision = append_blank(ticket, now, out);
  decision.reason = RejectReason::kOverBudget;
  decision.status = 429;
  // When one of its requests will end, nobody knows; about when it is owed an answer.
  decision.retry_after = answer.wait > Duration::zero()
                             ? answer.wait
                             : std::max<Duration>(1s, spec_of(ticket.service).objective.latency);
  ++state.counts.over_budget;
  forget(ticket);
  return true;
}

void Router::charge(Ticket& ticket, double usd, TimePoint now) {
  BudgetAccount& account = tenants_.account(ticket.tenant);
  account.put_back(ticket.set_aside_usd);
  ticket.set_aside_usd = 0.0;
  account.charge(usd, now);
  ticket.charged_usd = usd;
}

// An endpoint that was never reached has done nothing for its tenant. What the attempt would have
// cost is set aside again for the next one.
void Router::settle_charge(Ticket& ticket, const Outcome& outcome, TimePoint now) {
  if (was_reached(outcome)) return;
  BudgetAccount& account = tenants_.account(ticket.tenant);
  account.take_back(ticket.charged_usd, ticket.forwarded_at, now);
  account.set_aside(ticket.charged_usd);
  ticket.set_aside_usd = std::exchange(ticket.charged_usd, 0.0);
}

}  // namespace signalbox::core
