// SPDX-License-Identifier: Apache-2.0
//
// The Router's waiting room: who is held, when holding ends for want of slack or patience, and who
// gets the slots that free.
#include <algorithm>

#include "core/route/router.h"

namespace signalbox::core {

namespace {

// Held requests considered per free slot before the line is left as it is. More would only matter
// when many in front all refuse the same slow unit.
constexpr int kMaxConsidered = 16;

}  // namespace

void Router::hold(Ticket& ticket, bool late, TimePoint now) {
  HoldQueue& queue = services_[ticket.service.index()].held;
  const HeldRequest held = as_held(ticket);
  ticket.place = late ? queue.add_late(held) : queue.add(held, ticket.start_by);
  ticket.held = true;
  ticket.held_since = now;
}

// Where the queue is full somebody goes: the newcomer, or whom room_shares.h says.
void Router::hold_or_yield(Decision& decision, Ticket& ticket, TimePoint now, Decisions& out) {
  HoldQueue& held = services_[ticket.service.index()].held;
  const auto bound = static_cast<std::size_t>(spec_of(ticket.service).max_held);
  if (held.size() < bound) return hold(ticket, decision.late, now);
  const auto loser = bound > 0 ? held.yields_to(as_held(ticket)) : std::nullopt;
  if (!loser) return reject(decision, RejectReason::kQueueFull, 429, ticket);
  hold(ticket, decision.late, now);
  Ticket& yielding = *tickets_.find(held.at(*loser).request);
  reject(append_blank(yielding, now, out), RejectReason::kOverShare, 429, yielding);
}

void Router::unhold(Ticket& ticket, TimePoint now, bool to_be_served) {
  if (!ticket.held) return;
  ServiceState& state = services_[ticket.service.index()];
  to_be_served ? state.held.serve(ticket.place, ticket.work) : state.held.remove(ticket.place);
  state.counts.longest_hold = std::max(state.counts.longest_hold, now - ticket.held_since);
  ticket.held = false;
}

// The Router's last word on a request.
void Router::forget(const Ticket& ticket) {
  tenants_.account(ticket.tenant).put_back(ticket.set_aside_usd);
  tenants_.leave(ticket.tenant);
  leave_load(ticket);
  stop_watching(ticket);
  const auto place = tickets_.place_of(ticket);
  if (client_limits_.contains(place)) client_limits_.remove(place);
  tickets_.erase(ticket);
}

// Moves requests whose slack has run out to the late line (or refuses them), and rejects those
// whose patience has ended.
void Router::expire(ServiceId id, TimePoint now, Decisions& out) {
  HoldQueue& held = services_[id.index()].held;
  if (held.empty()) return;
  const auto& service = spec_of(id);
  const auto reject_held = [&](HoldQueue::Place place, RejectReason reason) {
    Ticket& ticket = *tickets_.find(held.at(place).request);
    reject(append_blank(ticket, now, out), reason, 503, ticket);
  };
  while (held.next_end_of_slack() <= now) {
    const HoldQueue::Place place = *held.next_out_of_slack();
    const TimePoint latest = start_by(*tickets_.find(held.at(place).request));
    if (now < latest) {
      held.postpone(place, latest);
    } else if (service.when_late == WhenLate::kServe) {
      held.move_to_late(place);
    } else {
      reject_held(place, RejectReason::kLate);
    }
  }
  while (const auto place = held.longest_held()) {
    if (now < held.first_arrival() + service.patience) break;
    reject_held(*place, RejectReason::kPatienceEnded);
  }
}

TimePoint Router::next_deadline() const {
  TimePoint next = TimePoint::max();
  bool any_held = false;
  for (std::uint32_t i = 0; i < services_.size(); ++i) {
    const HoldQueue& held = services_[i].held;
    if (held.empty()) continue;
    any_held = true;
    next = std::min(
        {next, held.next_end_of_slack(), held.first_arrival() + spec_of(ServiceId(i)).patience});
  }
  for (const PlaceHeap* heap : {&hedges_, &resting_, &client_limits_}) {
    if (!heap->empty()) next = std::min(next, heap->first_at());
  }
  return any_held ? std::min(next, live_.next_readmission()) : next;
}

// Gives free slots to held requests: services with the most urgent head first.
void Router::release(TimePoint now, Decisions& out) {
  live_.readmit(now);
  heads_.clear();
  for (std::uint32_t i = 0; i < services_.size(); ++i) {
    const HoldQueue& held = services_[i].held;
    auto first = held.next(HoldQueue::Line::kOnTime);
    if (!first) first = held.next(HoldQueue::Line::kLate);
    if (!first) continue;
    const bool can_wait = spec_of(ServiceId(i)).objective_class != ObjectiveClass::kCritical;
    heads_.push_back({can_wait, held.at(*first).deadline, held.at(*first).request, ServiceId(i)});
  }
  std::sort(heads_.begin(), heads_.end());
  for (const auto& head : heads_) release_service(head.service, now, out);
}

void Router::release_service(ServiceId id, TimePoint now, Decisions& out) {
  HoldQueue& held = services_[id.index()].held;
  for (const auto line : {HoldQueue::Line::kOnTime, HoldQueue::Line::kLate}) {
    int passed_over = 0;
    while (passed_over < kMaxConsidered) {
      const UnitMask free = free_units(id);
      const auto place = held.next(line);
      if (free == 0 || !place) break;
      Ticket& ticket = *tickets_.find(held.at(*place).request);
      if ((ticket.usable() & free) == 0) {
        // What is free is not for it, and it must not stand in the way of those it is for.
        held.set_aside(*place);
        continue;
      }
      Decision& decision = append_blank(ticket, now, out);
      if (const Picked picked = consider(decision, ticket, now)) {
        forward(decision, *picked, ticket, now);
      } else {
        out.pop_back();
        held.set_aside(*place);
        ++passed_over;
      }
    }
    held.bring_back();
  }
}

}  // namespace signalbox::core
