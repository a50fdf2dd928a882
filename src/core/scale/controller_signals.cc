// SPDX-License-Identifier: Apache-2.0
//
// How the Controller takes each kind of signal: check it, then let it change what is believed of
// the fleet. A signal about something unknown, or not to be believed, changes nothing and says why.
#include <fmt/format.h>

#include <optional>
#include <utility>

#include "core/estimate/plausibility.h"
#include "core/scale/controller.h"

namespace signalbox::core {

namespace {

// Signals are timed by the clock that `now` is of; a little of the future is a race of threads.
constexpr Duration kFuture = 1s;

// Empty = it was taken after all.
SignalVerdict refused(std::string why) { return {false, std::move(why)}; }

SignalVerdict unknown_endpoint(EndpointId id) {
  return refused(fmt::format("no endpoint {} is known", id.value));
}

SignalVerdict unknown_unit(UnitId id) {
  return refused(fmt::format("no unit {} is known", id.value));
}

}  // namespace

SignalVerdict Controller::on_signal(const Signal& signal, TimePoint now) {
  // What a signal says holds from when it was observed, but money is counted up to now.
  fleet_.accrue(now);
  const SignalVerdict verdict =
      signal.at > now + kFuture
          ? refused(fmt::format("it is {:.1f} s from the future", to_seconds(signal.at - now)))
          : std::visit([&](const auto& body) { return take(body, signal); }, signal.body);
  trust_.note(signal, verdict.refused);
  return verdict;
}

SignalVerdict Controller::take(const PriceQuote& quote, const Signal& signal) {
  if (quote.unit.index() >= spec_->units.size()) return unknown_unit(quote.unit);
  return refused(trust_.take(quote, signal));
}

SignalVerdict Controller::take(const PowerReport& power, const Signal& signal) {
  if (power.unit.index() >= spec_->units.size()) return unknown_unit(power.unit);
  return refused(trust_.take(power, signal));
}

// A mean over requests under an unknown load is compared with what the profile says of the load
// our own requests make, which is all that is known of it.
SignalVerdict Controller::take(const LatencyReport& latency, const Signal& signal) {
  if (latency.unit.index() >= spec_->units.size()) return unknown_unit(latency.unit);
  int in_flight = 0;
  for (const EndpointRecord& record : fleet_.endpoints()) {
    if (record.unit == latency.unit) in_flight += record.in_flight + record.foreign_load;
  }
  const int ready = std::max(1, fleet_.count(latency.unit).ready);
  const UnitSpec& unit = spec_->unit(latency.unit);
  const int each = std::clamp((in_flight + ready - 1) / ready, 1, unit.slots);
  return refused(trust_.take(latency, unit.profile.latency(each), signal));
}

// Of how many are ready our own probes and the actuator know more. What an orchestrator counts is
// compared with it, and a lasting difference is told.
SignalVerdict Controller::take(const ReplicaReport& replicas, const Signal& signal) {
  if (replicas.unit.index() >= spec_->units.size()) return unknown_unit(replicas.unit);
  if (replicas.ready < 0 || replicas.pending < 0) {
    return refused("a number of replicas cannot be negative");
  }
  const ReplicaCount& own = fleet_.count(replicas.unit);
  const int known = own.ready + own.unhealthy + own.draining;
  if (replicas.ready != known) {
    trust_.doubt(
        signal.source,
        fmt::format("counts {} replicas of {} ready and {} pending; {} are known here, "
                    "which is believed",
                    replicas.ready, spec_->unit(replicas.unit).name, replicas.pending, known));
  }
  return {};
}

SignalVerdict Controller::take(const LoadReport& load, const Signal& signal) {
  EndpointRecord* record = fleet_.find(load.endpoint);
  if (record == nullptr) return unknown_endpoint(load.endpoint);
  const SourceSpec* from = trust_.declared(signal.source);
  if (from == nullptr) return refused("load is believed from sources that 'sources' declares only");
  if (const auto why = implausible_load(load.running)) return refused(*why);
  if (const auto why = implausible_load(load.waiting)) return refused(*why);
  const bool was_stuck = record->foreign.stuck();
  record->foreign.observe(load.running + load.waiting, record->in_flight, record->forwarded,
                          signal.at, from->ttl);
  if (!record->foreign.stuck()) return {};
  std::string why = fmt::format(
      "the load of {} stands at {:g} although requests come and go; our own count is "
      "used",
      to_string(record->address), record->foreign.reported());
  if (!was_stuck) trust_.doubt(signal.source, why);
  return refused(std::move(why));
}

SignalVerdict Controller::take(const CapacityLimit& limit, const Signal& signal) {
  if (limit.unit.index() >= spec_->units.size()) return unknown_unit(limit.unit);
  std::string why = trust_.take(limit, signal);
  if (!why.empty()) return refused(std::move(why));
  fleet_.unit(limit.unit).pool_limit = trust_.pool_limit(limit.unit, signal.at);
  return {true, {}};
}

SignalVerdict Controller::take(const LaunchRefused& refusal, const Signal& signal) {
  const EndpointRecord* record = fleet_.find(refusal.endpoint);
  if (record == nullptr) return unknown_endpoint(refusal.endpoint);
  UnitState& unit = fleet_.unit(record->unit);
  unit.refusal = refusal.reason;
  unit.refused_at = signal.at;
  unit.backoff.on_refused(signal.at, spec_->control.bench_time, spec_->control.max_bench_time);
  // What was never given is not billed, not even for the minimum.
  fleet_.forget(refusal.endpoint);
  return {true, {}};
}

SignalVerdict Controller::take(const EndpointReady& ready, const Signal& signal) {
  EndpointRecord* record = fleet_.find(ready.endpoint);
  if (record == nullptr) return unknown_endpoint(ready.endpoint);
  if (record->state != EndpointState::kBooting) return {};
  record->address = ready.address;
  record->health = ProbeHealth{};  // failures while it booted say nothing of it now
  fleet_.set_state(*record, EndpointState::kReady, signal.at);
  fleet_.unit(record->unit).backoff.on_ready(record->launched);
  return {true, {}};
}

SignalVerdict Controller::take(const EndpointLeaving& leaving, const Signal&) {
  EndpointRecord* record = fleet_.find(leaving.endpoint);
  if (record == nullptr) return unknown_endpoint(leaving.endpoint);
  const bool withdrawn = leaving.by == TimePoint::max();
  fleet_.announce(*record, withdrawn ? std::nullopt : std::optional(leaving.by));
  return {true, {}};
}

SignalVerdict Controller::take(const EndpointGone& gone, const Signal& signal) {
  const EndpointRecord* record = fleet_.find(gone.endpoint);
  if (record == nullptr) return unknown_endpoint(gone.endpoint);
  const bool expected = record->stopping;
  const bool announced = record->leaving_by.has_value();  // and answered when it was
  if (!expected && !announced)
    fleet_.note_loss(record->unit, gone.reason, spec_->control.dwell, signal.at);
  fleet_.erase(gone.endpoint, spec_->control, signal.at);
  return {!expected, {}};
}

SignalVerdict Controller::take(const EndpointFound& found, const Signal& signal) {
  if (found.unit.index() >= spec_->units.size()) return unknown_unit(found.unit);
  if (!is_found(found.endpoint)) {
    return refused("a found replica needs an id from outside: one with the highest bit set");
  }
  if (!spec_->unit(found.unit).endpoints.empty()) {
    return refused(fmt::format("the replicas of {} are listed by the configuration",
                               spec_->unit(found.unit).name));
  }
  if (fleet_.find(found.endpoint) != nullptr) return {};  // said twice
  fleet_.find_running({.id = found.endpoint,
                       .unit = found.unit,
                       .instead_of = found.instead_of,
                       .is_ours = spec_->unit(found.unit).managed,
                       .keep_until = signal.at + spec_->control.dwell},
                      signal.at);
  return {true, {}};
}

SignalVerdict Controller::take(const ProbeResult& probe, const Signal& signal) {
  EndpointRecord* record = fleet_.find(probe.endpoint);
  if (record == nullptr) return unknown_endpoint(probe.endpoint);
  const HealthCheck& check = spec_->unit(record->unit).health;
  if (!record->health.observe(probe.healthy, check.rise, check.fall)) return {};
  if (record->state == EndpointState::kReady && !record->health.healthy()) {
    fleet_.set_state(*record, EndpointState::kUnhealthy, signal.at);
    fleet_.note_loss(record->unit, "health probes fail", spec_->control.dwell, signal.at);
  } else if (record->state == EndpointState::kUnhealthy && record->health.healthy()) {
    fleet_.set_state(*record, EndpointState::kReady, signal.at);
  }
  return {true, {}};
}

}  // namespace signalbox::core
