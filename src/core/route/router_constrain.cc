// SPDX-License-Identifier: Apache-2.0
//
// The Router's second stage: what a request may use and what it is owed. Rules are kept with the
// request as two masks of units, so every later stage - the choice, the fallbacks, the release of
// what is held, a decision made again - sees the same units and cannot overlook a rule.
#include <algorithm>

#include "core/route/router.h"

namespace signalbox::core {

void Router::constrain(Ticket& ticket) {
  const auto& service = spec_of(ticket.service);
  const auto& objective = service.objective;
  ticket.permitted = constraints_.permitted(ticket.service, ticket.data_class);
  ticket.fitting = constraints_.fitting(ticket.service, ticket.work,
                                        ticket.prompt_tokens + ticket.output_tokens);
  const bool by_first_token = objective.first_token > Duration::zero();
  ticket.deadline =
      ticket.arrival + (by_first_token ? objective.first_token : objective.latency_of(ticket.work));
  if (by_first_token) {
    ticket.reading = quickest_reading(services_[ticket.service.index()].prospects,
                                      ticket.prompt_tokens, ticket.usable());
  }
}

Decision& Router::append_unservable(const Ticket& ticket, TimePoint now, Decisions& out) const {
  Decision& decision = append_blank(ticket, now, out);
  const bool forbidden = ticket.permitted == 0;
  decision.action = Action::kReject;
  decision.reason = forbidden ? RejectReason::kForbidden : RejectReason::kTooLarge;
  decision.status = forbidden ? 403 : 413;
  return decision;
}

bool Router::refuse_unservable(Ticket& ticket, TimePoint now, Decisions& out) {
  if (ticket.usable() != 0) return false;
  Decision& decision = append_unservable(ticket, now, out);
  reject(decision, decision.reason, decision.status, ticket);
  return true;
}

Duration Router::quickest(ServiceId id, UnitMask usable) const {
  const auto& prospects = services_[id.index()].prospects;
  return spec_of(id).objective.first_token > Duration::zero()
             ? quickest_first_token(prospects, live_, usable)
             : quickest_service(prospects, live_, usable);
}

// As much time again as it needs, and two looks at the fleet, are kept in hand: what it waited for
// may not come, and then a dear unit must still be in time.
bool Router::may_wait_longer(const Ticket& ticket, TimePoint now) const {
  const Duration needed = scale(quickest(ticket.service, ticket.usable()), ticket.work);
  const Duration in_hand = needed + 2 * view_->spec->control.tick;
  return now + in_hand < start_by(ticket);
}

UnitMask Router::free_units(ServiceId id) const {
  const auto& units = spec_of(id).units;
  UnitMask free = 0;
  for (std::size_t i = 0; i < std::min(units.size(), kMaxCandidates); ++i) {
    if (!live_.unit(units[i]).free.empty()) free |= UnitMask{1} << i;
  }
  return free;
}

}  // namespace signalbox::core
