// SPDX-License-Identifier: Apache-2.0
//
// The fields of every core value that is written down. Each struct is taken apart by a structured
// binding that must name all of its fields, so a field added to the core does not compile here
// until it is added to its line, and then goes into logs (raise kFormatVersion in segment.h when it
// does). Enums are in known.h.
#pragma once

#include <concepts>
#include <type_traits>

#include "core/model/decision.h"
#include "core/model/fleet_spec.h"
#include "core/model/plan.h"
#include "core/model/request.h"
#include "core/model/signal.h"
#include "journal/codec.h"

namespace signalbox::journal {

// A T read from (const) or written to.
template <class X, class T>
concept Of = std::same_as<std::remove_const_t<X>, T>;

// ---- what the operator said ----------------------------------------------------------------

void describe(auto& io, Of<core::Label> auto& value) {
  auto& [key, text] = value;
  io(key, text);
}
void describe(auto& io, Of<core::Objective> auto& value) {
  auto& [latency, quantile, per_work, first_token, per_token] = value;
  io(latency, quantile, per_work, first_token, per_token);
}
void describe(auto& io, Of<core::HedgeRule> auto& value) {
  auto& [after, budget] = value;
  io(after, budget);
}
void describe(auto& io, Of<core::RetryRule> auto& value) {
  auto& [attempts, budget, floor, backoff, max_backoff] = value;
  io(attempts, budget, floor, backoff, max_backoff);
}
void describe(auto& io, Of<core::UnitLink> auto& value) {
  auto& [http2, tls, server_name, ca_file, certificate_file, key_file, credential_header,
         credential_file] = value;
  io(http2, tls, server_name, ca_file, certificate_file, key_file, credential_header,
     credential_file);
}
void describe(auto& io, Of<core::EjectionRule> auto& value) {
  auto& [max_share, outliers] = value;
  io(max_share, outliers);
}
void describe(auto& io, Of<core::TenantBudget> auto& value) {
  auto& [requests_per_s, max_in_flight, usd_per_hour] = value;
  io(requests_per_s, max_in_flight, usd_per_hour);
}
void describe(auto& io, Of<core::TenantShare> auto& value) {
  auto& [name, weight, budget] = value;
  io(name, weight, budget);
}
void describe(auto& io, Of<core::Tenancy> auto& value) {
  auto& [named, default_weight, default_budget, max_unnamed] = value;
  io(named, default_weight, default_budget, max_unnamed);
}
void describe(auto& io, Of<core::ServiceSpec> auto& value) {
  auto& [name, paths, models, units, objective, policy, resilience, routing, weights, when_late,
         patience, max_held, timeout, idle_timeout, retry_safe, objective_class, require, hedge,
         retry, panic_threshold] = value;
  io(name, paths, models, units, objective, policy, resilience, routing, weights, when_late,
     patience, max_held, timeout, idle_timeout, retry_safe, objective_class, require, hedge, retry,
     panic_threshold);
}
void describe(auto& io, Of<core::Address> auto& value) {
  auto& [host, port] = value;
  io(host, port);
}
void describe(auto& io, Of<core::HealthCheck> auto& value) {
  auto& [path, interval, timeout, rise, fall] = value;
  io(path, interval, timeout, rise, fall);
}
void describe(auto& io, Of<core::Profile::Point> auto& value) {
  auto& [in_flight, latency] = value;
  io(in_flight, latency);
}
void describe(Encoder& io, const core::Profile& value);
void describe(Decoder& io, core::Profile& value);
void describe(auto& io, Of<core::LanguageProfile> auto& value) {
  auto& [first_token_base, per_prompt_token, per_output_token, prompt_tokens, output_tokens] =
      value;
  io(first_token_base, per_prompt_token, per_output_token, prompt_tokens, output_tokens);
}
void describe(auto& io, Of<core::EnergySpec> auto& value) {
  auto& [usd_per_kwh, watts] = value;
  io(usd_per_kwh, watts);
}
void describe(auto& io, Of<core::UnitSpec> auto& value) {
  auto& [name, model, hardware, framework, zone, tier, labels, price_usd_per_hour, energy, profile,
         profile_weight, language, slots, adaptive_slots, max_work, max_tokens, managed,
         min_replicas, max_replicas, boot_time_min, boot_time_max, endpoints, link, health,
         ejection, slow_start] = value;
  io(name, model, hardware, framework, zone, tier, labels, price_usd_per_hour, energy, profile,
     profile_weight, language, slots, adaptive_slots, max_work, max_tokens, managed, min_replicas,
     max_replicas, boot_time_min, boot_time_max, endpoints, link, health, ejection, slow_start);
}
void describe(auto& io, Of<core::GuardrailSpec> auto& value) {
  auto& [max_launches_per_tick, max_drains_per_tick, budget_usd_per_hour, freeze] = value;
  io(max_launches_per_tick, max_drains_per_tick, budget_usd_per_hour, freeze);
}
void describe(auto& io, Of<core::ControlSpec> auto& value) {
  auto& [tick, replan, dwell, ramp, bench_time, max_bench_time, billing_minimum, guardrails] =
      value;
  io(tick, replan, dwell, ramp, bench_time, max_bench_time, billing_minimum, guardrails);
}
void describe(auto& io, Of<core::DataClass> auto& value) {
  auto& [name, require] = value;
  io(name, require);
}
void describe(auto& io, Of<core::DataPolicy> auto& value) {
  auto& [classes] = value;
  io(classes);
}
void describe(auto& io, Of<core::SourceSpec> auto& value) {
  auto& [name, rank, ttl] = value;
  io(name, rank, ttl);
}
void describe(auto& io, Of<core::FleetSpec> auto& value) {
  auto& [services, units, control, data, tenancy, sources] = value;
  io(services, units, control, data, tenancy, sources);
}

// ---- signals -------------------------------------------------------------------------------

void describe(auto& io, Of<core::PriceQuote> auto& value) {
  auto& [unit, usd_per_hour] = value;
  io(unit, usd_per_hour);
}
void describe(auto& io, Of<core::CapacityLimit> auto& value) {
  auto& [unit, max_replicas] = value;
  io(unit, max_replicas);
}
void describe(auto& io, Of<core::LaunchRefused> auto& value) {
  auto& [endpoint, unit, reason] = value;
  io(endpoint, unit, reason);
}
void describe(auto& io, Of<core::EndpointReady> auto& value) {
  auto& [endpoint, address] = value;
  io(endpoint, address);
}
void describe(auto& io, Of<core::EndpointFound> auto& value) {
  auto& [endpoint, unit, instead_of] = value;
  io(endpoint, unit, instead_of);
}
void describe(auto& io, Of<core::EndpointGone> auto& value) {
  auto& [endpoint, reason] = value;
  io(endpoint, reason);
}
void describe(auto& io, Of<core::EndpointLeaving> auto& value) {
  auto& [endpoint, by] = value;
  io(endpoint, by);
}
void describe(auto& io, Of<core::ProbeResult> auto& value) {
  auto& [endpoint, healthy] = value;
  io(endpoint, healthy);
}
void describe(auto& io, Of<core::LoadReport> auto& value) {
  auto& [endpoint, running, waiting] = value;
  io(endpoint, running, waiting);
}
void describe(auto& io, Of<core::LatencyReport> auto& value) {
  auto& [unit, mean, requests] = value;
  io(unit, mean, requests);
}
void describe(auto& io, Of<core::ReplicaReport> auto& value) {
  auto& [unit, ready, pending] = value;
  io(unit, ready, pending);
}
void describe(auto& io, Of<core::PowerReport> auto& value) {
  auto& [unit, watts] = value;
  io(unit, watts);
}
void describe(auto& io, Of<core::Signal> auto& value) {
  auto& [at, source, body] = value;
  io(at, source, body);
}

// ---- what the core answered ----------------------------------------------------------------

void describe(auto& io, Of<core::Candidate> auto& value) {
  auto& [unit, verdict, endpoint, predicted, probability, cost_usd, weight] = value;
  io(unit, verdict, endpoint, predicted, probability, cost_usd, weight);
}
void describe(auto& io, Of<core::Decision> auto& value) {
  auto& [request, service, action, mode, routing, attempt, late, hedge, panic, view_version, at,
         arrival, deadline, unit, endpoint, fallbacks, reason, status, retry_after, candidates] =
      value;
  io(request, service, action, mode, routing, attempt, late, hedge, panic, view_version, at,
     arrival, deadline, unit, endpoint, fallbacks, reason, status, retry_after, candidates);
}
void describe(auto& io, Of<core::UnitTarget> auto& value) {
  auto& [unit, replicas] = value;
  io(unit, replicas);
}
void describe(auto& io, Of<core::ServicePlan> auto& value) {
  auto& [service, mode, mode_since, cost_ramp, demand_per_s, required_per_s, planned_per_s,
         shortfall_per_s, cost_usd_per_hour, lower_bound_usd_per_hour, targets, reason] = value;
  io(service, mode, mode_since, cost_ramp, demand_per_s, required_per_s, planned_per_s,
     shortfall_per_s, cost_usd_per_hour, lower_bound_usd_per_hour, targets, reason);
}
void describe(auto& io, Of<core::ModeChange> auto& value) {
  auto& [service, from, to, at, evidence_at, evidence] = value;
  io(service, from, to, at, evidence_at, evidence);
}
void describe(auto& io, Of<core::GuardrailCut> auto& value) {
  auto& [unit, rule, wanted, allowed] = value;
  io(unit, rule, wanted, allowed);
}
void describe(auto& io, Of<core::LaunchEndpoint> auto& value) {
  auto& [endpoint, unit] = value;
  io(endpoint, unit);
}
void describe(auto& io, Of<core::StopEndpoint> auto& value) {
  auto& [endpoint, unit] = value;
  io(endpoint, unit);
}
void describe(auto& io, Of<core::Plan> auto& value) {
  auto& [version, at, services, unit_targets, mode_changes, cuts, commands, notices] = value;
  io(version, at, services, unit_targets, mode_changes, cuts, commands, notices);
}

}  // namespace signalbox::journal
