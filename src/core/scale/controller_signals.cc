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
  return std::visit([&](const auto& body) { return take(body, signal); }, signal.body);
}

SignalVerdict Controller::take(const PriceQuote& quote, const Signal&) {
  if (quote.unit.index() >= spec_->units.size()) return unknown_unit(quote.unit);
  const double configured = spec_->unit(quote.unit).price_usd_per_hour;
  if (const auto why = implausible_price(quote.usd_per_hour, configured)) return refused(*why);
  fleet_.unit(quote.unit).price_usd_per_hour = quote.usd_per_hour;
  return {};
}

SignalVerdict Controller::take(const CapacityLimit& limit, const Signal&) {
  if (limit.unit.index() >= spec_->units.size()) return unknown_unit(limit.unit);
  if (limit.max_replicas < 0) {
    fleet_.unit(limit.unit).pool_limit.reset();
  } else if (const auto why = implausible_capacity(limit.max_replicas)) {
    return refused(*why);
  } else {
    fleet_.unit(limit.unit).pool_limit = limit.max_replicas;
  }
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
