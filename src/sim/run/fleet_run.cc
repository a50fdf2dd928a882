// SPDX-License-Identifier: Apache-2.0
//
// The loop and its handlers; see fleet_run.h.
#include "sim/run/fleet_run.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>
#include <variant>

#include "base/assert.h"

namespace signalbox::sim {

namespace {

constexpr Duration kProbeInterval = 250ms;

// FNV-1a over the words of a decision that matter.
void mix(std::uint64_t& hash, std::uint64_t word) {
  for (int byte = 0; byte < 8; ++byte) {
    hash = (hash ^ ((word >> (8 * byte)) & 0xFF)) * 0x100000001B3ULL;
  }
}

Duration at_quantile(std::vector<Duration>& sorted, double quantile) {
  if (sorted.empty()) return {};
  const auto rank = static_cast<std::size_t>(quantile * static_cast<double>(sorted.size()));
  return sorted[std::min(rank, sorted.size() - 1)];
}

}  // namespace

FleetRun::FleetRun(FleetScenario scenario, std::uint64_t seed)
    : scenario_(std::move(scenario)),
      tail_(scenario_.fleet.services.at(0).patience),
      end_(TimePoint{} + scenario_.length),
      workload_(scenario_.demand, {TimePoint{}, scenario_.length, scenario_.factor_spread, seed}),
      provider_(scenario_.fleet.units, scenario_.fleet.control.billing_minimum, seed + 1),
      controller_(std::make_shared<core::FleetSpec>(scenario_.fleet), TimePoint{}),
      router_(seed + 2),
      slowdown_(scenario_.fleet.units.size(), 1.0),
      error_rate_(scenario_.fleet.units.size(), 0.0),
      error_draws_(seed + 3) {
  SIGNALBOX_ASSERT(scenario_.fleet.services.size() == 1);
  for (const auto& unit : scenario_.fleet.units) models_.push_back(ServiceModel::of(unit));
  report_.forwarded.resize(scenario_.fleet.units.size());
  report_.fingerprint = 0xCBF29CE484222325ULL;
  events_.push(TimePoint{}, {Event::Kind::kTick});
  events_.push(TimePoint{} + kProbeInterval, {Event::Kind::kProbe});
  for (std::size_t i = 0; i < scenario_.faults.size(); ++i) {
    events_.push(TimePoint{} + scenario_.faults[i].at, {Event::Kind::kFault, i});
  }
  schedule_arrival();
}

FleetReport FleetRun::run() {
  // The fleet runs until its clients are through and everything open has ended.
  while (now_ < end_ || (!requests_.empty() && now_ < end_ + tail_)) {
    const auto event = events_.pop();
    now_ = event.order.at;
    handle(event.payload);
  }
  report_.errors += requests_.size();  // never answered
  report_.cost_usd = provider_.cost_usd(now_);
  controller_.tick(now_);
  report_.ledger_usd = controller_.view()->spent_usd;
  std::sort(latencies_.begin(), latencies_.end());
  report_.p50 = at_quantile(latencies_, 0.50);
  report_.p99 = at_quantile(latencies_, 0.99);
  report_.longest_hold = router_.digest(now_).services[0].longest_hold;
  return report_;
}

void FleetRun::handle(const Event& event) {
  switch (event.kind) {
    case Event::Kind::kArrival:
      arrive(event.factor);
      schedule_arrival();
      break;
    case Event::Kind::kTick:
      tick();
      events_.push(now_ + scenario_.fleet.control.tick, {Event::Kind::kTick});
      break;
    case Event::Kind::kProbe:
      probe();
      events_.push(now_ + kProbeInterval, {Event::Kind::kProbe});
      break;
    case Event::Kind::kProvider: {
      std::vector<ProviderEvent> happened;
      provider_.advance(now_, happened);
      take_provider_events(happened);
      break;
    }
    case Event::Kind::kReplica: {
      const EndpointId id(event.subject);
      const auto found = replicas_.find(id);
      if (found == replicas_.end()) break;
      std::vector<JobEvent> happened;
      found->second.engine.advance(now_, happened);
      take_job_events(id, happened);
      wake_replica(id);
      break;
    }
    case Event::Kind::kTimer:
      if (timer_at_ > now_) break;  // set again meanwhile
      timer_at_ = TimePoint::max();
      router_.on_timer(now_, decisions_);
      break;
    case Event::Kind::kFault:
      strike(scenario_.faults[event.subject]);
      break;
  }
  if (std::exchange(tick_due_, false)) tick();
  take_decisions();
  wake_router();
}

void FleetRun::schedule_arrival() {
  if (const auto arrival = workload_.next()) {
    events_.push(arrival->at, {Event::Kind::kArrival, 0, arrival->factor});
  }
}

void FleetRun::arrive(double factor) {
  const RequestId id(++next_request_);
  ++report_.requests;
  requests_.emplace(id, Request{now_, factor, EndpointId{}});
  router_.on_request(id, {scenario_.path, {}, true}, now_, decisions_);
}

void FleetRun::tick() {
  if (controller_.plan().version > 0) controller_.on_digest(router_.digest(now_), now_);
  const core::Plan& plan = controller_.tick(now_);
  for (const auto& change : plan.mode_changes) report_.mode_switches.push_back({change, {}});
  router_.on_view(controller_.view(), now_, decisions_);
  execute(plan);
}

// Refusals come back as signals at once, so a tick may make another one due.
void FleetRun::execute(const core::Plan& plan) {
  const auto commands = plan.commands;
  std::vector<ProviderEvent> ended;
  for (const auto& command : commands) {
    if (const auto* launch = std::get_if<core::LaunchEndpoint>(&command)) {
      const auto boot = provider_.launch(launch->endpoint, launch->unit, now_);
      if (!boot.ok()) {
        signal({now_, "provider",
                core::LaunchRefused{launch->endpoint, launch->unit, boot.error().message}});
      }
    } else {
      const auto& stop = std::get<core::StopEndpoint>(command);
      provider_.end(stop.endpoint, EndReason::kStopped, now_, ended);
    }
  }
  take_provider_events(ended);
  if (const auto next = provider_.next_event()) events_.push(*next, {Event::Kind::kProvider});
}

void FleetRun::take_provider_events(const std::vector<ProviderEvent>& events) {
  for (const auto& event : events) {
    if (event.kind == ProviderEvent::Kind::kReady) {
      auto& replica =
          replicas_.emplace(event.id, Replica{ReplicaEngine(models_[event.unit.index()], now_), {}})
              .first->second;
      std::vector<JobEvent> nothing;
      replica.engine.set_slowdown(slowdown_[event.unit.index()], now_, nothing);
      signal({now_, "provider", core::EndpointReady{event.id, {"replica", 1}}});
    } else {
      lose_replica(event.id);
      if (event.reason == EndReason::kCrashed) continue;  // dies without a word
      signal({now_, "provider", core::EndpointGone{event.id, to_string(event.reason)}});
    }
  }
  if (const auto next = provider_.next_event()) events_.push(*next, {Event::Kind::kProvider});
}

// Its connections break: every request it served has died before its first byte.
void FleetRun::lose_replica(EndpointId id) {
  const auto found = replicas_.find(id);
  if (found == replicas_.end()) return;
  std::vector<RequestId> died;
  for (const auto& [job, request] : found->second.serving) died.push_back(request);
  std::sort(died.begin(), died.end());
  replicas_.erase(found);
  for (const RequestId request : died) {
    core::Outcome outcome;
    outcome.kind = core::OutcomeKind::kDied;
    router_.on_outcome(request, outcome, now_, decisions_);
  }
}

void FleetRun::take_job_events(EndpointId id, const std::vector<JobEvent>& events) {
  for (const auto& event : events) {
    if (event.kind != JobEvent::Kind::kFinished) continue;
    auto& serving = replicas_.at(id).serving;
    const RequestId request = serving.at(event.job.value);
    serving.erase(event.job.value);
    const UnitId unit = provider_.find(id)->unit;
    core::Outcome outcome;
    outcome.status = error_draws_.uniform() < error_rate_[unit.index()] ? 500 : 200;
    finish(request, outcome.status);
    router_.on_outcome(request, outcome, now_, decisions_);
  }
}

void FleetRun::finish(RequestId id, int status) {
  const auto found = requests_.find(id);
  const Duration latency = now_ - found->second.arrival;
  latencies_.push_back(latency);
  if (status >= 300) {
    ++report_.errors;
  } else if (latency <= scenario_.fleet.services[0].objective.latency) {
    ++report_.within_objective;
  }
  requests_.erase(found);
}

// Decisions may cause further ones (an endpoint that is gone refuses), so the list is drained by
// index until nothing is added.
void FleetRun::take_decisions() {
  for (std::size_t i = 0; i < decisions_.size(); ++i) {
    const core::Decision decision = decisions_[i];
    ++report_.decisions;
    mix(report_.fingerprint, decision.request.value);
    mix(report_.fingerprint, static_cast<std::uint64_t>(decision.action));
    mix(report_.fingerprint, decision.endpoint.value);
    mix(report_.fingerprint, static_cast<std::uint64_t>(decision.at.time_since_epoch().count()));
    for (auto& mode_switch : report_.mode_switches) {
      if (mode_switch.reaction == Duration{} && decision.mode == mode_switch.change.to &&
          decision.at >= mode_switch.change.at) {
        // A decision in the very same virtual instant still has a reaction: one nanosecond.
        mode_switch.reaction =
            std::max<Duration>(1ns, decision.at - mode_switch.change.evidence_at);
      }
    }
    switch (decision.action) {
      case core::Action::kForward:
        forward(decision);
        break;
      case core::Action::kReject:
        finish(decision.request, decision.status);
        break;
      case core::Action::kHold:
        break;
    }
  }
  decisions_.clear();
}

void FleetRun::forward(const core::Decision& decision) {
  Request& request = requests_.at(decision.request);
  request.endpoint = decision.endpoint;
  ++report_.forwarded[decision.unit.index()];
  const auto found = replicas_.find(decision.endpoint);
  if (found == replicas_.end()) {
    core::Outcome outcome;
    outcome.kind = core::OutcomeKind::kUnreachable;
    router_.on_outcome(decision.request, outcome, now_, decisions_);
    return;
  }
  const JobId job(++next_job_);
  found->second.serving.emplace(job.value, decision.request);
  std::vector<JobEvent> happened;
  found->second.engine.arrive({job, request.factor}, now_, happened);
  take_job_events(decision.endpoint, happened);
  wake_replica(decision.endpoint);
}

void FleetRun::wake_replica(EndpointId id) {
  if (const auto next = replicas_.at(id).engine.next_event()) {
    events_.push(*next, {Event::Kind::kReplica, id.value});
  }
}

void FleetRun::wake_router() {
  const TimePoint next = router_.next_deadline();
  if (next >= timer_at_) return;
  timer_at_ = std::max(next, now_);
  events_.push(timer_at_, {Event::Kind::kTimer});
}

void FleetRun::probe() {
  for (const auto& endpoint : controller_.view()->endpoints) {
    if (endpoint.state == core::EndpointState::kBooting) continue;
    const auto found = replicas_.find(endpoint.id);
    const bool healthy = found != replicas_.end() && !found->second.hung;
    signal({now_, "probe", core::ProbeResult{endpoint.id, healthy}});
  }
}

void FleetRun::signal(core::Signal signal) {
  if (controller_.on_signal(signal, now_).urgent) tick_due_ = true;
}

void FleetRun::strike(const ScheduledFault& fault) {
  std::vector<ProviderEvent> ended;
  provider_.apply(fault.unit, fault.fault, now_, ended);
  std::vector<EndpointId> running;
  for (const auto& [id, replica] : provider_.replicas()) {
    if (replica.unit == fault.unit && replica.ready) running.push_back(id);
  }
  // The busiest first: what dies is what is serving.
  std::stable_sort(running.begin(), running.end(), [&](EndpointId a, EndpointId b) {
    return replicas_.at(a).serving.size() > replicas_.at(b).serving.size();
  });
  for (std::size_t i = 0; i < share_of(running.size(), fault.fault.crash); ++i) {
    provider_.end(running[i], EndReason::kCrashed, now_, ended);
  }
  const std::size_t index = fault.unit.index();
  if (fault.fault.heal) slowdown_[index] = 1.0, error_rate_[index] = 0.0;
  slowdown_[index] = fault.fault.slowdown.value_or(slowdown_[index]);
  error_rate_[index] = fault.fault.error_rate.value_or(error_rate_[index]);
  std::size_t to_hang = share_of(running.size(), fault.fault.hang);
  for (const EndpointId id : running) {
    const auto found = replicas_.find(id);
    if (provider_.find(id) == nullptr || found == replicas_.end()) continue;
    Replica& replica = found->second;
    replica.hung = to_hang > 0 || (replica.hung && !fault.fault.heal);
    if (to_hang > 0) --to_hang;
    std::vector<JobEvent> happened;
    replica.engine.set_slowdown(
        replica.hung ? std::numeric_limits<double>::infinity() : slowdown_[index], now_, happened);
    take_job_events(id, happened);
    wake_replica(id);
  }
  take_provider_events(ended);
}

}  // namespace signalbox::sim
