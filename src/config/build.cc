// SPDX-License-Identifier: Apache-2.0
//
// One function per section, reading top to bottom like the file; see build.h.
#include "config/build.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "config/build_access.h"
#include "config/build_cluster.h"
#include "config/build_sources.h"
#include "config/rules.h"

namespace signalbox::config {

namespace {

// The value of a key that is required, has a default, or was found to be given.
template <class T>
T read(const Fields& fields, std::string_view key) {
  auto value = fields.get<T>(key);
  SIGNALBOX_ASSERT(value.has_value());
  return *std::move(value);
}

int read_int(const Fields& fields, std::string_view key) {
  return static_cast<int>(read<std::int64_t>(fields, key));
}

core::Policy to_policy(const std::string& word) {
  return word == "cost_first" ? core::Policy::kCostFirst : core::Policy::kCapacityFirst;
}

core::Resilience to_resilience(const std::string& word) {
  if (word == "zone") return core::Resilience::kZone;
  return word == "unit" ? core::Resilience::kUnit : core::Resilience::kNone;
}

core::Tier to_tier(const std::string& word) {
  if (word == "spot") return core::Tier::kSpot;
  if (word == "reserved") return core::Tier::kReserved;
  return word == "owned" ? core::Tier::kOwned : core::Tier::kOnDemand;
}

core::RoutingPolicy to_routing(const std::string& word) {
  const auto named =
      std::find_if(std::begin(core::kRoutingPolicies), std::end(core::kRoutingPolicies),
                   [&](core::RoutingPolicy policy) { return word == core::to_string(policy); });
  SIGNALBOX_ASSERT(named != std::end(core::kRoutingPolicies));
  return *named;
}

core::WhenLate to_when_late(const std::string& word) {
  return word == "serve" ? core::WhenLate::kServe : core::WhenLate::kRefuse;
}

core::ObjectiveClass to_objective_class(const std::string& word) {
  if (word == "batch") return core::ObjectiveClass::kBatch;
  return word == "critical" ? core::ObjectiveClass::kCritical : core::ObjectiveClass::kInteractive;
}

std::vector<core::Label> build_labels(const Fields& fields, std::string_view key) {
  std::vector<core::Label> labels;
  for (const auto& item : fields.items<std::string>(key)) labels.push_back({item.name, item.value});
  return labels;
}

core::LanguageProfile build_language(const Fields& fields, double spread) {
  std::vector<core::Profile::Point> pace;
  for (const auto& point : fields.sections("per_token")) {
    pace.push_back({read_int(point.value, "in_flight"), read<Duration>(point.value, "time")});
  }
  core::LanguageProfile language;
  language.first_token_base = read<Duration>(fields, "first_token");
  language.per_prompt_token = from_seconds(1.0 / read<double>(fields, "prompt_rate"));
  language.per_output_token = core::Profile::measured(std::move(pace), spread);
  language.prompt_tokens = read_int(fields, "prompt_tokens");
  language.output_tokens = read_int(fields, "output_tokens");
  return language;
}

core::Profile build_profile(const Fields& unit) {
  const double spread = read<double>(unit, "spread");
  if (const auto plateau = unit.get<double>("plateau")) {
    return core::Profile::single_server(*plateau, spread);
  }
  std::vector<core::Profile::Point> points;
  for (const auto& point : unit.sections("latency_curve")) {
    points.push_back({read_int(point.value, "in_flight"), read<Duration>(point.value, "latency")});
  }
  return core::Profile::measured(std::move(points), spread);
}

core::HealthCheck build_health(const Fields& health) {
  return {.path = read<std::string>(health, "path"),
          .interval = read<Duration>(health, "interval"),
          .timeout = read<Duration>(health, "timeout"),
          .rise = read_int(health, "rise"),
          .fall = read_int(health, "fall")};
}

core::UnitLink build_link(const Fields& link) {
  const auto text = [](const Fields& from, std::string_view key) {
    return from.get<std::string>(key).value_or("");
  };
  core::UnitLink built;
  built.http2 = read_int(link, "http") == 2;
  built.tls = read<bool>(link, "tls");
  built.server_name = text(link, "server_name");
  built.ca_file = text(link, "ca");
  built.certificate_file = text(link, "certificate");
  built.key_file = text(link, "key");
  if (link.has("credential")) {
    built.credential_header = text(link.section("credential"), "header");
    built.credential_file = text(link.section("credential"), "file");
  }
  return built;
}

core::UnitSpec build_unit(const std::string& name, const Fields& fields) {
  core::UnitSpec unit;
  unit.name = name;
  unit.model = fields.get<std::string>("model").value_or("");
  unit.hardware = fields.get<std::string>("hardware").value_or("");
  unit.framework = fields.get<std::string>("framework").value_or("");
  unit.zone = fields.get<std::string>("zone").value_or("");
  unit.tier = to_tier(read<std::string>(fields, "tier"));
  unit.price_usd_per_hour = read<double>(fields, "price");
  unit.energy = build_energy(fields);
  unit.labels = build_labels(fields, "labels");
  unit.profile = build_profile(fields);
  unit.profile_weight = static_cast<double>(read_int(fields, "profile_weight"));
  if (fields.has("language")) {
    unit.language = build_language(fields.section("language"), unit.profile.spread());
  }
  unit.max_work = fields.get<double>("max_work").value_or(0.0);
  unit.max_tokens = static_cast<int>(fields.get<std::int64_t>("max_tokens").value_or(0));
  unit.slots = read_int(fields, "slots");
  unit.adaptive_slots = read<bool>(fields, "adaptive_slots");
  unit.managed = fields.has("replicas");
  if (unit.managed) {
    const Fields replicas = fields.section("replicas");
    unit.min_replicas = read_int(replicas, "min");
    unit.max_replicas = read_int(replicas, "max");
  }
  unit.boot_time_min = read<Duration>(fields.section("boot"), "min");
  unit.boot_time_max = read<Duration>(fields.section("boot"), "max");
  for (const auto& item : fields.items<core::Address>("endpoints")) {
    unit.endpoints.push_back(item.value);
  }
  unit.link = build_link(fields.section("link"));
  unit.health = build_health(fields.section("health"));
  const Fields ejection = fields.section("ejection");
  unit.ejection = {.max_share = read<double>(ejection, "max_share"),
                   .outliers = read<bool>(ejection, "outliers")};
  unit.slow_start =
      fields.get<Duration>("slow_start").value_or(unit.slots > 1 ? Duration(30s) : Duration(0s));
  return unit;
}

EmulationSection build_emulation(const Fields& emulate) {
  return {.max_batch = read_int(emulate, "max_batch"),
          .first_token = read<Duration>(emulate, "first_token"),
          .token_rate_per_s = read<double>(emulate, "token_rate")};
}

std::vector<UnitId> build_unit_ids(const Fields& service, const core::FleetSpec& fleet) {
  std::vector<UnitId> ids;
  for (const auto& item : service.items<std::string>("units")) {
    ids.push_back(fleet.find_unit(item.value).value());
  }
  if (!ids.empty()) return ids;
  for (std::size_t i = 0; i < fleet.units.size(); ++i) {
    ids.emplace_back(static_cast<std::uint32_t>(i));
  }
  return ids;
}

// By name in the file, in the order of `units` in the value.
std::vector<double> build_weights(const Fields& service, const std::vector<UnitId>& units,
                                  const core::FleetSpec& fleet) {
  const auto named = service.items<double>("weights");
  if (named.empty()) return {};
  std::vector<double> weights;
  for (const UnitId id : units) {
    const auto found = std::find_if(named.begin(), named.end(), [&](const auto& weight) {
      return weight.name == fleet.unit(id).name;
    });
    SIGNALBOX_ASSERT(found != named.end());
    weights.push_back(found->value);
  }
  return weights;
}

// Where tokens are owed and no latency is stated, it is what they come to for the request that the
// units were measured with: planning reckons with that.
core::Objective build_objective(const Fields& fields, const std::vector<UnitId>& units,
                                const core::FleetSpec& fleet) {
  core::Objective objective;
  objective.latency = read<Duration>(fields, "latency");
  objective.quantile = read<double>(fields, "quantile");
  objective.per_work = read<bool>(fields, "per_work");
  objective.first_token = fields.get<Duration>("first_token").value_or(Duration{});
  objective.per_token = fields.get<Duration>("per_token").value_or(Duration{});
  const auto& language = fleet.unit(units.front()).language;
  if (!fields.has("latency") && objective.in_tokens() && language) {
    const Duration first = objective.first_token > Duration::zero()
                               ? objective.first_token
                               : language->first_token(language->prompt_tokens);
    const Duration each = objective.per_token > Duration::zero()
                              ? objective.per_token
                              : language->per_output_token.latency(fleet.unit(units.front()).slots);
    objective.latency = first + (language->output_tokens - 1) * each;
  }
  return objective;
}

core::RetryRule build_retry(const Fields& retry) {
  return {.attempts = read_int(retry, "attempts"),
          .budget = read<double>(retry, "budget"),
          .floor = read_int(retry, "floor"),
          .backoff = read<Duration>(retry, "backoff"),
          .max_backoff = read<Duration>(retry, "max_backoff")};
}

core::HedgeRule build_hedge(const Fields& hedge) {
  return {.after = read<double>(hedge, "after"), .budget = read<double>(hedge, "budget")};
}

core::ServiceSpec build_service(const std::string& name, const Fields& fields,
                                const core::FleetSpec& fleet) {
  core::ServiceSpec service;
  service.name = name;
  service.paths = paths_of(fields);
  for (const auto& model : fields.items<std::string>("models")) {
    service.models.push_back(model.value);
  }
  service.units = build_unit_ids(fields, fleet);
  service.objective = build_objective(fields.section("objective"), service.units, fleet);
  service.objective_class = to_objective_class(read<std::string>(fields, "class"));
  const bool is_critical = service.objective_class == core::ObjectiveClass::kCritical;
  service.resilience =
      to_resilience(fields.get<std::string>("resilience").value_or(is_critical ? "unit" : "none"));
  service.require = build_labels(fields, "require");
  service.policy = to_policy(read<std::string>(fields, "policy"));
  service.routing = to_routing(read<std::string>(fields, "routing"));
  service.weights = build_weights(fields, service.units, fleet);
  service.when_late = to_when_late(read<std::string>(fields, "when_late"));
  service.patience = read<Duration>(fields, "patience");
  const bool waits = service.objective_class == core::ObjectiveClass::kBatch;
  if (waits && !fields.has("patience")) {
    service.patience = std::max(service.patience, service.objective.latency);
  }
  service.max_held = read_int(fields, "max_held");
  service.timeout = read<Duration>(fields, "timeout");
  service.idle_timeout = read<Duration>(fields, "idle_timeout");
  service.retry_safe = read<bool>(fields, "retry_safe");
  if (fields.has("retry")) service.retry = build_retry(fields.section("retry"));
  if (fields.has("hedge")) service.hedge = build_hedge(fields.section("hedge"));
  service.panic_threshold = read<double>(fields, "panic_threshold");
  return service;
}

ClientCertificates to_client_certificates(const std::string& word) {
  if (word == "request") return ClientCertificates::kRequest;
  return word == "require" ? ClientCertificates::kRequire : ClientCertificates::kNone;
}

CertificateFiles build_certificate_files(const Fields& fields) {
  return {read<std::string>(fields, "certificate"), read<std::string>(fields, "key")};
}

std::optional<TlsSection> build_tls(const Fields& gateway) {
  if (!gateway.has("tls")) return std::nullopt;
  const Fields tls = gateway.section("tls");
  TlsSection section;
  section.certificates.push_back(build_certificate_files(tls));
  for (const auto& more : tls.sections("more")) {
    section.certificates.push_back(build_certificate_files(more.value));
  }
  section.client_certificate = to_client_certificates(read<std::string>(tls, "client_certificate"));
  section.client_ca = tls.get<std::string>("client_ca").value_or("");
  return section;
}

GatewaySection build_gateway(const Fields& gateway) {
  return {.listen = read<core::Address>(gateway, "listen"),
          .admin = read<core::Address>(gateway, "admin"),
          .tls = build_tls(gateway),
          .http2 = read<bool>(gateway, "http2"),
          .max_streams = read_int(gateway, "max_streams"),
          .admin_access = build_admin_access(gateway),
          .admin_tls = build_admin_tls(gateway),
          .probes = gateway.get<core::Address>("probes"),
          .threads = read_int(gateway, "threads"),
          .connect_timeout = read<Duration>(gateway, "connect_timeout"),
          .header_timeout = read<Duration>(gateway, "header_timeout"),
          .body_timeout = read<Duration>(gateway, "body_timeout"),
          .send_timeout = read<Duration>(gateway, "send_timeout"),
          .keep_alive = read<Duration>(gateway, "keep_alive"),
          .unit_keep_alive = read<Duration>(gateway, "unit_keep_alive"),
          .inspect_bytes = read<std::int64_t>(gateway, "inspect_bytes"),
          .max_body = read<std::int64_t>(gateway, "max_body"),
          .max_connections = read_int(gateway, "max_connections"),
          .drain = read<Duration>(gateway, "drain"),
          .access_log = read<std::string>(gateway, "access_log"),
          .explain_ring = read_int(gateway, "explain_ring")};
}

core::ControlSpec build_control(const Fields& control, const Fields& guardrails) {
  core::ControlSpec spec;
  spec.tick = read<Duration>(control, "tick");
  spec.replan = read<Duration>(control, "replan");
  spec.dwell = read<Duration>(control, "dwell");
  spec.ramp = read<Duration>(control, "ramp");
  spec.bench_time = read<Duration>(control, "bench_time");
  spec.max_bench_time = read<Duration>(control, "max_bench_time");
  spec.billing_minimum = read<Duration>(control, "billing_minimum");
  spec.guardrails = {.max_launches_per_tick = read_int(guardrails, "max_launches_per_tick"),
                     .max_drains_per_tick = read_int(guardrails, "max_drains_per_tick"),
                     .budget_usd_per_hour = guardrails.get<double>("budget").value_or(0.0),
                     .freeze = read<bool>(guardrails, "freeze")};
  return spec;
}

core::DataPolicy build_data_policy(const Fields& data) {
  core::DataPolicy policy;
  for (const auto& named : data.sections("classes")) {
    policy.classes.push_back({named.name, build_labels(named.value, "require")});
  }
  return policy;
}

DataSection build_data(const Fields& data) {
  DataSection section;
  section.header = read<std::string>(data, "header");
  for (const auto& network : data.items<std::string>("trusted")) {
    section.trusted.push_back(network.value);
  }
  if (!data.has("claim")) return section;
  const Fields claim = data.section("claim");
  section.claim = ClaimSection{.name = read<std::string>(claim, "name"),
                               .algorithm = read<std::string>(claim, "algorithm"),
                               .key_file = read<std::string>(claim, "key_file"),
                               .audience = read<std::string>(claim, "audience"),
                               .issuer = claim.get<std::string>("issuer").value_or("")};
  return section;
}

TenantsSection build_tenants(const Fields& tenants) {
  TenantsSection section;
  section.header = read<std::string>(tenants, "header");
  section.priority_header = tenants.get<std::string>("priority_header").value_or("");
  for (const auto& network : tenants.items<std::string>("trusted")) {
    section.trusted.push_back(network.value);
  }
  return section;
}

JournalSection build_journal(const Fields& journal) {
  return {
      .input_log = read<std::string>(journal, "input_log"),
      .input_log_segment = read<std::int64_t>(journal, "input_log_segment"),
      .input_log_segments = read_int(journal, "input_log_segments"),
      .input_log_drops_oldest = read<std::string>(journal, "input_log_when_full") == "drop_oldest",
      .decisions = read<std::string>(journal, "decisions"),
      .decisions_size = read<std::int64_t>(journal, "decisions_size"),
      .sample = read_int(journal, "sample")};
}

std::optional<TracingSection> build_tracing(const Fields& root) {
  if (!root.has("tracing")) return std::nullopt;
  const Fields tracing = root.section("tracing");
  return TracingSection{.collector = read<core::Address>(tracing, "collector"),
                        .path = read<std::string>(tracing, "path"),
                        .sample = read<double>(tracing, "sample"),
                        .service_name = read<std::string>(tracing, "service_name")};
}

}  // namespace

Config build_config(const Fields& root) {
  Config config;
  for (const auto& unit : root.sections("units")) {
    config.fleet.units.push_back(build_unit(unit.name, unit.value));
    config.workloads.push_back(build_workload(unit.value));
    config.emulation.push_back(build_emulation(unit.value.section("emulate")));
  }
  for (const auto& service : root.sections("services")) {
    config.fleet.services.push_back(build_service(service.name, service.value, config.fleet));
  }
  config.sources = build_sources(root);
  config.fleet.sources = build_source_specs(root);
  config.fleet.control = build_control(root.section("control"), root.section("guardrails"));
  if (root.has("data")) {
    config.fleet.data = build_data_policy(root.section("data"));
    config.data = build_data(root.section("data"));
  }
  if (root.has("tenants")) {
    config.fleet.tenancy = build_tenancy(root.section("tenants"));
    config.tenants = build_tenants(root.section("tenants"));
  }
  config.access = build_access(root);
  config.gateway = build_gateway(root.section("gateway"));
  config.tracing = build_tracing(root);
  config.journal = build_journal(root.section("journal"));
  config.emulator = root.get<core::Address>("emulator");
  config.cluster = build_cluster(root);
  config.scaler = build_scaler(root);
  config.link = build_fleet_link(root);
  return config;
}

}  // namespace signalbox::config
