// SPDX-License-Identifier: Apache-2.0
//
// The Router's waiting room: who is held, when holding ends for want of slack or patience, and who
// gets the slots that free.
#include <algorithm>

#include "core/route/assess.h"
#include "core/route/router.h"

namespace signalbox::core {

namespace {

// Held requests considered per free slot before the line is left as it is. More would only matter
// when many in front all refuse the same slow unit.
constexpr int kMaxConsidered = 16;

}  // namespace

void Router::hold(Tickets::iterator ticket, bool late, TimePoint now) {
  Ticket& request = ticket->second;
  HoldQueue& queue = services_[request.service.index()].held;
  const HeldRequest held = as_held(ticket->first, request);
  if (late) {
    request.place = queue.add_late(held);
  } else {
    const Duration quickest = quickest_service(*view_, spec_of(request.service), live_);
    request.place = queue.add(held, held.start_by(quickest));
  }
  request.held = true;
  request.held_since = now;
}

void Router::unhold(Tickets::iterator ticket, TimePoint now) {
  Ticket& request = ticket->second;
  if (!request.held) return;
  ServiceState& state = services_[request.service.index()];
  state.held.remove(request.place);
  state.counts.longest_hold = std::max(state.counts.longest_hold, now - request.held_since);
  request.held = false;
}

// Moves requests whose slack has run out to the late line (or refuses them), and rejects those
// whose patience has ended.
void Router::expire(ServiceId id, TimePoint now, Decisions& out) {
  HoldQueue& held = services_[id.index()].held;
  if (held.empty()) return;
  const auto& service = spec_of(id);
  const auto reject_held = [&](HoldQueue::Place place, RejectReason reason) {
    const auto ticket = tickets_.find(held.at(place).request);
    reject(blank(ticket->first, ticket->second, now), reason, 503, ticket, out);
  };
  const Duration quickest = quickest_service(*view_, service, live_);
  while (held.next_end_of_slack() <= now) {
    const HoldQueue::Place place = *held.next_out_of_slack();
    const TimePoint start_by = held.at(place).start_by(quickest);
    if (now < start_by) {
      held.postpone(place, start_by);
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
    if (first) heads_.push_back({held.at(*first).deadline, held.at(*first).request, ServiceId(i)});
  }
  std::sort(heads_.begin(), heads_.end());
  for (const auto& head : heads_) release_service(head.service, now, out);
}

void Router::release_service(ServiceId id, TimePoint now, Decisions& out) {
  HoldQueue& held = services_[id.index()].held;
  const auto any_free = [&] {
    const auto& units = spec_of(id).units;
    return std::any_of(units.begin(), units.end(),
                       [&](UnitId unit) { return !live_.unit(unit).free.empty(); });
  };
  for (const auto line : {HoldQueue::Line::kOnTime, HoldQueue::Line::kLate}) {
    int passed_over = 0;
    while (passed_over < kMaxConsidered && any_free()) {
      const auto place = held.next(line);
      if (!place) break;
      const auto ticket = tickets_.find(held.at(*place).request);
      const Decision decision = consider(ticket->first, ticket->second, now);
      if (decision.action == Action::kForward) {
        commit(decision, ticket, now, out);
      } else {
        held.set_aside(*place);
        ++passed_over;
      }
    }
    held.bring_back();
  }
}

}  // namespace signalbox::core
