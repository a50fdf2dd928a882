// SPDX-License-Identifier: Apache-2.0
//
// Requests that rest before they are tried again, and those whose clients will wait no longer. A
// resting request has no slot and stands in no line: it is decided anew when its pause ends.
#include <algorithm>

#include "core/route/retry.h"
#include "core/route/router.h"

namespace signalbox::core {

// Has it failed in a way that the rule governs, and may it be tried again?
bool Router::may_retry(const Ticket& ticket, const Outcome& outcome) const {
  const bool governed =
      outcome.kind == OutcomeKind::kTimedOut || outcome.kind == OutcomeKind::kErrorAnswer;
  const ServiceSpec& service = spec_of(ticket.service);
  return governed && ticket.replayable && service.retry_safe &&
         ticket.retries < service.retry.attempts && ticket.attempts < kMaxAttempts &&
         (ticket.retries > 0 ||
          services_[ticket.service.index()].retry_load.allows_another(service.retry));
}

void Router::rest(Ticket& ticket, TimePoint now, Decisions& out) {
  ServiceState& state = services_[ticket.service.index()];
  const RetryRule& rule = spec_of(ticket.service).retry;
  if (ticket.retries == 0) ++state.retry_load.retried;
  const Duration pause = draw_backoff(rule, ticket.retries, prng_);
  ++ticket.retries;
  ++state.counts.retried;
  ticket.resting = true;
  resting_.push(tickets_.place_of(ticket), now + pause, ticket.id);
  append_blank(ticket, now, out).action = Action::kHold;
}

void Router::wake(Ticket& ticket) {
  if (!ticket.resting) return;
  resting_.remove(tickets_.place_of(ticket));
  ticket.resting = false;
}

void Router::end_rests(TimePoint now, Decisions& out) {
  while (!resting_.empty() && resting_.first_at() <= now) {
    Ticket& ticket = tickets_.at_place(resting_.first());
    wake(ticket);
    decide(ticket, now, out);
  }
}

void Router::give_up_for_clients(TimePoint now, Decisions& out) {
  while (!client_limits_.empty() && client_limits_.first_at() <= now) {
    const auto place = client_limits_.first();
    client_limits_.remove(place);
    Ticket& ticket = tickets_.at_place(place);
    // One in flight has an attempt that ends by itself.
    if (!ticket.held && !ticket.resting) continue;
    wake(ticket);
    reject(append_blank(ticket, now, out), RejectReason::kDeadline, 504, ticket);
  }
}

void Router::enter_load(const Ticket& ticket) {
  RetryLoad& load = services_[ticket.service.index()].retry_load;
  ++load.requests;
  if (ticket.retries > 0) ++load.retried;
}

void Router::leave_load(const Ticket& ticket) {
  if (ticket.orphaned) return;
  RetryLoad& load = services_[ticket.service.index()].retry_load;
  --load.requests;
  if (ticket.retries > 0) --load.retried;
}

}  // namespace signalbox::core
