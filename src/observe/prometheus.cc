// SPDX-License-Identifier: Apache-2.0
//
// One function per level of the fleet. Families are written one after the other, each walking the
// fleet again, because the format wants all samples of a family together.
#include "observe/prometheus.h"

#include <array>
#include <utility>

#include "base/assert.h"
#include "observe/fleet_index.h"

namespace signalbox::observe {

namespace {

// Divides, so that 834 ms reads 0.834 and not 0.8340000000000001.
double seconds(Duration d) { return static_cast<double>(d.count()) / 1e9; }

class Metrics {
 public:
  Metrics(const core::FleetView& view, const core::RouterReport& digest, const ModeHistory& history)
      : view_(view), digest_(digest), index_(view, digest), history_(history) {}

  void services();
  void tenants();
  void service_units();
  void units();
  void sources();
  void endpoints();
  void fleet();
  void gateway(const GatewayStats& stats);
  void journal(const GatewayStats& stats);
  void link(const GatewayStats& stats);
  std::string take() { return out_.take(); }

 private:
  // `value(id, spec)` is the sample of one service.
  template <class Value>
  void each_service(const Value& value) {
    for (std::uint32_t s = 0; s < index_.spec().services.size(); ++s) {
      const auto& spec = index_.spec().services[s];
      out_.sample({{"service", spec.name}}, value(ServiceId(s), spec));
    }
  }

  template <class Value>
  void each_unit(const Value& value) {
    for (std::uint32_t u = 0; u < index_.spec().units.size(); ++u) {
      const auto& spec = index_.spec().units[u];
      out_.sample({{"unit", spec.name}}, value(UnitId(u), spec));
    }
  }

  template <class Value>
  void each_service_unit(const Value& value) {
    for (std::uint32_t s = 0; s < index_.spec().services.size(); ++s) {
      const auto& spec = index_.spec().services[s];
      for (const UnitId unit : spec.units) {
        out_.sample({{"service", spec.name}, {"unit", unit_name(index_.spec(), unit)}},
                    value(ServiceId(s), unit));
      }
    }
  }

  template <class Value>
  void each_endpoint(const Value& value) {
    for (const auto& endpoint : view_.endpoints) {
      // Before it has an address it serves nothing; its series begin, once and for all, with one.
      const std::string address = address_text(endpoint);
      if (address.empty()) continue;
      out_.sample({{"endpoint", std::to_string(endpoint.id.value)},
                   {"unit", unit_name(index_.spec(), endpoint.unit)},
                   {"address", address}},
                  value(endpoint, index_.counts(endpoint.id)));
    }
  }

