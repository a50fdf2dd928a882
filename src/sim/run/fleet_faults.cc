// SPDX-License-Identifier: Apache-2.0
//
// What befalls a fleet in a run: faults of pools and replicas at their times, flapping, and the
// probes by which the core finds out. Only probes whose answer may be news are sent: those of
// endpoints that something has befallen, until they have answered well for a while.
#include <algorithm>
#include <limits>
#include <utility>

#include "sim/run/fleet_run.h"

namespace signalbox::sim {

namespace {

constexpr Duration kProbeInterval = 250ms;
constexpr int kProbesUntilTrusted = 16;

}  // namespace

// A replica's pace follows from everything that holds for it now.
void FleetRun::set_pace(EndpointId id, Replica& replica) {
  const std::size_t unit = replica.unit.index();
  double slowdown = slowdown_[unit] * replica.own_slowdown * replica.warm_up;
  if (replica.hung || !answers(replica)) slowdown = std::numeric_limits<double>::infinity();
  if (slowdown == replica.pace) return;
  replica.pace = slowdown;
  job_events_.clear();
  replica.engine.set_slowdown(slowdown, now_, job_events_);
  take_job_events(id, replica);
}

bool FleetRun::answers(const Replica& replica) const {
  const auto& flap = flaps_[replica.unit.index()];
  return !flap || answers_in_flap(flap->since, flap->period, now_);
}

void FleetRun::strike(const ScheduledFault& scheduled) {
  const Fault& fault = scheduled.fault;
  const std::size_t unit = scheduled.unit.index();
  std::vector<ProviderEvent> ended;
  provider_.apply(scheduled.unit, fault, now_, ended);
  std::vector<EndpointId> running;
  for (const auto& [id, replica] : provider_.replicas()) {
    if (replica.unit == scheduled.unit && replica.ready) running.push_back(id);
  }
  // The busiest first: what dies is what is serving.
  std::stable_sort(running.begin(), running.end(), [&](EndpointId a, EndpointId b) {
    return find_replica(a)->serving.size() > find_replica(b)->serving.size();
  });
  for (std::size_t i = 0; i < share_of(running.size(), fault.crash); ++i) {
    provider_.end(running[i], EndReason::kCrashed, now_, ended);
  }
  std::erase_if(running, [&](EndpointId id) { return provider_.find(id) == nullptr; });

  if (fault.heal) {
    slowdown_[unit] = 1.0;
    error_rate_[unit] = 0.0;
    flaps_[unit].reset();
    for (const EndpointId id : running) {
      find_replica(id)->own_slowdown = 1.0;
      find_replica(id)->hung = false;
    }
  }
  slowdown_[unit] = fault.slowdown.value_or(slowdown_[unit]);
  error_rate_[unit] = fault.error_rate.value_or(error_rate_[unit]);
  for (std::size_t i = 0; i < share_of(running.size(), fault.hang); ++i) {
    find_replica(running[i])->hung = true;
  }
  if (fault.slow_nodes) {
    for (const EndpointId id : draw_share(running, fault.slow_nodes->share, draws_)) {
      find_replica(id)->own_slowdown = fault.slow_nodes->slowdown;
    }
  }
  if (fault.flap) {
    flaps_[unit] = Flap{now_, *fault.flap};
    events_.push(next_flap(now_, *fault.flap, now_), {Event::Kind::kFlap, unit});
  }
  for (const EndpointId id : running) {
    set_pace(id, *find_replica(id));
    suspect(id);
  }
  take_provider_events(ended);
  schedule_provider();
}

void FleetRun::flap(UnitId unit) {
  const auto& flap = flaps_[unit.index()];
  if (!flap) return;  // healed
  for (std::uint64_t id = 0; id < replicas_.size(); ++id) {
    Replica* replica = replicas_[id].get();
    if (replica == nullptr || replica->unit != unit) continue;
    set_pace(EndpointId(id), *replica);
    suspect(EndpointId(id));
  }
  events_.push(next_flap(flap->since, flap->period, now_), {Event::Kind::kFlap, unit.index()});
}

void FleetRun::suspect(EndpointId id) {
  const auto known = std::find_if(suspects_.begin(), suspects_.end(),
                                  [&](const Suspect& each) { return each.id == id; });
  if (known != suspects_.end()) {
    known->passes = 0;
  } else {
    suspects_.push_back({id, 0});
  }
  if (std::exchange(probing_, true)) return;
  events_.push(now_ + kProbeInterval, {Event::Kind::kProbe});
}

void FleetRun::probe() {
  // Probing may end endpoints and so bring new suspects; those are for the next round.
  const auto round = suspects_;
  for (const Suspect& each : round) {
    const Replica* replica = find_replica(each.id);
    const bool healthy = replica != nullptr && !replica->hung && answers(*replica);
    signal({now_, "probe", core::ProbeResult{each.id, healthy}});
  }
  for (Suspect& each : suspects_) {
    const Replica* replica = find_replica(each.id);
    const bool healthy = replica != nullptr && !replica->hung && answers(*replica);
    each.passes = healthy ? each.passes + 1 : 0;
  }
  const auto view = control_->view();
  std::erase_if(suspects_, [&](const Suspect& each) {
    if (each.passes >= kProbesUntilTrusted) return true;
    // What the view no longer names needs no probe.
    const auto& endpoints = view->endpoints;
    return std::none_of(endpoints.begin(), endpoints.end(),
                        [&](const auto& endpoint) { return endpoint.id == each.id; });
  });
  probing_ = !suspects_.empty();
  if (probing_) events_.push(now_ + kProbeInterval, {Event::Kind::kProbe});
}

}  // namespace signalbox::sim
