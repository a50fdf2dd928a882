// SPDX-License-Identifier: Apache-2.0
//
// What a scenario file says is what the scenario is: names and times, pools, faults, and traffic of
// every kind with the rate that was written.
#include "sim/scenario/scenario_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <string>

namespace signalbox::sim {
namespace {

TraceDirectory no_traces() {
  return *TraceDirectory::find(
      TraceDirectory::Places{.option = {}, .environment = {}, .beside = ""});
}

// A file beside the test's fleet, so that paths in it are relative to that folder.
Scenario scenario_of(const std::string& text) {
  const std::string path =
      "src/sim/scenario/testdata/" + std::to_string(getpid()) + "_scenario.yaml";
  std::ofstream(path, std::ios::binary) << text;
  auto scenario = load_scenario(path, no_traces());
  std::remove(path.c_str());
  EXPECT_TRUE(scenario.ok()) << (scenario.ok() ? "" : scenario.error().message);
  return scenario.ok() ? std::move(*scenario) : Scenario{};
}

constexpr auto kTwoHours = "fleet: fleet.yaml\nlength: 2h\n";

Scenario with_traffic(const std::string& item) {
  return scenario_of(kTwoHours + std::string("traffic:\n  - {") + item + "}\n");
}

Scenario with_parts(const std::string& parts) {
  return scenario_of(kTwoHours + std::string("traffic: [{kind: constant, rate: 1/s}]\n") + parts);
}

struct Counted {
  std::uint64_t requests = 0;
  double work = 0.0;
  std::uint64_t tokens = 0;
  TimePoint last{};
};

Counted count(const Scenario& scenario, std::uint64_t seed = 1) {
  Counted counted;
  if (scenario.traffic.empty()) return counted;
  const auto stream = scenario.traffic.at(0).arrivals(seed);
  while (const auto arrival = stream->next()) {
    ++counted.requests;
    counted.work += arrival->factor;
    counted.tokens += static_cast<std::uint64_t>(arrival->prompt_tokens + arrival->output_tokens);
    EXPECT_GE(arrival->at, counted.last);
    counted.last = arrival->at;
  }
  return counted;
}

// A Poisson count is within five deviations of its mean but for one seed in a million.
void expect_poisson(const std::string& item, double mean) {
  SCOPED_TRACE(item);
  const Counted counted = count(with_traffic(item));
  EXPECT_NEAR(static_cast<double>(counted.requests), mean, 5.0 * std::sqrt(mean));
  EXPECT_LT(counted.last, TimePoint{} + 2h);
}

TEST(ScenarioFile, needs_a_fleet_a_length_and_traffic_and_has_defaults_for_the_rest) {
  const Scenario scenario = with_parts("");
  EXPECT_TRUE(scenario.name.ends_with("_scenario"));  // the file's name
  EXPECT_EQ(scenario.title, scenario.name);
  EXPECT_EQ(scenario.length, 2h);
  EXPECT_EQ(scenario.report_from, 0s);
  EXPECT_EQ(scenario.season, 24h);
  EXPECT_EQ(scenario.fleet.units.size(), 4U);
  EXPECT_EQ(scenario.pools.size(), 4U);
  EXPECT_TRUE(scenario.faults.empty());
  EXPECT_TRUE(scenario.signal_faults.empty());
  ASSERT_EQ(scenario.traffic.size(), 1U);
  EXPECT_EQ(scenario.traffic[0].path, "/genimage");  // the first service's first
  EXPECT_EQ(scenario.traffic[0].model, "");
}

TEST(ScenarioFile, takes_names_and_times_as_written) {
  const Scenario scenario = with_parts(
      "name: mine\ntitle: My own\nabout: A day of ours.\nreport_from: 30m\nseason: 0s\n");
  EXPECT_EQ(scenario.name, "mine");
  EXPECT_EQ(scenario.title, "My own");
  EXPECT_EQ(scenario.about, "A day of ours.");
  EXPECT_EQ(scenario.report_from, 30min);
  EXPECT_EQ(scenario.season, 0s);
}

TEST(ScenarioFile, groups_work_as_the_emulator_would) {
  const Scenario scenario = with_parts("");
  ASSERT_EQ(scenario.shapes.size(), 4U);
  EXPECT_EQ(scenario.shapes[0].max_batch, 0);
  EXPECT_EQ(scenario.shapes[3].max_batch, 8);
}

TEST(ScenarioFile, asks_for_path_and_model_as_written) {
  const Scenario scenario =
      with_traffic("kind: llm, rate: 1/s, path: /v1/chat/completions, model: chat-7b");
  ASSERT_EQ(scenario.traffic.size(), 1U);
  EXPECT_EQ(scenario.traffic[0].path, "/v1/chat/completions");
  EXPECT_EQ(scenario.traffic[0].model, "chat-7b");
}

TEST(TrafficOfAFile, has_the_rate_that_was_written) {
  expect_poisson("kind: constant, rate: 2/s", 14'400);
  expect_poisson("kind: constant, rate: 90/min, spread: 20%", 10'800);
  expect_poisson("kind: cosine, rate: 4/s, period: 1h", 14'400);  // whole waves: half the peak
  expect_poisson("kind: diurnal, rate: 4/s, trough: 100%", 28'800);
  expect_poisson("kind: flash-crowd, rate: 1/s, crowds: [{at: 30m, ramp_up: 0s, ramp_down: 0s}]",
                 7200 + 4 * 600);
  expect_poisson(
      "kind: flash-crowd, rate: 2/s, period: 1h, crowds: [{at: 0s, ramp_up: 0s, hold: 1h, "
      "ramp_down: 0s, factor: 3}]",
      3600 + 3 * 3600);
}

TEST(TrafficOfAFile, bursts_about_the_mean_of_its_states) {
  const Counted counted = count(with_traffic(
      "kind: mmpp, states: [{rate: 1/s, stay: 20s}, {rate: 5/s, stay: 20s}], spread: 0%"));
  EXPECT_NEAR(static_cast<double>(counted.requests), 21'600, 2'200);
  EXPECT_EQ(counted.work, static_cast<double>(counted.requests));
}

TEST(TrafficOfAFile, comes_of_many_clients_on_any_curve) {
  for (const char* curve : {"constant", "diurnal, trough: 100%"}) {
    SCOPED_TRACE(curve);
    const Counted counted = count(with_traffic(
        std::string("kind: clients, rate: 5/s, clients: 50, gaps: weibull, burstiness: 1.5, "
                    "curve: ") +
        curve));
    EXPECT_NEAR(static_cast<double>(counted.requests), 36'000, 2'500);
  }
  const Counted peak = count(with_traffic("kind: clients, rate: 5/s, curve: servegen, from: 14h"));
  EXPECT_GT(peak.requests, 20'000U);  // about the peak of a working day
  EXPECT_LT(peak.requests, 36'500U);
}

TEST(TrafficOfAFile, stands_in_for_traces_that_are_not_here_and_says_so) {
  const Scenario images = with_traffic("kind: images, from: 22h, copies: 50");
  EXPECT_NE(images.about.find("synthetic stand-ins"), std::string::npos);
  EXPECT_NEAR(count(images).work / static_cast<double>(count(images).requests), 8.47, 0.6);
  const Scenario servegen = with_traffic("kind: servegen, rate: 5/s, from: 14h");
  EXPECT_NE(servegen.about.find("synthetic stand-ins"), std::string::npos);
  EXPECT_GT(count(servegen).requests, 20'000U);
  const Scenario llm =
      with_traffic("kind: llm, rate: 2/s, path: /v1/chat/completions, model: chat-7b");
  EXPECT_NE(llm.about.find("synthetic stand-ins"), std::string::npos);
  const Counted counted = count(llm);
  EXPECT_NEAR(static_cast<double>(counted.requests), 14'400, 2'000);
  EXPECT_NEAR(counted.work / static_cast<double>(counted.requests), 1.0, 0.1);
  EXPECT_GT(counted.tokens, counted.requests * 1000);
  const Scenario of_nothing_invented = with_traffic("kind: constant, rate: 1/s");
  EXPECT_EQ(of_nothing_invented.about, of_nothing_invented.title);
}

TEST(TrafficOfAFile, is_the_same_for_the_same_seed_and_another_for_another) {
  for (const char* item :
       {"kind: constant, rate: 1/s", "kind: images, from: 20h", "kind: clients, rate: 1/s"}) {
    SCOPED_TRACE(item);
    const Scenario scenario = with_traffic(item);
    EXPECT_EQ(count(scenario, 3).work, count(scenario, 3).work);
    EXPECT_NE(count(scenario, 3).work, count(scenario, 4).work);
  }
}

TEST(PoolsOfAFile, are_those_of_the_units_named) {
  const Scenario scenario = with_parts(
      "pools:\n"
      "  inf2-b: {tier: spot, quota: 12, notice: 30s, boot_failure: 10%,\n"
      "           capacity: [{at: 10m, instances: 5}, {at: 1h, instances: 0}],\n"
      "           price: [{at: 0s, price: 0.2262 USD/hour}]}\n"
      "  a100: {tier: owned, quota: 2}\n");
  ASSERT_EQ(scenario.pools.size(), 4U);
  const PoolSpec& spot = scenario.pools[1];
  EXPECT_EQ(spot.tier, Tier::kSpot);
  EXPECT_EQ(spot.quota, 12);
  EXPECT_EQ(spot.notice, 30s);
  EXPECT_DOUBLE_EQ(spot.boot_failure, 0.1);
  ASSERT_EQ(spot.capacity.steps().size(), 2U);
  EXPECT_EQ(spot.capacity.at(TimePoint{} + 59min, -1), 5);
  EXPECT_EQ(spot.capacity.at(TimePoint{} + 61min, -1), 0);
  EXPECT_DOUBLE_EQ(spot.price.at(TimePoint{} + 1s, 0.0), 0.2262);
  EXPECT_EQ(scenario.pools[3].tier, Tier::kOwned);
  EXPECT_EQ(scenario.pools[3].owned(), 2);
  EXPECT_EQ(scenario.pools[0].tier, Tier::kOnDemand);
  EXPECT_FALSE(scenario.pools[0].quota.has_value());
}

TEST(PoolsOfAFile, follow_a_trace_beside_the_file) {
  const Scenario scenario = scenario_of(
      "fleet: fleet.yaml\nlength: 1h\ntraffic: [{kind: constant, rate: 1/s}]\n"
      "pools: {inf2-a: {tier: spot, capacity_trace: capacity.json}}\n");
  ASSERT_EQ(scenario.pools.size(), 4U);
  const auto& capacity = scenario.pools[0].capacity;
  EXPECT_EQ(capacity.at(TimePoint{}, -1), 4);
  EXPECT_EQ(capacity.at(TimePoint{} + 20min, -1), 2);
  EXPECT_EQ(capacity.at(TimePoint{} + 35min, -1), 0);
  EXPECT_EQ(capacity.at(TimePoint{} + 50min, -1), 4);
}

TEST(FaultsOfAFile, are_by_time_and_a_zone_means_all_its_units) {
  const Scenario scenario = with_parts(
      "faults:\n"
      "  - {at: 1h, unit: inf2-a, heal: true}\n"
      "  - {at: 30m, zone: b, refuse_launches: true, lose: 100%, lose_booting: true}\n"
      "  - {at: 30m, unit: inf2-a, cap: 3}\n");
  ASSERT_EQ(scenario.faults.size(), 4U);
  EXPECT_EQ(scenario.faults[0].unit, UnitId(1));
  EXPECT_EQ(scenario.faults[1].unit, UnitId(2));
  for (const std::size_t i : {0U, 1U}) {
    EXPECT_EQ(scenario.faults[i].at, 30min);
    EXPECT_EQ(scenario.faults[i].fault.refuse_launches, true);
    EXPECT_EQ(scenario.faults[i].fault.lose, 1.0);
    EXPECT_TRUE(scenario.faults[i].fault.lose_booting);
  }
  EXPECT_EQ(scenario.faults[2].unit, UnitId(0));
  EXPECT_EQ(scenario.faults[2].fault.cap, std::optional<int>(3));
  EXPECT_EQ(scenario.faults[3].at, 1h);
  EXPECT_TRUE(scenario.faults[3].fault.heal);
  EXPECT_FALSE(scenario.faults[3].fault.cap.has_value());
}

TEST(FaultsOfAFile, know_everything_that_can_befall_a_unit) {
  const Scenario scenario = with_parts(
      "faults:\n"
      "  - {at: 1s, unit: inf2-a, boot_failure: 20%, slowdown: 2.5, error_rate: 3%, crash: 10%,\n"
      "     hang: 40%, slow_nodes: {share: 25%, slowdown: 3}, flap: 20s, lift_cap: true}\n");
  ASSERT_EQ(scenario.faults.size(), 1U);
  const Fault& fault = scenario.faults[0].fault;
  EXPECT_FALSE(fault.heal);
  EXPECT_FALSE(fault.refuse_launches.has_value());
  ASSERT_TRUE(fault.cap.has_value());
  EXPECT_FALSE(fault.cap->has_value());
  EXPECT_EQ(fault.boot_failure, 0.2);
  EXPECT_EQ(fault.slowdown, 2.5);
  EXPECT_EQ(fault.error_rate, 0.03);
  EXPECT_EQ(fault.crash, 0.1);
  EXPECT_EQ(fault.hang, 0.4);
  ASSERT_TRUE(fault.slow_nodes.has_value());
  EXPECT_EQ(fault.slow_nodes->share, 0.25);
  EXPECT_EQ(fault.slow_nodes->slowdown, 3.0);
  EXPECT_EQ(fault.flap, Duration{20s});
}

TEST(FaultsOfAFile, befall_the_signals_until_the_end_unless_it_says_when) {
  const Scenario scenario = with_parts(
      "signal_faults:\n"
      "  - {at: 1h, until: 70m, blackout: true}\n"
      "  - {at: 10m, delay: 5s, load_factor: 0.5, price_factor: 2}\n");
  ASSERT_EQ(scenario.signal_faults.size(), 2U);
  const auto& lies = scenario.signal_faults[0];
  EXPECT_EQ(lies.at, 10min);
  EXPECT_EQ(lies.until, 2h);
  EXPECT_FALSE(lies.fault.blackout);
  EXPECT_EQ(lies.fault.delay, 5s);
  EXPECT_EQ(lies.fault.load_factor, 0.5);
  EXPECT_EQ(lies.fault.price_factor, 2.0);
  EXPECT_EQ(scenario.signal_faults[1].until, 70min);
  EXPECT_TRUE(scenario.signal_faults[1].fault.blackout);
}

TEST(SourcesOfAFile, say_what_they_tell_and_what_is_wrong_with_it) {
  const Scenario scenario = with_parts(
      "sources:\n"
      "  - {name: cloud, tells: [prices, limits], rank: 1}\n"
      "  - {name: vllm, tells: [latency, load], interval: 2s, ttl: 15s}\n"
      "source_faults:\n"
      "  - {at: 10m, until: 1h, source: cloud, price_factor: 2, flap: 10s}\n"
      "  - {at: 20m, source: vllm, frozen: true, limit: 3}\n");
  ASSERT_EQ(scenario.sources.size(), 2U);
  EXPECT_TRUE(scenario.sources[0].prices);
  EXPECT_TRUE(scenario.sources[0].limits);
  EXPECT_FALSE(scenario.sources[0].load);
  EXPECT_EQ(scenario.sources[1].interval, 2s);
  ASSERT_EQ(scenario.fleet.sources.size(), 2U);
  EXPECT_EQ(scenario.fleet.sources[0].rank, 1);
  EXPECT_EQ(scenario.fleet.sources[1].ttl, 15s);
  ASSERT_EQ(scenario.source_faults.size(), 2U);
  EXPECT_EQ(scenario.source_faults[0].fault.price_factor, 2.0);
  EXPECT_EQ(scenario.source_faults[0].fault.flap, Duration{10s});
  EXPECT_EQ(scenario.source_faults[1].until, 2h);
  EXPECT_TRUE(scenario.source_faults[1].fault.frozen);
  EXPECT_EQ(scenario.source_faults[1].fault.limit, 3);
}

}  // namespace
}  // namespace signalbox::sim
