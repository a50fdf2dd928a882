// SPDX-License-Identifier: Apache-2.0
//
// The loop itself, on fleets small enough to know the answer; what the core makes of the paper's
// waves is tested with the scenarios.
#include "sim/run/fleet_run.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "sim/run/control.h"

namespace signalbox::sim {
namespace {

// Arrivals at given instants, each of size one.
class ListedArrivals final : public ArrivalStream {
 public:
  explicit ListedArrivals(std::vector<Duration> at) : at_(std::move(at)) {}
  std::optional<Arrival> next() override {
    if (given_ == at_.size()) return std::nullopt;
    return Arrival{.at = TimePoint{} + at_[given_++]};
  }

 private:
  std::vector<Duration> at_;
  std::size_t given_ = 0;
};

// One unit of one replica that takes half a second and boots in ten.
Scenario lone_replica(std::vector<Duration> arrivals) {
  Scenario scenario;
  scenario.name = "lone";
  core::UnitSpec unit;
  unit.name = "lone";
  unit.price_usd_per_hour = 3.6;
  unit.profile = core::Profile::single_server(2.0, 0.0);
  unit.managed = true;
  unit.min_replicas = 1;
  unit.max_replicas = 1;
  unit.boot_time_min = unit.boot_time_max = 10s;
  scenario.fleet.units = {unit};
  core::ServiceSpec service;
  service.name = "images";
  service.paths = {"/genimage"};
  service.units = {UnitId(0)};
  scenario.fleet.services = {service};
  scenario.length = 120s;
  scenario.traffic = {{.arrivals = [arrivals](std::uint64_t) {
    return std::make_unique<ListedArrivals>(arrivals);
  }}};
  return scenario;
}

RunResult run(const Scenario& scenario, std::uint64_t seed = 1) {
  auto control = std::make_unique<SignalboxControl>(
      std::make_shared<const core::FleetSpec>(scenario.fleet), TimePoint{});
  return FleetRun(scenario, std::move(control), {.seed = seed, .history = true}).run();
}

// Prompts of a thousand tokens, answers of eleven.
class ListedPrompts final : public ArrivalStream {
 public:
  explicit ListedPrompts(std::vector<Duration> at) : at_(std::move(at)) {}
  std::optional<Arrival> next() override {
    auto arrival = at_.next();
    if (!arrival) return std::nullopt;
    arrival->prompt_tokens = 1000;
    arrival->output_tokens = 11;
    return arrival;
  }

