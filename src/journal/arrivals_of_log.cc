// SPDX-License-Identifier: Apache-2.0
//
// Requests matched with their ends; see arrivals_of_log.h.
#include "journal/arrivals_of_log.h"

#include <utility>

namespace signalbox::journal {

std::optional<LoggedArrival> ArrivalsOfLog::next() {
  InputRecord record;
  while (!exhausted_ && (entries_.empty() || !entries_.front().ended)) {
    if (log_.next(record)) {
      take(record);
    } else {
      exhausted_ = true;
    }
  }
  if (entries_.empty()) return std::nullopt;
  LoggedArrival arrival = std::move(entries_.front().arrival);
  entries_.pop_front();
  ++first_;
  return arrival;
}

ArrivalsOfLog::Entry* ArrivalsOfLog::find(RequestId id) {
  const auto found = open_.find(id);
  return found == open_.end() ? nullptr
                              : &entries_[static_cast<std::size_t>(found->second - first_)];
}

void ArrivalsOfLog::conclude(Entry& entry, RequestEnd end, TimePoint at) {
  entry.arrival.end = end;
  entry.arrival.ended_at = at;
  entry.ended = true;
  open_.erase(entry.arrival.id);
}

void ArrivalsOfLog::leave_endpoint(Entry& entry) {
  if (!std::exchange(entry.at_endpoint, false)) return;
  const auto busy = in_flight_.find(entry.arrival.endpoint);
  if (busy != in_flight_.end() && --busy->second <= 0) in_flight_.erase(busy);
}

void ArrivalsOfLog::begin(const RequestMade& request, TimePoint at) {
  open_[request.id] = first_ + entries_.size();
  LoggedArrival& arrival = entries_.emplace_back().arrival;
  arrival.id = request.id;
  arrival.at = at;
  arrival.path = request.path;
  arrival.model = request.model;
  arrival.replayable = request.replayable;
  arrival.work = request.work;
}

void ArrivalsOfLog::take(const InputRecord& record) {
  if (const auto* request = std::get_if<RequestMade>(&record.body)) {
    begin(*request, record.at);
  } else if (const auto* seen = std::get_if<OutcomeSeen>(&record.body)) {
    if (Entry* entry = find(seen->id); entry != nullptr && entry->at_endpoint) {
      LoggedArrival& arrival = entry->arrival;
      leave_endpoint(*entry);
      arrival.outcome = seen->outcome;
      arrival.in_service = record.at - arrival.forwarded_at;
      const auto kind = seen->outcome.kind;
      if (kind == core::OutcomeKind::kCompleted || kind == core::OutcomeKind::kBroken) {
        arrival.status = seen->outcome.status;
        conclude(*entry, RequestEnd::kAnswered, record.at);
      }
    }
  } else if (const auto* cancelled = std::get_if<RequestCancelled>(&record.body)) {
    if (Entry* entry = find(cancelled->id)) {
      leave_endpoint(*entry);
      conclude(*entry, RequestEnd::kCancelled, record.at);
    }
  } else if (!spec_) {
    if (const auto* started = std::get_if<ControllerStarted>(&record.body)) spec_ = started->spec;
    if (const auto* restated = std::get_if<SpecRestated>(&record.body)) spec_ = restated->spec;
  }
  take_decisions(record);
}

void ArrivalsOfLog::take_decisions(const InputRecord& record) {
  for (const DecisionBrief& brief : record.decided) {
    Entry* entry = find(brief.request);
    if (entry == nullptr) continue;
    LoggedArrival& arrival = entry->arrival;
    switch (brief.action) {
      case core::Action::kForward:
        leave_endpoint(*entry);
        entry->at_endpoint = true;
        ++arrival.attempts;
        arrival.unit = brief.unit;
        arrival.endpoint = brief.endpoint;
        arrival.forwarded_at = record.at;
        arrival.in_flight = ++in_flight_[brief.endpoint];
        arrival.in_service = Duration{};
        break;
      case core::Action::kHold:
        arrival.held = true;
        break;
      case core::Action::kReject:
        arrival.status = brief.status;
        conclude(*entry, RequestEnd::kRejected, record.at);
        break;
    }
  }
}

}  // namespace signalbox::journal