  const core::FleetView& view_;
  const core::RouterReport& digest_;
  FleetIndex index_;
  const ModeHistory& history_;
  Exposition out_;
};

void Metrics::services() {
  using core::Mode;
  using Spec = core::ServiceSpec;
  const auto services = index_.spec().services.size();

  out_.counter("signalbox_service_arrivals_total", "Requests that asked for a decision.");
  each_service([&](ServiceId id, const Spec&) { return index_.counts(id).arrivals; });

  out_.counter(
      "signalbox_service_requests_total",
      "Finished requests. completed: 2xx-4xx delivered in full; failed: 5xx, broken or timed "
      "out; rejected: answered 429 or 503 by Signalbox; abandoned: the client left.");
  for (std::uint32_t s = 0; s < services; ++s) {
    const std::string& name = index_.spec().services[s].name;
    const auto& counts = index_.counts(ServiceId(s));
    out_.sample({{"service", name}, {"outcome", "completed"}}, counts.completed);
    out_.sample({{"service", name}, {"outcome", "failed"}}, counts.failed);
    out_.sample({{"service", name}, {"outcome", "rejected"}}, counts.rejected);
    out_.sample({{"service", name}, {"outcome", "abandoned"}}, counts.abandoned);
  }

  out_.counter("signalbox_service_rejected_total",
               "Requests Signalbox answered itself with 429 or 503.");
  each_service([&](ServiceId id, const Spec&) { return index_.counts(id).rejected; });
  out_.counter("signalbox_service_unservable_total",
               "Requests answered 403 or 413: no unit of the service may or can serve them.");
  each_service([&](ServiceId id, const Spec&) { return index_.counts(id).unservable; });
  out_.counter("signalbox_service_over_budget_total",
               "Requests answered 429, since their tenant's budget was used up.");
  each_service([&](ServiceId id, const Spec&) { return index_.counts(id).over_budget; });
  out_.counter("signalbox_service_objective_missed_total",
               "Requests that completed after the objective, failed or were rejected.");
  each_service([&](ServiceId id, const Spec&) { return index_.counts(id).missed; });
  out_.counter("signalbox_service_redecided_total",
               "Times a request was sent to another endpoint after a failure.");
  each_service([&](ServiceId id, const Spec&) { return index_.counts(id).redecided; });
  out_.counter("signalbox_service_retried_total",
               "Times a request was tried again after an answer of 5xx or a timeout.");
  each_service([&](ServiceId id, const Spec&) { return index_.counts(id).retried; });
  out_.counter("signalbox_service_hedged_total",
               "Requests of which a second copy was sent, since the first took unusually long.");
  each_service([&](ServiceId id, const Spec&) { return index_.counts(id).hedged; });
  out_.counter("signalbox_service_hedges_won_total", "Of these, those that the copy answered.");
  each_service([&](ServiceId id, const Spec&) { return index_.counts(id).hedges_won; });

  out_.gauge("signalbox_service_held_requests", "Requests waiting for a slot now.");
  each_service([&](ServiceId id, const Spec&) { return index_.counts(id).held; });
  out_.gauge("signalbox_service_longest_hold_seconds",
             "Longest hold of any request since the start.");
  each_service([&](ServiceId id, const Spec&) { return seconds(index_.counts(id).longest_hold); });
  out_.gauge("signalbox_service_in_flight_requests", "Requests at an endpoint now.");
  each_service([&](ServiceId id, const Spec&) { return index_.in_flight(id); });

  out_.gauge("signalbox_service_objective_latency_seconds",
             "Latency the service owes its clients.");
  each_service([](ServiceId, const Spec& spec) { return seconds(spec.objective.latency); });
  out_.gauge("signalbox_service_objective_quantile_ratio",
             "Part of the requests that must meet it.");
  each_service([](ServiceId, const Spec& spec) { return spec.objective.quantile; });

  out_.gauge("signalbox_service_mode", "1 for the mode the service is in, 0 for the other.");
  for (std::uint32_t s = 0; s < services; ++s) {
    for (const Mode mode : {Mode::kCostOptimized, Mode::kCapacityOptimized}) {
      out_.sample({{"service", index_.spec().services[s].name}, {"mode", core::to_string(mode)}},
                  index_.plan(ServiceId(s)).mode == mode);
    }
  }
  out_.counter("signalbox_service_mode_switches_total", "Mode changes, by the mode entered.");
  for (std::uint32_t s = 0; s < services; ++s) {
    for (const Mode mode : {Mode::kCostOptimized, Mode::kCapacityOptimized}) {
      out_.sample({{"service", index_.spec().services[s].name}, {"to", core::to_string(mode)}},
                  history_.total(ServiceId(s), mode));
    }
  }
  out_.gauge("signalbox_service_cost_ramp_ratio",
             "Share of requests routed by cost; rises to 1 after a return to cost_optimized.");
  each_service([&](ServiceId id, const Spec&) { return index_.plan(id).cost_ramp; });

  out_.gauge("signalbox_service_demand_requests_per_second",
             "Upper estimate of the demand over the boot horizon.");
  each_service([&](ServiceId id, const Spec&) { return index_.plan(id).demand_per_s; });
  out_.gauge("signalbox_service_required_requests_per_second",
             "Capacity that meets the objective at that demand.");
  each_service([&](ServiceId id, const Spec&) { return index_.plan(id).required_per_s; });
  out_.gauge("signalbox_service_planned_requests_per_second", "Capacity of the planned replicas.");
  each_service([&](ServiceId id, const Spec&) { return index_.plan(id).planned_per_s; });
  out_.gauge("signalbox_service_shortfall_requests_per_second",
             "Required capacity that limits leave unplanned.");
  each_service([&](ServiceId id, const Spec&) { return index_.plan(id).shortfall_per_s; });
  out_.gauge("signalbox_service_cost_usd_per_hour", "Cost rate of the planned replicas.");
  each_service([&](ServiceId id, const Spec&) { return index_.plan(id).cost_usd_per_hour; });
  out_.gauge("signalbox_service_cost_lower_bound_usd_per_hour",
             "No plan under the same limits could cost less.");
  each_service([&](ServiceId id, const Spec&) { return index_.plan(id).lower_bound_usd_per_hour; });
}

void Metrics::service_units() {
  out_.counter("signalbox_service_unit_forwarded_total",
               "Requests of the service sent to the unit.");
  each_service_unit([&](ServiceId s, UnitId u) { return index_.counts(s, u).forwarded; });
  out_.gauge("signalbox_service_unit_traffic_share_ratio",
             "The unit's part of all the service forwarded since the start; over a window, divide "
             "rates of signalbox_service_unit_forwarded_total.");
  each_service_unit([&](ServiceId s, UnitId u) {
    std::uint64_t all = 0;
    for (const UnitId other : index_.spec().service(s).units)
      all += index_.counts(s, other).forwarded;
    const auto own = index_.counts(s, u).forwarded;
    return all == 0 ? 0.0 : static_cast<double>(own) / static_cast<double>(all);
  });
  out_.gauge("signalbox_service_unit_target_replicas",
             "Replicas of the unit planned for the service.");
  each_service_unit([&](ServiceId s, UnitId u) { return index_.target_replicas(s, u); });
  out_.gauge("signalbox_service_unit_planned_share_ratio",
             "The unit's part of the capacity planned for the service.");
  each_service_unit([&](ServiceId s, UnitId u) { return index_.planned_share(s, u); });
  out_.histogram("signalbox_service_unit_latency_seconds",
                 "Arrival to last byte of completed requests, by the unit that served them.");
  each_service_unit([&](ServiceId s, UnitId u) { return index_.counts(s, u).latency; });
}

void Metrics::units() {
  using Spec = core::UnitSpec;
  out_.gauge("signalbox_unit_price_usd_per_hour", "Current price of one replica.");
  each_unit([&](UnitId id, const Spec&) { return index_.unit(id).price_usd_per_hour; });
  out_.gauge("signalbox_unit_cost_usd_per_hour", "Cost rate of all the unit's billed replicas.");
  each_unit([&](UnitId id, const Spec&) { return index_.cost_usd_per_hour(id); });
  out_.gauge("signalbox_unit_marginal_cost_usd_per_request",
             "Long-run cost of one more request: price over plateau at staffed utilisation.");
  each_unit([&](UnitId id, const Spec&) { return index_.unit(id).cost_usd_per_request; });
  out_.gauge("signalbox_unit_plateau_requests_per_second", "Highest rate one replica sustains.");
  each_unit([](UnitId, const Spec& spec) { return spec.plateau_per_s(); });

  out_.gauge("signalbox_unit_replicas", "Replicas by state.");
  for (std::uint32_t u = 0; u < index_.spec().units.size(); ++u) {
    const std::string& name = index_.spec().units[u].name;
    const auto& unit = index_.unit(UnitId(u));
    const std::array<std::pair<core::EndpointState, int>, 4> states = {
        {{core::EndpointState::kBooting, unit.booting},
         {core::EndpointState::kReady, unit.ready},
         {core::EndpointState::kUnhealthy, unit.unhealthy},
         {core::EndpointState::kDraining, unit.draining}}};
    for (const auto& [state, replicas] : states) {
      out_.sample({{"unit", name}, {"state", core::to_string(state)}}, replicas);
    }
  }
  out_.gauge("signalbox_unit_wanted_replicas",
             "Replicas that shall exist: what an autoscaler is to make of the plan.");
  each_unit([&](UnitId id, const Spec&) { return index_.unit(id).wanted; });
  out_.gauge("signalbox_unit_replica_limit", "Replicas possible now: quota, pool and back-off.");
  each_unit([&](UnitId id, const Spec&) { return index_.unit(id).limit; });
  out_.gauge("signalbox_unit_launchable", "0 while launches pause after being refused, else 1.");
  each_unit([&](UnitId id, const Spec&) { return index_.unit(id).launchable; });

  out_.gauge("signalbox_unit_in_flight_requests", "Requests at the unit's endpoints now.");
  each_unit([&](UnitId id, const Spec&) { return index_.counts(id).in_flight; });
  out_.counter("signalbox_unit_requests_total", "Forwards to the unit that ended, by outcome.");
  for (std::uint32_t u = 0; u < index_.spec().units.size(); ++u) {
    const std::string& name = index_.spec().units[u].name;
    out_.sample({{"unit", name}, {"outcome", "completed"}}, index_.counts(UnitId(u)).completed);
    out_.sample({{"unit", name}, {"outcome", "failed"}}, index_.counts(UnitId(u)).failed);
  }
  out_.gauge("signalbox_unit_slowdown_ratio",
             "Observed service time over the profile's, smoothed.");
  each_unit([&](UnitId id, const Spec&) { return index_.counts(id).slowdown; });
  out_.gauge("signalbox_unit_slowdown_confidence_ratio",
             "0 = known from the profile only, towards 1 with fresh evidence.");
  each_unit([&](UnitId id, const Spec&) { return index_.counts(id).confidence; });
  out_.gauge("signalbox_unit_full_load_ratio",
             "Times as slow with all slots taken as its profile says, as learned from traffic.");
  each_unit([&](UnitId id, const Spec&) { return index_.counts(id).full_load_ratio; });
  out_.gauge("signalbox_unit_planned_slowdown_ratio",
             "Times as slow as its profile, as plans reckon.");
  each_unit([&](UnitId id, const Spec&) { return index_.unit(id).slowdown; });
  out_.gauge("signalbox_unit_drifted",
             "1 while the unit is surely slower than its profile and is planned with less.");
  each_unit([&](UnitId id, const Spec&) { return !index_.unit(id).drift.empty(); });
  out_.gauge("signalbox_unit_price_confidence_ratio",
             "1 = nothing speaks against the price, 0 = it is hardly to be relied on.");
  each_unit([&](UnitId id, const Spec&) { return index_.unit(id).price.confidence; });
  out_.gauge("signalbox_unit_power_watts", "What one replica draws, as measured or configured.");
  each_unit([&](UnitId id, const Spec&) { return index_.unit(id).watts; });
}

void Metrics::sources() {
  const auto& sources = view_.sources;
  if (sources.empty()) return;
  out_.gauge("signalbox_source_standing", "1 for the state the source is in, 0 for the others.");
  for (const auto& source : sources) {
    for (const auto standing : {core::SourceStanding::kSilent, core::SourceStanding::kTrusted,
                                core::SourceStanding::kStale, core::SourceStanding::kQuarantined}) {
      out_.sample({{"source", source.name}, {"standing", core::to_string(standing)}},
                  source.standing == standing);
    }
  }
  out_.gauge("signalbox_source_age_seconds", "Since the source was heard last; absent until then.");
  for (const auto& source : sources) {
    if (source.heard == TimePoint::min()) continue;
    out_.sample({{"source", source.name}},
                to_seconds(std::max(Duration::zero(), view_.at - source.heard)));
  }
  out_.counter("signalbox_source_signals_total", "What the source said, by what became of it.");
  for (const auto& source : sources) {
    out_.sample({{"source", source.name}, {"outcome", "taken"}}, source.taken);
    out_.sample({{"source", source.name}, {"outcome", "refused"}}, source.refused);
  }
}

void Metrics::endpoints() {
  using View = core::EndpointView;
  using Counts = core::EndpointDigest;
  out_.counter("signalbox_endpoint_forwarded_total", "Requests sent to the endpoint.");
  each_endpoint([](const View&, const Counts& counts) { return counts.forwarded; });
  out_.counter("signalbox_endpoint_failed_total", "Of these, those that failed there.");
  each_endpoint([](const View&, const Counts& counts) { return counts.failed; });
  out_.gauge("signalbox_endpoint_in_flight_requests", "Requests at the endpoint now.");
  each_endpoint([](const View&, const Counts& counts) { return counts.in_flight; });
  out_.gauge("signalbox_endpoint_ready", "1 while the endpoint takes traffic.");
  each_endpoint([](const View& endpoint, const Counts&) {
    return endpoint.state == core::EndpointState::kReady;
  });
  out_.gauge("signalbox_endpoint_ejected", "1 while the Router avoids it after failures it saw.");
  each_endpoint([](const View&, const Counts& counts) { return counts.ejected; });
  out_.histogram("signalbox_endpoint_latency_seconds", "Forward to last byte.");
  each_endpoint([&](const View& endpoint, const Counts&) { return index_.latency(endpoint.id); });
}

// Of tenants that the configuration names: the rest are as many as clients like.
void Metrics::tenants() {
  if (digest_.tenants.empty()) return;
  out_.gauge("signalbox_tenant_in_flight_requests",
             "Requests of the tenant that wait or are served.");
  for (const auto& tenant : digest_.tenants) {
    out_.sample({{"tenant", tenant.name}}, tenant.in_flight);
  }
  out_.gauge("signalbox_tenant_hour_cost_usd",
             "What the tenant's requests of the last hour cost, where that is bounded.");
  for (const auto& tenant : digest_.tenants) {
    out_.sample({{"tenant", tenant.name}}, tenant.spent_usd);
  }
  out_.counter("signalbox_tenant_over_budget_total",
               "Requests answered 429, by the bound that was used up.");
  for (const auto& tenant : digest_.tenants) {
    out_.sample({{"tenant", tenant.name}, {"bound", "rate"}}, tenant.over_rate);
    out_.sample({{"tenant", tenant.name}, {"bound", "in_flight"}}, tenant.over_in_flight);
    out_.sample({{"tenant", tenant.name}, {"bound", "cost"}}, tenant.over_cost);
  }
}

void Metrics::fleet() {
  out_.gauge("signalbox_fleet_cost_usd_per_hour", "Cost rate of everything billed now.");
  out_.sample({}, view_.cost_usd_per_hour);
  out_.counter("signalbox_fleet_spent_usd_total", "Billed since the start.");
  out_.sample({}, view_.spent_usd);
  out_.gauge("signalbox_fleet_view_version", "Version of the fleet view in force.");
  out_.sample({}, view_.version);
}

void Metrics::gateway(const GatewayStats& stats) {
  out_.gauge("signalbox_gateway_client_connections", "Client connections open now.");
  out_.sample({}, stats.client_connections);
  out_.gauge("signalbox_gateway_upstream_connections", "Connections to endpoints open now.");
  out_.sample({}, stats.upstream_connections);
  out_.gauge("signalbox_gateway_buffered_bytes",
             "Bytes of bodies held for units and clients that have not taken them yet.");
  out_.sample({}, stats.buffered_bytes);
  out_.counter("signalbox_gateway_client_connections_accepted_total",
               "Client connections accepted.");
  out_.sample({}, stats.accepted);
  out_.counter("signalbox_gateway_received_bytes_total", "Bytes received from clients.");
  out_.sample({}, stats.bytes_in);
  out_.counter("signalbox_gateway_sent_bytes_total", "Bytes sent to clients.");
  out_.sample({}, stats.bytes_out);
  if (stats.memory_used_ratio) {
    out_.gauge("signalbox_gateway_memory_used_ratio",
               "Of the memory that the control group allows, without what files keep.");
    out_.sample({}, *stats.memory_used_ratio);
  }
  out_.counter("signalbox_gateway_shed_total",
               "What was not taken for want of memory: connections from 95 %, requests from 98 %.");
  out_.sample({{"what", "connection"}}, stats.connections_shed);
  out_.sample({{"what", "request"}}, stats.requests_shed);
  out_.counter("signalbox_gateway_unauthenticated_total",
               "Requests answered 401 or 403 because of who asked.");
  out_.sample({}, stats.unauthenticated);
  out_.counter("signalbox_gateway_claims_refused_total",
               "Tokens that did not verify; their requests count as the strictest data class.");
  out_.sample({}, stats.claims_refused);
  out_.counter("signalbox_gateway_data_class_headers_refused_total",
               "Data class headers that were not believed, likewise.");
  out_.sample({}, stats.data_class_headers_refused);
  out_.counter("signalbox_gateway_tenant_headers_refused_total",
               "Requests whose tenant or priority header was not believed or not understood.");
  out_.sample({}, stats.tenant_headers_refused);
  out_.gauge("signalbox_config_last_reload_successful",
             "0 when the last reload was refused and an older configuration runs on.");
  out_.sample({}, stats.last_reload_ok);
  out_.gauge("signalbox_config_generation", "Counts accepted configurations.");
  out_.sample({}, stats.config_generation);
}

void Metrics::link(const GatewayStats& stats) {
  if (const auto& link = stats.link) {
    out_.gauge("signalbox_link_connected", "1 while the controller that leads is heard.");
    out_.sample({}, link->connected);
    if (link->view_age_s) {
      out_.gauge("signalbox_view_age_seconds",
                 "Since the controller told of the fleet; requests go by what it told last.");
      out_.sample({}, *link->view_age_s);
    }
  }
  if (const auto& leases = stats.leases) {
    out_.gauge("signalbox_link_gateways", "Gateways connected to this controller.");
    out_.sample({}, leases->gateways);
    out_.gauge("signalbox_leases_unlent_slots", "Slots of ready endpoints that nobody holds.");
    out_.sample({}, leases->unlent_slots);
    out_.gauge("signalbox_leases_unused_slots",
               "Slots that are held and idle, by the last reports.");
    out_.sample({}, leases->unused_slots);
  }
}

void Metrics::journal(const GatewayStats& stats) {
  if (const auto& log = stats.input_log) {
    out_.gauge("signalbox_input_log_logging", "0 when the input log has stopped.");
    out_.sample({}, log->logging);
    out_.counter("signalbox_input_log_bytes_total", "Bytes of the input log.");
    out_.sample({}, log->bytes);
    out_.counter("signalbox_input_log_calls_total", "Inputs of the core in the input log.");
    out_.sample({}, log->calls);
    out_.counter("signalbox_input_log_lost_calls_total", "Inputs since the input log stopped.");
    out_.sample({}, log->lost);
  }
  if (const auto& journal = stats.decision_journal) {
    out_.gauge("signalbox_decision_journal_writing",
               "0 while the decision journal cannot be written.");
    out_.sample({}, journal->writing);
    out_.counter("signalbox_decision_journal_entries_total", "Entries of the decision journal.");
    out_.sample({}, journal->written);
    out_.counter("signalbox_decision_journal_lost_total",
                 "Entries of which only the number was kept.");
    out_.sample({}, journal->lost);
  }
  if (const auto& traces = stats.traces) {
    out_.counter("signalbox_traces_exported_total", "Traces that the collector took.");
    out_.sample({}, traces->exported);
    out_.counter("signalbox_traces_lost_total", "Traces that it will not get.");
    out_.sample({}, traces->lost);
  }
}

}  // namespace

std::string render_metrics(const core::FleetView& view, const core::RouterReport& digest,
                           const ModeHistory& history, const GatewayStats& gateway) {
  SIGNALBOX_ASSERT(view.spec != nullptr);
  Metrics metrics(view, digest, history);
  metrics.services();
  metrics.tenants();
  metrics.service_units();
  metrics.units();
  metrics.sources();
  metrics.endpoints();
  metrics.fleet();
  metrics.gateway(gateway);
  metrics.journal(gateway);
  metrics.link(gateway);
  return metrics.take();
}

}  // namespace signalbox::observe
