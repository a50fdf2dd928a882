// SPDX-License-Identifier: Apache-2.0
//
// What a configuration becomes: every key reaches its field, every default is the core's own, and
// every way a file can fail to be one has its word.
#include "config/config.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "config/document.h"
#include "config/rules.h"

namespace signalbox::config {
namespace {

using core::Address;

constexpr std::string_view kMinimal = R"(
services:
  images: {}
units:
  a:
    price: 1 USD/hour
    plateau: 60/min
    endpoints: [127.0.0.1:8001]
)";

Config loaded(std::string_view text) {
  auto config = load(text, "test.yaml");
  EXPECT_TRUE(config.ok()) << (config.ok() ? "" : render(config.error()));
  return config.ok() ? *config : Config{};
}

std::string refusal_of(const std::string& path) {
  const auto config = load_file(path);
  return config.ok() ? "accepted" : config.error().list.front().message;
}

TEST(Defaults, of_a_service_are_the_cores_own) {
  const Config config = loaded(kMinimal);
  ASSERT_EQ(config.fleet.services.size(), 1U);
  const auto& service = config.fleet.services[0];
  const core::ServiceSpec standard;
  EXPECT_EQ(service.name, "images");
  EXPECT_EQ(service.paths, std::vector<std::string>{"/*"});
  EXPECT_TRUE(service.models.empty());
  EXPECT_EQ(service.units, std::vector<UnitId>{UnitId(0)});
  EXPECT_EQ(service.objective.latency, standard.objective.latency);
  EXPECT_DOUBLE_EQ(service.objective.quantile, standard.objective.quantile);
  EXPECT_EQ(service.objective.per_work, standard.objective.per_work);
  EXPECT_EQ(service.policy, standard.policy);
  EXPECT_EQ(service.routing, standard.routing);
  EXPECT_TRUE(service.weights.empty());
  EXPECT_EQ(service.when_late, standard.when_late);
  EXPECT_EQ(service.patience, standard.patience);
  EXPECT_EQ(service.max_held, standard.max_held);
  EXPECT_EQ(service.timeout, standard.timeout);
  EXPECT_EQ(service.idle_timeout, standard.idle_timeout);
  EXPECT_EQ(service.retry_safe, standard.retry_safe);
  EXPECT_EQ(service.panic_threshold, standard.panic_threshold);
}

TEST(Defaults, of_a_unit_are_the_cores_own) {
  const auto unit = loaded(kMinimal).fleet.units.at(0);
  const core::UnitSpec standard;
  EXPECT_EQ(unit.name, "a");
  EXPECT_DOUBLE_EQ(unit.price_usd_per_hour, 1.0);
  EXPECT_DOUBLE_EQ(unit.plateau_per_s(), 1.0);
  EXPECT_DOUBLE_EQ(unit.profile.spread(), 0.05);
  EXPECT_EQ(unit.slots, standard.slots);
  EXPECT_FALSE(unit.managed);
  EXPECT_EQ(unit.boot_time_min, standard.boot_time_min);
  EXPECT_EQ(unit.boot_time_max, standard.boot_time_max);
  EXPECT_EQ(unit.endpoints, (std::vector<Address>{{"127.0.0.1", 8001}}));
  EXPECT_EQ(unit.health.path, standard.health.path);
  EXPECT_EQ(unit.health.interval, standard.health.interval);
  EXPECT_EQ(unit.health.timeout, standard.health.timeout);
  EXPECT_EQ(unit.health.rise, standard.health.rise);
  EXPECT_EQ(unit.health.fall, standard.health.fall);
  EXPECT_EQ(unit.ejection.max_share, standard.ejection.max_share);
  EXPECT_EQ(unit.ejection.outliers, standard.ejection.outliers);
  EXPECT_EQ(unit.slow_start, standard.slow_start);
  EXPECT_EQ(unit.model + unit.hardware + unit.framework + unit.zone, "");
}

TEST(Defaults, slow_start_is_half_a_minute_where_there_are_slots_to_ramp) {
  const auto units = loaded(R"(services: {s: {}}
units:
  several: {price: 1 USD/hour, plateau: 1/s, slots: 4, endpoints: [127.0.0.1:8001]}
  told: {price: 1 USD/hour, plateau: 1/s, slots: 4, slow_start: 5s, endpoints: [127.0.0.1:8002]}
)")
                         .fleet.units;
  EXPECT_EQ(units.at(0).slow_start, 30s);
  EXPECT_EQ(units.at(1).slow_start, 5s);
}

TEST(Load, trust_in_endpoints_can_be_set) {
  const auto fleet = loaded(R"(services: {s: {panic_threshold: 20%}}
units:
  a:
    price: 1 USD/hour
    plateau: 1/s
    endpoints: [127.0.0.1:8001]
    ejection: {max_share: 30%, outliers: true}
)")
                         .fleet;
  EXPECT_DOUBLE_EQ(fleet.services.at(0).panic_threshold, 0.2);
  EXPECT_DOUBLE_EQ(fleet.units.at(0).ejection.max_share, 0.3);
  EXPECT_TRUE(fleet.units.at(0).ejection.outliers);
}

TEST(Defaults, of_control_and_guardrails_are_the_cores_own) {
  const auto control = loaded(kMinimal).fleet.control;
  const core::ControlSpec standard;
  EXPECT_EQ(control.tick, standard.tick);
  EXPECT_EQ(control.replan, standard.replan);
  EXPECT_EQ(control.dwell, standard.dwell);
  EXPECT_EQ(control.ramp, standard.ramp);
  EXPECT_EQ(control.bench_time, standard.bench_time);
  EXPECT_EQ(control.max_bench_time, standard.max_bench_time);
  EXPECT_EQ(control.billing_minimum, standard.billing_minimum);
  EXPECT_EQ(control.guardrails.max_launches_per_tick, standard.guardrails.max_launches_per_tick);
  EXPECT_EQ(control.guardrails.max_drains_per_tick, standard.guardrails.max_drains_per_tick);
  EXPECT_DOUBLE_EQ(control.guardrails.budget_usd_per_hour, standard.guardrails.budget_usd_per_hour);
  EXPECT_EQ(control.guardrails.freeze, standard.guardrails.freeze);
}

TEST(Defaults, of_gateway_and_emulation_are_their_structs) {
  const Config config = loaded(kMinimal);
  const GatewaySection standard;
  EXPECT_EQ(config.gateway.listen, standard.listen);
  EXPECT_EQ(config.gateway.admin, standard.admin);
  EXPECT_EQ(config.gateway.threads, standard.threads);
  EXPECT_EQ(config.gateway.connect_timeout, standard.connect_timeout);
  EXPECT_EQ(config.gateway.header_timeout, standard.header_timeout);
  EXPECT_EQ(config.gateway.keep_alive, standard.keep_alive);
  EXPECT_EQ(config.gateway.unit_keep_alive, standard.unit_keep_alive);
  EXPECT_EQ(config.gateway.inspect_bytes, standard.inspect_bytes);
  EXPECT_EQ(config.gateway.max_body, standard.max_body);
  EXPECT_EQ(config.gateway.max_connections, standard.max_connections);
  EXPECT_EQ(config.gateway.drain, standard.drain);
  EXPECT_EQ(config.gateway.access_log, standard.access_log);
  EXPECT_EQ(config.gateway.explain_ring, standard.explain_ring);
  EXPECT_EQ(config.journal, JournalSection{});
  EXPECT_FALSE(config.emulator.has_value());
  ASSERT_EQ(config.emulation.size(), 1U);
  EXPECT_EQ(config.emulation[0].max_batch, EmulationSection{}.max_batch);
  EXPECT_EQ(config.emulation[0].first_token, EmulationSection{}.first_token);
  EXPECT_DOUBLE_EQ(config.emulation[0].token_rate_per_s, EmulationSection{}.token_rate_per_s);
}

constexpr std::string_view kFull = R"(
services:
  images:
    paths: [/genimage, /v1/images/*]
    models: [sd21, 2.1]
    objective: {latency: 900ms, quantile: 0.95, per_work: true}
    policy: capacity_first
    resilience: unit
    units: [b, a]
    routing: paper-binary
    weights: {a: 40, b: 0.5}
    when_late: refuse
    patience: 3s
    max_held: 7
    timeout: 8s
    idle_timeout: 9s
    retry_safe: false
  chat:
    models: [llama]
    units: [a]
units:
  a:
    price: 0 USD/h
    latency_curve:
      - {in_flight: 1, latency: 100ms}
      - {in_flight: 8, latency: 400ms}
    spread: 40%
    slots: 8
    model: m
    hardware: h
    framework: f
    zone: z
    tier: owned
    endpoints: ["http://[::1]:8001", gpu-2.example:8002]
    health: {path: /readiness, interval: 5s, timeout: 2s, rise: 1, fall: 9}
  b:
    price: 0.7582 USD/hour
    plateau: 123/min
    replicas: {min: 2, max: 40}
    boot: {min: 10s, max: 20s}
    emulate: {max_batch: 4, first_token: 50ms, token_rate: 100/s}
gateway:
  listen: 0.0.0.0:80
  admin: "[::1]:81"
  threads: 3
  connect_timeout: 11s
  header_timeout: 12s
  keep_alive: 13s
  unit_keep_alive: 14s
  inspect_bytes: 14KiB
  max_body: 15MiB
  max_connections: 16
  drain: 17s
  access_log: off
  explain_ring: 18
journal: {input_log: /var/log/sb, input_log_segment: 2MiB, input_log_segments: 3, input_log_when_full: drop_oldest, decisions: /var/lib/sb.db, decisions_size: 4MiB, sample: 5}
control: {tick: 2s, replan: 3s, dwell: 4s, ramp: 5s, bench_time: 6s, max_bench_time: 7s, billing_minimum: 8s}
guardrails: {max_launches_per_tick: 1, max_drains_per_tick: 2, budget: 50 USD/hour, freeze: true}
emulator: 127.0.0.1:9100
)";

TEST(Values, every_key_of_a_service_arrives) {
  const Config config = loaded(kFull);
  ASSERT_EQ(config.fleet.services.size(), 2U);
  const auto& service = config.fleet.services[0];
  EXPECT_EQ(service.paths, (std::vector<std::string>{"/genimage", "/v1/images/*"}));
  EXPECT_EQ(service.models, (std::vector<std::string>{"sd21", "2.1"}));
  EXPECT_EQ(service.objective.latency, 900ms);
  EXPECT_DOUBLE_EQ(service.objective.quantile, 0.95);
  EXPECT_TRUE(service.objective.per_work);
  EXPECT_EQ(service.policy, core::Policy::kCapacityFirst);
  EXPECT_EQ(service.resilience, core::Resilience::kUnit);
  EXPECT_EQ(service.units, (std::vector<UnitId>{UnitId(1), UnitId(0)}));
  EXPECT_EQ(service.routing, core::RoutingPolicy::kPaperBinary);
  EXPECT_EQ(service.weights, (std::vector<double>{0.5, 40}));  // parallel to units
  EXPECT_EQ(service.when_late, core::WhenLate::kRefuse);
  EXPECT_EQ(service.patience, 3s);
  EXPECT_EQ(service.max_held, 7);
  EXPECT_EQ(service.timeout, 8s);
  EXPECT_EQ(service.idle_timeout, 9s);
  EXPECT_FALSE(service.retry_safe);
}

TEST(Values, every_routing_policy_is_known_by_its_name) {
  for (const auto policy : core::kRoutingPolicies) {
    std::string text(kMinimal);
    text.replace(text.find("{}"), 2, fmt::format("{{routing: {}}}", core::to_string(policy)));
    EXPECT_EQ(loaded(text).fleet.services.at(0).routing, policy) << core::to_string(policy);
  }
}

TEST(Values, a_service_with_models_answers_to_the_openai_paths) {
  const auto paths = loaded(kFull).fleet.services.at(1).paths;
  EXPECT_EQ(paths.size(), 4U);
  EXPECT_EQ(paths[0], "/v1/chat/completions");
}

TEST(Values, every_key_of_a_unit_arrives) {
  const Config config = loaded(kFull);
  const auto& a = config.fleet.units.at(0);
  EXPECT_DOUBLE_EQ(a.price_usd_per_hour, 0.0);
  EXPECT_EQ(a.profile.latency(1), 100ms);
  EXPECT_EQ(a.profile.latency(8), 400ms);
  EXPECT_DOUBLE_EQ(a.profile.spread(), 0.4);
  EXPECT_EQ(a.slots, 8);
  EXPECT_EQ(a.model + a.hardware + a.framework + a.zone, "mhfz");
  EXPECT_EQ(a.endpoints, (std::vector<Address>{{"::1", 8001}, {"gpu-2.example", 8002}}));
  EXPECT_EQ(a.health.path, "/readiness");
  EXPECT_EQ(a.health.interval, 5s);
  EXPECT_EQ(a.health.timeout, 2s);
  EXPECT_EQ(a.health.rise, 1);
  EXPECT_EQ(a.health.fall, 9);
  EXPECT_FALSE(a.managed);

  const auto& b = config.fleet.units.at(1);
  EXPECT_TRUE(b.managed);
  EXPECT_EQ(b.min_replicas, 2);
  EXPECT_EQ(b.max_replicas, 40);
  EXPECT_EQ(b.boot_time_min, 10s);
  EXPECT_EQ(b.boot_time_max, 20s);
  EXPECT_EQ(config.emulation.at(1).max_batch, 4);
  EXPECT_EQ(config.emulation.at(1).first_token, 50ms);
  EXPECT_DOUBLE_EQ(config.emulation.at(1).token_rate_per_s, 100.0);
}

TEST(Values, every_key_of_the_gateway_arrives) {
  const auto gateway = loaded(kFull).gateway;
  EXPECT_EQ(gateway.listen, (Address{"0.0.0.0", 80}));
  EXPECT_EQ(gateway.admin, (Address{"::1", 81}));
  EXPECT_EQ(gateway.threads, 3);
  EXPECT_EQ(gateway.connect_timeout, 11s);
  EXPECT_EQ(gateway.header_timeout, 12s);
  EXPECT_EQ(gateway.keep_alive, 13s);
  EXPECT_EQ(gateway.unit_keep_alive, 14s);
  EXPECT_EQ(gateway.inspect_bytes, 14 * 1024);
  EXPECT_EQ(gateway.max_body, 15 * 1024 * 1024);
  EXPECT_EQ(gateway.max_connections, 16);
  EXPECT_EQ(gateway.drain, 17s);
  EXPECT_EQ(gateway.access_log, "off");
  EXPECT_EQ(gateway.explain_ring, 18);
}

TEST(Values, every_key_of_the_journal_arrives) {
  const JournalSection expected{.input_log = "/var/log/sb",
                                .input_log_segment = 2 * 1024 * 1024,
                                .input_log_segments = 3,
                                .input_log_drops_oldest = true,
                                .decisions = "/var/lib/sb.db",
                                .decisions_size = 4 * 1024 * 1024,
                                .sample = 5};
  EXPECT_EQ(loaded(kFull).journal, expected);
}

TEST(Values, every_key_of_control_arrives) {
  const Config config = loaded(kFull);
  const auto& control = config.fleet.control;
  EXPECT_EQ(control.tick, 2s);
  EXPECT_EQ(control.replan, 3s);
  EXPECT_EQ(control.dwell, 4s);
  EXPECT_EQ(control.ramp, 5s);
  EXPECT_EQ(control.bench_time, 6s);
  EXPECT_EQ(control.max_bench_time, 7s);
  EXPECT_EQ(control.billing_minimum, 8s);
  EXPECT_EQ(control.guardrails.max_launches_per_tick, 1);
  EXPECT_EQ(control.guardrails.max_drains_per_tick, 2);
  EXPECT_DOUBLE_EQ(control.guardrails.budget_usd_per_hour, 50.0);
  EXPECT_TRUE(control.guardrails.freeze);
  EXPECT_EQ(config.emulator, (Address{"127.0.0.1", 9100}));
}

TEST(Rules, prefixes_cover_what_begins_with_them) {
  EXPECT_TRUE(covers("/*", "/v1/chat"));
  EXPECT_TRUE(covers("/v1/*", "/v1/images/*"));
  EXPECT_TRUE(covers("/v1/chat", "/v1/chat"));
  EXPECT_FALSE(covers("/v1/chat", "/v1/chat*"));
  EXPECT_FALSE(covers("/v1/images/*", "/v1/*"));
  EXPECT_FALSE(covers("/v1/*", "/v1"));
}

TEST(LoadFile, says_what_is_wrong_with_the_path) {
  EXPECT_EQ(refusal_of("examples/minimal.yaml"), "accepted");
  EXPECT_EQ(refusal_of("examples/no-such-file.yaml"), "there is no such file");
  EXPECT_EQ(refusal_of("examples"), "this is a directory");
  EXPECT_EQ(refusal_of("examples/minimal.yaml/x"), "there is no such file");
}

TEST(LoadFile, an_unreadable_file_is_named_as_such) {
  const auto path = std::filesystem::temp_directory_path() / "signalbox-unreadable.yaml";
  std::ofstream(path) << kMinimal;
  std::filesystem::permissions(path, std::filesystem::perms::none);
  const std::string refusal = refusal_of(path.string());
  std::filesystem::remove(path);
  if (refusal == "accepted") GTEST_SKIP() << "this user may read everything";
  EXPECT_EQ(refusal, "the file cannot be opened: Permission denied");
}

TEST(Load, refuses_more_than_a_mebibyte) {
  const std::string large(kLargestFileBytes + 1, '#');
  const auto config = load(large, "large.yaml");
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error().list.front().message, "the file is larger than 1MiB");
}

TEST(Load, reports_everything_at_once_in_the_order_of_the_text) {
  const auto config = load(R"(
services:
  images: {polcy: cost_first, units: [c]}
units:
  a: {price: 1, plateau: 60/min, endpoints: [127.0.0.1:8080]}
)",
                           "test.yaml");
  ASSERT_FALSE(config.ok());
  std::string keys;
  for (const auto& problem : config.error().list) keys += problem.key + " ";
  EXPECT_EQ(keys,
            "services.images.polcy services.images.units[0] units.a.price units.a.endpoints[0] ");
}

}  // namespace
}  // namespace signalbox::config
