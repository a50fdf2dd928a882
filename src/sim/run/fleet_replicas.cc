// SPDX-License-Identifier: Apache-2.0
//
// Replicas between the provider and the Router: they appear, serve, answer and vanish, and each of
// these is told to the core as the outcome or the signal it would be in production.
#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "sim/run/fleet_run.h"

namespace signalbox::sim {

FleetRun::Replica* FleetRun::find_replica(EndpointId id) {
  return id.value < replicas_.size() ? replicas_[id.value].get() : nullptr;
}

void FleetRun::add_replica(EndpointId id, UnitId unit) {
  if (id.value >= replicas_.size()) replicas_.resize(id.value + 1);
  SIGNALBOX_ASSERT(replicas_[id.value] == nullptr);
  replicas_[id.value] = std::make_unique<Replica>(models_[unit.index()], unit, now_);
  const PoolSpec& pool = pools_[unit.index()];
  if (pool.warm_up > Duration{}) {
    replicas_[id.value]->warm_up = pool.warm_up_slowdown;
    events_.push(now_ + pool.warm_up, {Event::Kind::kWarm, id.value});
  }
  set_pace(id, *replicas_[id.value]);
}

// Fixed servers need no launch: they are there from the start, known by the view alone.
void FleetRun::adopt_fixed_servers(const core::FleetView& view) {
  if (fixed_adopted_) return;
  fixed_adopted_ = true;
  for (const auto& endpoint : view.endpoints) {
    if (scenario_.fleet.unit(endpoint.unit).managed) continue;
    add_replica(endpoint.id, endpoint.unit);
    suspect(endpoint.id);
  }
}

void FleetRun::take_provider_events(const std::vector<ProviderEvent>& events) {
  for (const auto& event : events) {
    switch (event.kind) {
      case ProviderEvent::Kind::kReady:
        add_replica(event.id, event.unit);
        signal({now_, "provider", core::EndpointReady{event.id, {"replica", 1}}});
        break;
      case ProviderEvent::Kind::kNotice:
        signal({now_, "provider", core::EndpointLeaving{event.id, event.by}});
        break;
      case ProviderEvent::Kind::kPrice:
        signal({now_, "prices", core::PriceQuote{event.unit, event.usd_per_hour}});
        break;
      case ProviderEvent::Kind::kGone:
        if (options_.witness != nullptr) options_.witness->on_gone(event.id, now_);
        if (event.reason != EndReason::kStopped) ++result_.totals.lost_replicas;
        lose_replica(event.id);
        if (event.reason == EndReason::kCrashed) {
          suspect(event.id);  // dies without a word: only probes will tell
        } else {
          signal({now_, "provider", core::EndpointGone{event.id, to_string(event.reason)}});
        }
        break;
    }
  }
}

void FleetRun::schedule_provider() {
  const auto next = provider_.next_event();
  if (!next || *next >= provider_at_) return;
  provider_at_ = *next;
  events_.push(*next, {Event::Kind::kProvider});
}

// Its connections break: every request it served has died before its first byte.
void FleetRun::lose_replica(EndpointId id) {
  Replica* replica = find_replica(id);
  if (replica == nullptr) return;
  std::vector<RequestId> died;
  for (const std::uint32_t place : replica->serving) {
    died.push_back(requests_[place].id);
    requests_[place].endpoint = EndpointId{};
  }
  std::sort(died.begin(), died.end());
  replicas_[id.value].reset();
  for (const RequestId request : died) {
    core::Outcome outcome;
    outcome.kind = core::OutcomeKind::kDied;
    tell_outcome(request, outcome);
  }
}

void FleetRun::forward(const core::Decision& decision) {
  const std::uint32_t place = place_of(decision.request);
  Request& request = requests_[place];
  request.endpoint = decision.endpoint;
  request.forwarded_at = now_;
  request.first_token_at = TimePoint{};
  ++result_.forwarded[decision.unit.index()];
  recorder_.on_forward(decision.unit);
  Replica* replica = find_replica(decision.endpoint);
  if (replica == nullptr) {
    request.endpoint = EndpointId{};
    core::Outcome outcome;
    outcome.kind = core::OutcomeKind::kUnreachable;
    tell_outcome(decision.request, outcome);
    return;
  }
  replica->serving.push_back(place);
  timeouts_[decision.service.index()].push_back(
      {now_ + scenario_.fleet.service(decision.service).timeout, request.id, now_});
  if (options_.witness != nullptr) {
    options_.witness->on_serving(request.id, decision.endpoint,
                                 static_cast<int>(replica->serving.size()), now_);
  }
  job_events_.clear();
  replica->engine.arrive({.id = JobId(place),
                          .factor = request.factor,
                          .output_tokens = request.output_tokens,
                          .prompt_tokens = request.prompt_tokens},
                         now_, job_events_);
  take_job_events(decision.endpoint, *replica);
}

// What the engine reported, then when it must be asked next.
void FleetRun::take_job_events(EndpointId id, Replica& replica) {
  // Outcomes below may lead to decisions, but those are taken only after this; nothing re-enters.
  for (const JobEvent& event : job_events_) {
    const auto place = static_cast<std::uint32_t>(event.job.value);
    if (event.kind == JobEvent::Kind::kToken && event.token == 1) {
      requests_[place].first_token_at = event.at;
    }
    if (event.kind != JobEvent::Kind::kFinished) continue;
    auto& serving = replica.serving;
    const auto found = std::find(serving.begin(), serving.end(), place);
    *found = serving.back();
    serving.pop_back();
    const UnitId unit = replica.unit;
    const RequestId request = requests_[place].id;
    core::Outcome outcome;
    const double errors = error_rate_[unit.index()];
    outcome.status = errors > 0.0 && draws_.uniform() < errors ? 500 : 200;
    // An answer that is not handed out token by token begins when it is whole.
    TimePoint& first = requests_[place].first_token_at;
    if (first == TimePoint{}) first = now_;
    ++served_[unit.index()].count;
    served_[unit.index()].sum_s += to_seconds(now_ - requests_[place].forwarded_at);
    outcome.time_to_first_byte = first - requests_[place].forwarded_at;
    outcome.output_tokens = requests_[place].output_tokens;
    end_request(place, outcome.status, false, unit);
    tell_outcome(request, outcome);
  }
  wake_replica(id, replica);
}

// The shell gives up on a replica that has been silent for the service's timeout. Looked at once a
// tick, which is how exact such a thing needs to be.
void FleetRun::end_overdue() {
  for (auto& line : timeouts_) {
    for (; !line.empty() && line.front().at <= now_; line.pop_front()) {
      const Timeout timeout = line.front();
      const std::uint32_t place = place_of(timeout.request);
      const auto waits = [&] {
        const Request& request = requests_[place];
        return request.open && request.id == timeout.request && request.endpoint.value != 0 &&
               request.forwarded_at == timeout.forwarded_at;
      };
      if (!waits()) continue;
      const EndpointId id = requests_[place].endpoint;
      Replica& replica = *find_replica(id);
      // It may have been about to answer at this very instant.
      job_events_.clear();
      replica.engine.advance(now_, job_events_);
      take_job_events(id, replica);
      if (!waits()) continue;
      std::erase(replica.serving, place);
      job_events_.clear();
      replica.engine.cancel(JobId(place), now_, job_events_);
      take_job_events(id, replica);
      core::Outcome outcome;
      outcome.kind = core::OutcomeKind::kTimedOut;
      tell_outcome(timeout.request, outcome);
    }
  }
}

void FleetRun::wake_replica(EndpointId id, Replica& replica) {
  const auto next = replica.engine.next_event();
  if (!next || *next >= replica.wake_at) return;
  replica.wake_at = *next;
  events_.push(*next, {Event::Kind::kReplica, id.value});
}

}  // namespace signalbox::sim