 private:
  ListedArrivals at_;
};

TEST(FleetRun, where_tokens_are_owed_both_promises_count) {
  // A prompt takes 100 ms to read, a token 20 ms to write; two at once do not disturb each other
  // but for the second prompt, which waits for the first.
  Scenario scenario = lone_replica({});
  auto& unit = scenario.fleet.units[0];
  unit.slots = 2;
  unit.profile = core::Profile::single_server(1 / 0.3, 0.0);
  unit.language = core::LanguageProfile{};
  unit.language->per_prompt_token = 100us;
  unit.language->per_output_token = core::Profile::measured({{1, 20ms}}, 0.0);
  scenario.shapes = {{.prefill_tokens_per_s = 10'000.0, .decode_base = 20ms}};
  scenario.traffic = {{.arrivals = [](std::uint64_t) {
    return std::make_unique<ListedPrompts>(std::vector<Duration>{20s, 30s, 30010ms});
  }}};
  auto& owed = scenario.fleet.services[0].objective;
  const auto in_time = [&](Duration first_token, Duration per_token) {
    owed.first_token = first_token;
    owed.per_token = per_token;
    return run(scenario).totals.within_objective;
  };
  EXPECT_EQ(in_time(500ms, 100ms), 3U);
  EXPECT_EQ(in_time(150ms, 100ms), 2U) << "the third began after 190 ms";
  EXPECT_EQ(in_time(500ms, 25ms), 2U) << "the second stood still while the third was read";
  EXPECT_EQ(in_time(50ms, 100ms), 0U);
}

TEST(FleetRun, a_request_takes_its_wait_and_its_service_time) {
  const RunResult result = run(lone_replica({20s, 20200ms}));
  EXPECT_EQ(result.totals.requests, 2U);
  EXPECT_EQ(result.totals.answered, 2U);
  EXPECT_EQ(result.totals.mean_in_replica, 500ms);
  // The second waited 300 ms for the first.
  EXPECT_EQ(result.totals.longest_hold, 300ms);
  EXPECT_GE(result.totals.p99, 800ms);
  EXPECT_LE(result.totals.p99, 807ms);
}

TEST(FleetRun, what_arrives_before_the_first_boot_is_held_until_it) {
  const RunResult result = run(lone_replica({1s}));
  EXPECT_EQ(result.totals.answered, 1U);
  EXPECT_EQ(result.totals.within_objective, 0U);
  EXPECT_EQ(result.totals.longest_hold, 9s);
}

TEST(FleetRun, bills_from_launch_to_the_end_of_the_scenario) {
  const RunResult result = run(lone_replica({20s}));
  EXPECT_NEAR(result.billed_usd, 120 * 3.6 / 3600.0, 1e-9);
  EXPECT_DOUBLE_EQ(result.totals.cost_usd, result.billed_usd);
}

TEST(FleetRun, counts_and_bills_only_the_reporting_window_when_there_is_one) {
  Scenario scenario = lone_replica({20s, 70s, 80s});
  scenario.report_from = 60s;
  const RunResult result = run(scenario);
  EXPECT_EQ(result.totals.requests, 2U);
  EXPECT_NEAR(result.totals.cost_usd, 60 * 3.6 / 3600.0, 1e-9);
  EXPECT_NEAR(result.billed_usd, 120 * 3.6 / 3600.0, 1e-9);
}

TEST(FleetRun, a_replica_that_hangs_is_replaced_and_its_request_served_again) {
  Scenario scenario = lone_replica({20s});
  Fault hang;
  hang.hang = 1.0;
  scenario.faults = {{20100ms, UnitId(0), hang}};
  const RunResult result = run(scenario);
  EXPECT_EQ(result.totals.answered, 1U);
  EXPECT_EQ(result.totals.within_objective, 0U);
}

TEST(FleetRun, a_silent_replica_is_given_up_after_the_services_timeout) {
  Scenario scenario = lone_replica({20s});
  scenario.fleet.services[0].timeout = 2s;
  Fault brown_out;
  brown_out.slowdown = 100.0;  // it still answers probes
  scenario.faults = {{20100ms, UnitId(0), brown_out}};
  const RunResult result = run(scenario);
  EXPECT_EQ(result.totals.answered, 0U);
  EXPECT_EQ(result.totals.failed, 1U);
}

TEST(FleetRun, a_replica_taken_back_is_replaced_and_its_request_served_again) {
  Scenario scenario = lone_replica({20s});
  Fault lose;
  lose.lose = 1.0;
  scenario.faults = {{20100ms, UnitId(0), lose}};
  const RunResult result = run(scenario);
  EXPECT_EQ(result.totals.answered, 1U);
  EXPECT_EQ(result.totals.lost_replicas, 1U);
  EXPECT_EQ(result.forwarded[0], 2U);
}

TEST(FleetRun, a_cold_replica_is_slower_until_it_is_warm) {
  Scenario scenario = lone_replica({11s, 100s});
  scenario.pools.resize(1);
  scenario.pools[0].warm_up = 60s;
  scenario.pools[0].warm_up_slowdown = 3.0;
  const RunResult result = run(scenario);
  ASSERT_EQ(result.history.size(), 2U);
  EXPECT_DOUBLE_EQ(result.history[0].mean_in_replica_s[0], 1.5);
  EXPECT_DOUBLE_EQ(result.history[1].mean_in_replica_s[0], 0.5);
}

TEST(FleetRun, a_unit_that_flaps_loses_nothing) {
  Scenario scenario = lone_replica({20s, 30s, 40s, 50s});
  Fault flap;
  flap.flap = 4s;
  Fault heal;
  heal.heal = true;
  scenario.faults = {{25s, UnitId(0), flap}, {60s, UnitId(0), heal}};
  const RunResult result = run(scenario);
  EXPECT_EQ(result.totals.answered, 4U);
}

TEST(FleetRun, history_has_a_slot_for_every_minute) {
  const RunResult result = run(lone_replica({20s, 70s}));
  ASSERT_EQ(result.history.size(), 2U);
  EXPECT_EQ(result.history[0].arrivals, 1U);
  EXPECT_EQ(result.history[1].arrivals, 1U);
  EXPECT_EQ(result.history[1].ready[0], 1);
}

TEST(FleetRun, two_kinds_of_clients_are_merged_in_the_order_of_time) {
  Scenario scenario = lone_replica({20s, 40s});
  scenario.traffic.push_back(scenario.traffic[0]);
  scenario.traffic[1].arrivals = [](std::uint64_t) {
    return std::make_unique<ListedArrivals>(std::vector<Duration>{30s});
  };
  EXPECT_EQ(run(scenario).totals.answered, 3U);
}

TEST(FleetRun, requests_nobody_is_there_for_are_answered_404) {
  Scenario scenario = lone_replica({20s});
  scenario.traffic[0].path = "/elsewhere";
  const RunResult result = run(scenario);
  EXPECT_EQ(result.totals.failed, 1U);
}

}  // namespace
}  // namespace signalbox::sim
