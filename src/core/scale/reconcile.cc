// SPDX-License-Identifier: Apache-2.0
//
// Launch, drain, stop; see reconcile.h.
#include "core/scale/reconcile.h"

#include <algorithm>
#include <tuple>

namespace signalbox::core {

namespace {

// A launch that has not become ready after so many of its longest boots is given up.
constexpr int kLostBootTimes = 3;
constexpr Duration kLeastBootPatience = 5s;
// A stop of which no news comes is asked for again, since the first may have been lost; in the end
// it is taken as done, or a replica that is long gone would be billed for ever.
constexpr Duration kStopPatience = 120s;
constexpr int kMostStops = 5;
// The longest a request stays, in standard deviations of the time in service above its mean.
constexpr double kLongestDeviations = 3.0;

std::vector<EndpointRecord*> records_of(FleetState& fleet, UnitId unit, EndpointState state) {
  std::vector<EndpointRecord*> records;
  // One that is to be taken back is not ours to give up or to win back: see leave().
  for (EndpointRecord& record : fleet.endpoints()) {
    if (record.leaving_by) continue;
    if (record.unit == unit && record.state == state && record.managed) records.push_back(&record);
  }
  return records;
}

void stop(EndpointRecord& record, FleetState& fleet, TimePoint now,
          std::vector<Command>& commands) {
  fleet.set_state(record, EndpointState::kDraining, now);
  record.stopping = true;
  ++record.stops;
  record.stopped_at = now;
  commands.push_back(StopEndpoint{record.id, record.unit});
}

// True when every service that uses `unit` keeps its required capacity ready without one replica.
bool can_spare(const ReconcileInput& input, const FleetState& fleet, UnitId unit) {
  for (std::size_t i = 0; i < input.spec->services.size(); ++i) {
    const ServiceSpec& service = input.spec->services[i];
    if (std::find(service.units.begin(), service.units.end(), unit) == service.units.end())
      continue;
    const double left = fleet.staying_capacity_per_s(service) - fleet.capacity_per_s(unit);
    if (left < input.required_per_s[i]) return false;
  }
  return true;
}

void grow(const ReconcileInput& input, UnitId unit, int missing, FleetState& fleet,
          std::vector<Command>& commands) {
  for (EndpointRecord* record : records_of(fleet, unit, EndpointState::kDraining)) {
    if (missing == 0) return;
    // One whose probes began to fail while it drained could not serve.
    if (record->stopping || !record->health.healthy()) continue;
    fleet.set_state(*record, EndpointState::kReady, input.now);
    --missing;
  }
  const Duration patience = input.spec->unit(unit).boot_time_max + kLeastBootPatience;
  for (; missing > 0; --missing) {
    const EndpointId id = fleet.launch(unit, input.now);
    fleet.unit(unit).backoff.on_launch(input.now, patience);
    commands.push_back(LaunchEndpoint{id, unit});
  }
}

void shrink(const ReconcileInput& input, UnitId unit, int surplus, FleetState& fleet,
            std::vector<Command>& commands) {
  auto booting = records_of(fleet, unit, EndpointState::kBooting);
  for (auto record = booting.rbegin(); record != booting.rend() && surplus > 0; ++record) {
    if ((*record)->keep_until > input.now) continue;
    stop(**record, fleet, input.now, commands);
    --surplus;
  }
  auto ready = records_of(fleet, unit, EndpointState::kReady);
  // The idlest first; among equals the youngest, which has had the least time to warm up.
  std::sort(ready.begin(), ready.end(), [](const auto* a, const auto* b) {
    return std::tuple(a->in_flight, b->id) < std::tuple(b->in_flight, a->id);
  });
  for (EndpointRecord* record : ready) {
    if (record->keep_until > input.now) continue;
    if (surplus == 0 || !can_spare(input, fleet, unit)) return;
    fleet.set_state(*record, EndpointState::kDraining, input.now);
    record->drain_version = input.next_view_version;
    --surplus;
  }
}

// When a replica that ends at `by` must get no more requests: what it serves then takes at most the
// longest time in service, and this is asked once a tick.
TimePoint last_call(const ReconcileInput& input, const FleetState& fleet, UnitId id, TimePoint by) {
  const UnitSpec& unit = input.spec->unit(id);
  const double slowdown = unit.plateau_per_s() / fleet.capacity_per_s(id);
  const Duration longest = scale(unit.profile.latency(unit.slots),
                                 slowdown * (1.0 + kLongestDeviations * unit.profile.spread()));
  return by - longest - input.spec->control.tick;
}

// Drains what its provider takes back, as late as may be. Not a choice of ours, so nothing has to
// spare it and a frozen fleet does it too.
void leave(const ReconcileInput& input, FleetState& fleet) {
  int leaving = 0;
  for (std::uint32_t i = 0; i < input.targets.size(); ++i) {
    leaving += fleet.count(UnitId(i)).leaving_ready;
  }
  if (leaving == 0) return;
  for (EndpointRecord& record : fleet.endpoints()) {
    if (record.state != EndpointState::kReady || !record.leaving_by) continue;
    if (input.now < last_call(input, fleet, record.unit, *record.leaving_by)) continue;
    fleet.set_state(record, EndpointState::kDraining, input.now);
    record.drain_version = input.next_view_version;
  }
}

void finish(const ReconcileInput& input, FleetState& fleet, std::vector<Command>& commands) {
  bool any = false;  // in a state that can end
  for (std::uint32_t i = 0; i < input.targets.size(); ++i) {
    const ReplicaCount& count = fleet.count(UnitId(i));
    any = any || count.all() > count.ready;
  }
  if (!any) return;
  std::vector<EndpointId> unanswered;
  for (EndpointRecord& record : fleet.endpoints()) {
    if (!record.managed) continue;
    if (record.stopping) {
      if (input.now - record.stopped_at < kStopPatience) continue;
      if (record.stops < kMostStops) {
        stop(record, fleet, input.now, commands);
      } else {
        unanswered.push_back(record.id);
      }
      continue;
    }
    const Duration boot_patience =
        kLostBootTimes * input.spec->unit(record.unit).boot_time_max + kLeastBootPatience;
    const bool drained = record.state == EndpointState::kDraining && record.in_flight == 0 &&
                         input.seen_view_version >= record.drain_version;
    const bool never_booted =
        record.state == EndpointState::kBooting && input.now - record.launched > boot_patience;
    const bool sick = record.state == EndpointState::kUnhealthy;
    if (drained || never_booted || sick) stop(record, fleet, input.now, commands);
  }
  for (const EndpointId id : unanswered) fleet.erase(id, input.spec->control, input.now);
}

}  // namespace

void reconcile(const ReconcileInput& input, FleetState& fleet, std::vector<Command>& commands) {
  leave(input, fleet);
  // A frozen fleet stays as it is: even what is sick or drained is left to the operator.
  if (!input.spec->control.guardrails.freeze) finish(input, fleet, commands);
  for (std::uint32_t i = 0; i < input.targets.size(); ++i) {
    const UnitId unit(i);
    if (!input.spec->unit(unit).managed) continue;
    const int difference = input.targets[i] - fleet.count(unit).active();
    if (difference > 0) grow(input, unit, difference, fleet, commands);
    if (difference < 0) shrink(input, unit, -difference, fleet, commands);
  }
}

}  // namespace signalbox::core
