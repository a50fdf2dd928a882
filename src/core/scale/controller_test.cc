// SPDX-License-Identifier: Apache-2.0
//
// The Controller from signals to commands, with a provider played by hand: it follows demand,
// leaves cost mode in the very tick a launch of the cost tier is refused, comes back by itself, and
// believes nothing that cannot be true.
#include "core/scale/controller.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <limits>
#include <set>
#include <string>
#include <utility>

#include "base/prng.h"
#include "core/model/testdata/fleets.h"
#include "core/scale/testdata/controller_rig.h"

namespace signalbox::core {
namespace {

using testdata::at;
using testdata::ControllerRig;
using testdata::kG5Cuda;
using testdata::kG5Triton;
using testdata::kG6;
using testdata::kInf2;
using testdata::kTrn1;
using testdata::make_unit;
using testdata::paper_fleet;

double ready_capacity(const ControllerRig& rig) {
  double total = 0.0;
  for (std::uint32_t u = 0; u < rig.controller.spec().units.size(); ++u) {
    total += rig.ready(UnitId(u)) * rig.controller.spec().units[u].plateau_per_s();
  }
  return total;
}

TEST(Controller, without_demand_it_launches_nothing) {
  ControllerRig rig(paper_fleet());
  rig.run(60, 0.0);
  EXPECT_TRUE(rig.launches.empty());
  EXPECT_TRUE(rig.changes.empty());
}

TEST(Controller, follows_demand_with_the_cheapest_unit) {
  ControllerRig rig(paper_fleet());
  rig.run(40, 10.0);
  EXPECT_GE(ready_capacity(rig), 10.0);
  EXPECT_LE(rig.ready(kInf2), 8);
  EXPECT_EQ(rig.launches_of(kInf2), static_cast<int>(rig.launches.size()));
  rig.run(40, 30.0);
  EXPECT_GE(ready_capacity(rig), 30.0);
  EXPECT_TRUE(rig.changes.empty());
}

TEST(Controller, requests_of_four_times_the_work_need_four_times_the_replicas) {
  ControllerRig typical(paper_fleet());
  typical.run(60, 20.0);
  ControllerRig large(paper_fleet());
  large.work = 4.0;
  large.run(60, 5.0);
  EXPECT_NEAR(ready_capacity(large), ready_capacity(typical), 4.2);
  EXPECT_GE(ready_capacity(large), ready_capacity(typical)) << "and larger lumps are less certain";
}

TEST(Controller, B82_a_long_cold_start_is_counted_once_and_gets_no_traffic_before_it_is_ready) {
  auto spec = paper_fleet();
  for (auto& unit : spec.units) unit.boot_time_max = 15min;
  ControllerRig rig(spec);
  rig.boot_time = 15min;
  rig.run(300, 10.0);
  const int target = rig.controller.plan().unit_targets[0];
  EXPECT_EQ(rig.booting(kInf2), target);
  EXPECT_LE(rig.launches_of(kInf2), target + 2) << "the same need is not met twice";
  EXPECT_EQ(rig.ready(kInf2), 0);
  for (const auto& endpoint : rig.controller.view()->endpoints) {
    EXPECT_EQ(endpoint.state, EndpointState::kBooting);
  }
}

TEST(Controller, a_refusal_of_the_cost_tier_means_capacity_mode_in_that_very_tick) {
  ControllerRig rig(paper_fleet());
  rig.run(60, 10.0);
  rig.dry = {kInf2};
  while (rig.changes.empty() && rig.now < at(200s)) rig.run(1, 30.0);
  ASSERT_EQ(rig.changes.size(), 1U);
  const ModeChange& change = rig.changes[0];
  EXPECT_EQ(change.to, Mode::kCapacityOptimized);
  EXPECT_EQ(change.evidence, "launch of inf2 refused: insufficient capacity");
  const auto refused = std::find_if(
      rig.launches.begin(), rig.launches.end(),
      [&](const auto& launch) { return launch.second == kInf2 && launch.first > at(60s); });
  ASSERT_NE(refused, rig.launches.end());
  EXPECT_EQ(change.at, refused->first) << "no time passes between the refusal and the new mode";
  EXPECT_EQ(change.evidence_at, refused->first);
  EXPECT_EQ(rig.launches.back().first, change.at);
  EXPECT_NE(rig.launches.back().second, kInf2) << "and others are launched in the same tick";
  EXPECT_EQ(rig.controller.view()->services[0].mode, Mode::kCapacityOptimized);
}

TEST(Controller, while_the_tier_is_refused_others_carry_the_demand) {
  ControllerRig rig(paper_fleet());
  rig.run(60, 10.0);
  rig.dry = {kInf2};
  rig.run(60, 30.0);
  EXPECT_GE(ready_capacity(rig), 30.0);
  EXPECT_GT(rig.ready(kTrn1) + rig.ready(kG5Triton) + rig.ready(kG6) + rig.ready(kG5Cuda), 0);
}

TEST(Controller, a_dry_pool_is_probed_once_per_bench_time) {
  ControllerRig rig(paper_fleet());
  rig.run(60, 10.0);
  const auto before = rig.launches_of(kInf2);
  rig.dry = {kInf2};
  rig.run(240, 30.0);
  std::vector<TimePoint> asked;
  for (const auto& [when, unit] : rig.launches) {
    if (unit == kInf2 && when > at(60s)) asked.push_back(when);
  }
  ASSERT_GT(rig.launches_of(kInf2), before);
  std::set<TimePoint> moments(asked.begin(), asked.end());
  Duration bench = 10s;
  TimePoint previous = *moments.begin();
  moments.erase(moments.begin());
  ASSERT_FALSE(moments.empty()) << "it is asked again";
  for (const TimePoint moment : moments) {
    EXPECT_GE(moment - previous, bench);
    EXPECT_EQ(std::count(asked.begin(), asked.end(), moment), 1) << "one probe, not a burst";
    previous = moment;
    bench = std::min<Duration>(bench * 2, 80s);
  }
}

TEST(Controller, returns_by_itself_after_the_dwell_and_ramps) {
  ControllerRig rig(paper_fleet());
  rig.run(60, 10.0);
  rig.dry = {kInf2};
  rig.run(30, 30.0);
  ASSERT_EQ(rig.mode(), Mode::kCapacityOptimized);
  rig.dry.clear();
  const TimePoint healed = rig.now;
  while (rig.changes.size() < 2 && rig.now < healed + 300s) rig.run(1, 30.0);
  ASSERT_EQ(rig.changes.size(), 2U);
  EXPECT_EQ(rig.changes[1].to, Mode::kCostOptimized);
  EXPECT_GE(rig.changes[1].at - healed, 20s) << "not before the dwell has passed";
  EXPECT_FALSE(rig.changes[1].evidence.empty());
  EXPECT_EQ(rig.controller.plan().services[0].cost_ramp, 0.0);
  rig.run(5, 30.0);
  EXPECT_NEAR(rig.controller.plan().services[0].cost_ramp, 0.5, 1e-9);
  rig.run(60, 30.0);
  EXPECT_EQ(rig.controller.plan().services[0].cost_ramp, 1.0);
  EXPECT_GE(rig.ready(kInf2) * 2.05, 28.0) << "back on the cheap tier";
  EXPECT_EQ(rig.changes.size(), 2U) << "and it stays";
}

TEST(Controller, returns_at_low_demand_though_no_launch_is_wanted_as_a_probe) {
  auto spec = paper_fleet();
  spec.units[0].min_replicas = 4;
  ControllerRig rig(spec);
  rig.run(60, 20.0);
  rig.dry = {kInf2};
  rig.run(10, 24.0);
  ASSERT_EQ(rig.mode(), Mode::kCapacityOptimized);
  rig.run(30, 4.0);
  const int asked = rig.launches_of(kInf2);
  rig.run(150, 4.0);
  EXPECT_EQ(rig.launches_of(kInf2), asked) << "the four that stay carry four requests/s";
  EXPECT_EQ(rig.mode(), Mode::kCostOptimized);
  EXPECT_TRUE(rig.controller.view()->units[0].launchable);
}

TEST(Controller, the_loss_of_half_the_tier_is_answered_at_once) {
  ControllerRig rig(paper_fleet());
  rig.run(80, 30.0);
  const int had = rig.ready(kInf2);
  rig.lose(kInf2, had / 2);
  rig.tick();
  ASSERT_EQ(rig.changes.size(), 1U);
  EXPECT_EQ(rig.changes[0].evidence.rfind(
                std::to_string(had / 2) + " replicas of inf2 lost (taken back)", 0),
            0U)
      << rig.changes[0].evidence;
  EXPECT_GE(rig.controller.plan().commands.size(), static_cast<std::size_t>(had / 2));
  rig.run(15, 30.0);
  EXPECT_GE(ready_capacity(rig), 29.0);
}

// The notices of so many ready replicas of inf2.
void announce(ControllerRig& rig, int count, Duration ahead) {
  for (const auto& endpoint : rig.controller.view()->endpoints) {
    if (count == 0) return;
    if (endpoint.unit != kInf2 || endpoint.state != EndpointState::kReady) continue;
    EXPECT_TRUE(rig.say(EndpointLeaving{endpoint.id, rig.now + ahead}).urgent);
    --count;
  }
}

TEST(Controller, a_notice_is_answered_at_once_and_its_replica_serves_to_the_end) {
  ControllerRig rig(paper_fleet());
  rig.run(60, 20.0);
  const EndpointId leaver = rig.controller.view()->endpoints[0].id;
  const int had = rig.ready(kInf2);
  const auto launched = rig.launches.size();
  announce(rig, 1, 120s);
  rig.tick();
  EXPECT_EQ(rig.launches.size(), launched + 1) << "a replacement, in that very tick";
  const EndpointView* shown = &rig.controller.view()->endpoints[0];
  EXPECT_EQ(shown->state, EndpointState::kReady);
  EXPECT_EQ(shown->leaving_by, rig.now + 120s);
  rig.in_flight = 1;
  rig.run(117, 20.0);
  EXPECT_EQ(rig.controller.view()->endpoints[0].state, EndpointState::kReady);
  EXPECT_EQ(rig.ready(kInf2), had + 1);
  rig.run(2, 20.0);
  EXPECT_EQ(rig.controller.view()->endpoints[0].state, EndpointState::kDraining);
  rig.in_flight = 0;
  rig.run(1, 20.0);
  ASSERT_FALSE(rig.stops.empty());
  EXPECT_EQ(rig.stops.back().second, leaver);
  EXPECT_EQ(rig.ready(kInf2), had);
  EXPECT_TRUE(rig.changes.empty()) << "nothing surprising has happened";
}

TEST(Controller, an_announced_end_is_no_loss) {
  ControllerRig rig(paper_fleet());
  rig.run(60, 20.0);
  announce(rig, 5, 30s);
  rig.tick();
  rig.run(20, 20.0);
  rig.lose(kInf2, 5);
  rig.tick();
  EXPECT_TRUE(rig.changes.empty()) << rig.changes[0].evidence;
  EXPECT_GE(ready_capacity(rig), 20.0);
}

TEST(Controller, notices_too_short_to_replace_what_goes_mean_capacity_mode) {
  ControllerRig rig(paper_fleet());
  rig.run(60, 20.0);
  announce(rig, 5, 4s);
  rig.tick();
  ASSERT_EQ(rig.changes.size(), 1U);
  EXPECT_EQ(rig.changes[0].evidence.rfind("5 replicas of inf2 will be taken back within 4 s", 0),
            0U)
      << rig.changes[0].evidence;
  EXPECT_GE(rig.launches.size(), 5U);
}

TEST(Controller, a_notice_may_be_withdrawn) {
  ControllerRig rig(paper_fleet());
  rig.run(60, 20.0);
  const EndpointId id = rig.controller.view()->endpoints[0].id;
  rig.say(EndpointLeaving{id, rig.now + 60s});
  rig.say(EndpointLeaving{id, TimePoint::max()});
  const auto launched = rig.launches.size();
  rig.run(70, 20.0);
  EXPECT_EQ(rig.launches.size(), launched);
  EXPECT_EQ(rig.controller.view()->endpoints[0].id, id);
  EXPECT_EQ(rig.controller.view()->endpoints[0].leaving_by, std::nullopt);
}

TEST(Controller, falling_demand_drains_before_it_stops) {
  ControllerRig rig(paper_fleet());
  rig.run(60, 30.0);
  const int had = rig.ready(kInf2);
  rig.in_flight = 1;
  rig.run(60, 6.0);
  EXPECT_LT(rig.ready(kInf2), had);
  EXPECT_GT(rig.controller.view()->units[0].draining, 0);
  EXPECT_TRUE(rig.stops.empty()) << "a request is still on each of them";
  rig.in_flight = 0;
  rig.run(3, 6.0);
  EXPECT_FALSE(rig.stops.empty());
  EXPECT_EQ(rig.controller.view()->units[0].draining, 0);
  EXPECT_GE(ready_capacity(rig), 6.0);
}

TEST(Controller, in_the_end_only_what_is_wanted_runs) {
  for (const double rate : {3.0, 7.0, 20.0}) {
    ControllerRig rig(paper_fleet());
    rig.run(60, 40.0);
    rig.run(200, rate);
    EXPECT_EQ(rig.ready(kInf2), rig.controller.plan().unit_targets[0]) << rate << " requests/s";
    EXPECT_EQ(rig.controller.view()->units[0].draining, 0);
  }
}

TEST(Controller, no_plan_costs_less_than_its_own_lower_bound) {
  ControllerRig rig(paper_fleet());
  for (int i = 0; i < 100; ++i) {
    rig.run(1, 10.0 + i % 37);
    const ServicePlan& plan = rig.controller.plan().services[0];
    EXPECT_LE(plan.lower_bound_usd_per_hour, plan.cost_usd_per_hour + 1e-9);
    EXPECT_GE(plan.lower_bound_usd_per_hour, plan.cost_usd_per_hour - 1.5) << "and it is close";
  }
}

TEST(Controller, a_router_that_lags_behind_is_waited_for) {
  ControllerRig rig(paper_fleet());
  rig.run(60, 30.0);
  rig.reported_version = rig.controller.view()->version;
  rig.run(60, 6.0);
  EXPECT_GT(rig.controller.view()->units[0].draining, 0);
  EXPECT_TRUE(rig.stops.empty()) << "it has not seen them drain and may still send to them";
  rig.reported_version.reset();
  rig.run(3, 6.0);
  EXPECT_FALSE(rig.stops.empty());
}

TEST(Controller, a_cheaper_price_changes_what_is_launched) {
  ControllerRig rig(paper_fleet());
  rig.run(1, 0.0);
  EXPECT_EQ(rig.say(PriceQuote{kG6, 0.10}, "feed").refused, "");
  EXPECT_EQ(rig.say(PriceQuote{kInf2, 2.00}, "feed").refused, "");
  rig.run(40, 5.0);
  EXPECT_EQ(rig.launches_of(kInf2), 0);
  EXPECT_GT(rig.ready(kG6), 0);
  const FleetView& view = *rig.controller.view();
  EXPECT_EQ(view.units[3].price_usd_per_hour, 0.10);
  EXPECT_LT(view.units[3].cost_usd_per_request, view.units[0].cost_usd_per_request);
}

TEST(Controller, B58_a_price_that_cannot_be_is_refused_and_the_last_good_one_stays) {
  ControllerRig rig(paper_fleet());
  rig.say(PriceQuote{kInf2, 0.60}, "feed");
  for (const double price : {std::numeric_limits<double>::quiet_NaN(), -1.0, 1e308,
                             std::numeric_limits<double>::infinity()}) {
    const SignalVerdict verdict = rig.say(PriceQuote{kInf2, price}, "feed");
    EXPECT_NE(verdict.refused, "");
    EXPECT_FALSE(verdict.urgent);
  }
  rig.run(1, 0.0);
  EXPECT_EQ(rig.controller.view()->units[0].price_usd_per_hour, 0.60);
}

TEST(Controller, the_operators_new_price_replaces_a_quoted_one) {
  ControllerRig rig(paper_fleet());
  rig.say(PriceQuote{kInf2, 0.5}, "feed");
  rig.run(1, 0.0);
  FleetSpec after = paper_fleet();
  after.units[0].price_usd_per_hour = 0.9;
  rig.controller.on_spec(std::make_shared<const FleetSpec>(after), rig.now);
  rig.run(1, 0.0);
  EXPECT_EQ(rig.controller.view()->units[0].price_usd_per_hour, 0.9);
}

TEST(Controller, B61_a_capacity_that_cannot_be_is_refused) {
  ControllerRig rig(paper_fleet());
  EXPECT_NE(rig.say(CapacityLimit{kInf2, std::numeric_limits<int>::max()}).refused, "");
  rig.run(1, 0.0);
  EXPECT_EQ(rig.controller.view()->units[0].limit, 40);
}

TEST(Controller, a_signal_about_something_unknown_says_so_and_changes_nothing) {
  ControllerRig rig(paper_fleet());
  rig.run(1, 0.0);
  EXPECT_EQ(rig.say(PriceQuote{UnitId(99), 1.0}).refused, "no unit 99 is known");
  EXPECT_EQ(rig.say(CapacityLimit{UnitId(99), 1}).refused, "no unit 99 is known");
  EXPECT_EQ(rig.say(EndpointReady{EndpointId(7), {}}).refused, "no endpoint 7 is known");
  EXPECT_EQ(rig.say(EndpointGone{EndpointId(7), "x"}).refused, "no endpoint 7 is known");
  EXPECT_EQ(rig.say(EndpointLeaving{EndpointId(7), at(9s)}).refused, "no endpoint 7 is known");
  EXPECT_EQ(rig.say(LaunchRefused{EndpointId(7), kInf2, "x"}).refused, "no endpoint 7 is known");
  EXPECT_EQ(rig.say(ProbeResult{EndpointId(7), false}).refused, "no endpoint 7 is known");
}

TEST(Controller, a_pool_limit_holds_and_is_explained_and_lifted) {
  ControllerRig rig(paper_fleet());
  rig.say(CapacityLimit{kInf2, 3}, "admin");
  rig.run(40, 20.0);
  EXPECT_EQ(rig.ready(kInf2), 3);
  EXPECT_EQ(rig.controller.view()->units[0].note, "the pool holds 3 replicas");
  EXPECT_EQ(rig.mode(), Mode::kCapacityOptimized);
  EXPECT_GE(ready_capacity(rig), 19.0);
  rig.say(CapacityLimit{kInf2, -1}, "admin");
  rig.run(120, 20.0);
  EXPECT_GT(rig.ready(kInf2), 3);
  EXPECT_EQ(rig.controller.view()->units[0].note, "");
  EXPECT_EQ(rig.mode(), Mode::kCostOptimized);
}

TEST(Controller, the_view_says_when_the_next_probe_is) {
  ControllerRig rig(paper_fleet());
  rig.dry = {kInf2};
  while (rig.changes.empty()) rig.run(1, 20.0);
  EXPECT_EQ(rig.controller.view()->units[0].note, "refused; next probe in 10.0 s");
  EXPECT_FALSE(rig.controller.view()->units[0].launchable);
  rig.dry.clear();
  while (rig.controller.view()->units[0].booting == 0 && rig.now < at(60s)) rig.run(1, 20.0);
  EXPECT_EQ(rig.controller.view()->units[0].note, "refused; a probe is under way");
  EXPECT_EQ(rig.controller.view()->units[0].booting, 1);
}

FleetSpec fixed_servers() {
  FleetSpec spec;
  spec.units = {make_unit("on-prem", 1.0, 120)};
  spec.units[0].endpoints = {{"10.0.0.1", 80}, {"10.0.0.2", 80}};
  spec.services = {testdata::make_service("images", {UnitId(0)})};
  return spec;
}

TEST(Controller, probes_take_a_fixed_server_out_and_bring_it_back) {
  ControllerRig rig(fixed_servers());
  rig.run(1, 0.0);
  const EndpointId id = rig.controller.view()->endpoints[0].id;
  EXPECT_FALSE(rig.say(ProbeResult{id, false}).urgent);
  EXPECT_FALSE(rig.say(ProbeResult{id, false}).urgent);
  EXPECT_TRUE(rig.say(ProbeResult{id, false}).urgent) << "the third in a row";
  rig.tick();
  EXPECT_EQ(rig.controller.view()->endpoints[0].state, EndpointState::kUnhealthy);
  EXPECT_EQ(rig.ready(UnitId(0)), 1);
  EXPECT_FALSE(rig.say(ProbeResult{id, true}).urgent);
  EXPECT_TRUE(rig.say(ProbeResult{id, true}).urgent);
  rig.tick();
  EXPECT_EQ(rig.controller.view()->endpoints[0].state, EndpointState::kReady);
  EXPECT_TRUE(rig.stops.empty()) << "what we did not start we do not stop";
}

TEST(Controller, a_launched_replica_whose_probes_fail_is_replaced) {
  ControllerRig rig(paper_fleet());
  rig.run(40, 10.0);
  const int had = rig.ready(kInf2);
  const EndpointId sick = rig.controller.view()->endpoints[0].id;
  for (int i = 0; i < 3; ++i) rig.say(ProbeResult{sick, false});
  rig.tick();
  ASSERT_FALSE(rig.stops.empty());
  EXPECT_EQ(rig.stops[0].second, sick);
  rig.run(10, 10.0);
  EXPECT_GE(rig.ready(kInf2), had - 1);
  EXPECT_GE(ready_capacity(rig), 10.0);
}

TEST(Controller, probes_that_failed_during_the_boot_are_forgotten_once_it_is_ready) {
  ControllerRig rig(paper_fleet());
  rig.boot_time = 1h;
  rig.run(5, 10.0);
  const EndpointId id = rig.controller.view()->endpoints[0].id;
  for (int i = 0; i < 5; ++i) rig.say(ProbeResult{id, false});
  rig.say(EndpointReady{id, {"127.0.0.1", 9000}});
  rig.tick();
  EXPECT_EQ(rig.controller.view()->endpoints[0].state, EndpointState::kReady);
  for (int i = 0; i < 3; ++i) rig.say(ProbeResult{id, false});
  rig.tick();
  EXPECT_NE(rig.controller.view()->endpoints[0].state, EndpointState::kReady)
      << "and three new failures count";
}

TEST(Controller, billing_agrees_with_replica_seconds) {
  ControllerRig rig(paper_fleet());
  double expected = 0.0;
  for (int i = 0; i < 100; ++i) {
    rig.run(1, 10.0);
    expected += rig.controller.view()->cost_usd_per_hour / 3600.0;
  }
  rig.run(1, 10.0);
  EXPECT_NEAR(rig.controller.view()->spent_usd, expected, 1e-9);
  EXPECT_NEAR(rig.controller.spent_usd(kInf2), expected, 1e-9);
}

TEST(Controller, refused_launches_cost_nothing) {
  ControllerRig rig(paper_fleet());
  rig.dry = {kInf2, kTrn1, kG5Triton, kG6, kG5Cuda};
  rig.run(120, 10.0);
  EXPECT_FALSE(rig.launches.empty());
  EXPECT_NEAR(rig.controller.view()->spent_usd, 0.0, 1e-12);
  EXPECT_GT(rig.controller.plan().services[0].shortfall_per_s, 0.0);
}

TEST(Controller, the_budget_binds_and_is_on_record) {
  auto spec = paper_fleet();
  spec.control.guardrails.budget_usd_per_hour = 2.0;
  ControllerRig rig(spec);
  rig.run(60, 20.0);
  EXPECT_LE(rig.controller.view()->cost_usd_per_hour, 2.0);
  ASSERT_FALSE(rig.controller.plan().cuts.empty());
  EXPECT_EQ(rig.controller.plan().cuts[0].rule, "budget");
}

TEST(Controller, a_frozen_fleet_shows_its_plan_and_does_nothing) {
  auto spec = paper_fleet();
  spec.control.guardrails.freeze = true;
  ControllerRig rig(spec);
  rig.run(60, 20.0);
  EXPECT_TRUE(rig.launches.empty());
  EXPECT_GT(rig.controller.plan().services[0].targets[0].replicas, 5);
  ASSERT_FALSE(rig.controller.plan().cuts.empty());
  EXPECT_EQ(rig.controller.plan().cuts[0].rule, "freeze");
}

TEST(Controller, capacity_first_is_capacity_mode_from_the_first_tick) {
  auto spec = paper_fleet();
  spec.services[0].policy = Policy::kCapacityFirst;
  ControllerRig rig(spec);
  rig.run(1, 0.0);
  ASSERT_EQ(rig.changes.size(), 1U);
  EXPECT_EQ(rig.changes[0].evidence, "the policy is capacity_first");
  rig.run(100, 10.0);
  EXPECT_EQ(rig.changes.size(), 1U);
}

TEST(Controller, B62_a_pool_that_flaps_each_second_does_not_make_the_mode_flap) {
  ControllerRig rig(paper_fleet());
  rig.run(60, 20.0);
  for (int i = 0; i < 300; ++i) {
    rig.say(CapacityLimit{kInf2, i % 2 == 0 ? 3 : -1}, "feed");
    rig.run(1, 20.0);
  }
  EXPECT_LE(rig.changes.size(), 2U * 300 / 20 + 2);
  EXPECT_LE(rig.changes.size(), 3U) << "one leave, and no return while it flaps";
  EXPECT_GE(ready_capacity(rig), 19.0);
}

TEST(Controller, a_reload_keeps_replicas_mode_and_demand_of_what_both_specs_name) {
  ControllerRig rig(paper_fleet());
  rig.run(60, 20.0);
  const int had = rig.ready(kInf2);
  const auto launched = rig.launches.size();
  auto reordered = paper_fleet();
  std::reverse(reordered.units.begin(), reordered.units.end());
  reordered.services[0].units = {UnitId(4), UnitId(3), UnitId(2), UnitId(1), UnitId(0)};
  rig.controller.on_spec(std::make_shared<const FleetSpec>(reordered), rig.now);
  rig.report();  // counted under the old spec: must not be read against the new ids
  rig.run(30, 20.0);
  EXPECT_EQ(rig.controller.spec().unit(UnitId(4)).name, "inf2");
  EXPECT_GE(rig.ready(UnitId(4)), had - 1);
  EXPECT_LE(rig.launches.size(), launched + 2) << "nothing is bought again";
  EXPECT_TRUE(rig.stops.size() <= 1U);
}

TEST(Controller, a_reload_stops_the_replicas_of_a_unit_that_is_gone) {
  ControllerRig rig(paper_fleet());
  rig.run(60, 20.0);
  const int had = rig.ready(kInf2);
  auto without = paper_fleet();
  without.units.erase(without.units.begin());
  without.services[0].units = {UnitId(0), UnitId(1), UnitId(2), UnitId(3)};
  rig.controller.on_spec(std::make_shared<const FleetSpec>(without), rig.now);
  rig.tick();
  EXPECT_EQ(static_cast<int>(rig.stops.size()), had);
  rig.run(30, 20.0);
  EXPECT_GE(ready_capacity(rig), 19.0) << "the others take over";
}

TEST(Controller, the_view_is_complete_and_in_order) {
  ControllerRig rig(paper_fleet());
  rig.run(30, 10.0);
  const FleetView& view = *rig.controller.view();
  EXPECT_EQ(view.version, rig.controller.plan().version);
  EXPECT_EQ(view.at, rig.now);
  ASSERT_EQ(view.units.size(), 5U);
  ASSERT_EQ(view.services.size(), 1U);
  EXPECT_TRUE(std::is_sorted(view.endpoints.begin(), view.endpoints.end(),
                             [](const auto& a, const auto& b) { return a.id < b.id; }));
  double rate = 0.0;
  for (const auto& endpoint : view.endpoints) {
    rate += view.units[endpoint.unit.index()].price_usd_per_hour;
    if (endpoint.state == EndpointState::kReady) {
      EXPECT_NE(endpoint.address.port, 0);
    }
  }
  EXPECT_NEAR(view.cost_usd_per_hour, rate, 1e-9);
  EXPECT_NE(view.services[0].reason.find(" x inf2 for "), std::string::npos)
      << view.services[0].reason;
}

TEST(Controller, a_service_is_planned_when_it_is_due_and_not_with_every_tick) {
  ControllerRig rig(paper_fleet());
  rig.run(60, 20.0);
  int plans = 0;
  std::string reason = rig.controller.plan().services[0].reason;
  for (int i = 0; i < 60; ++i) {
    rig.run(1, i % 2 == 0 ? 19.0 : 21.0);  // each plan names the demand to the tenth
    plans += std::exchange(reason, rig.controller.plan().services[0].reason) != reason ? 1 : 0;
  }
  EXPECT_GT(plans, 3);
  EXPECT_LE(plans, 2 * 60 / 5) << "the replan interval is 5 s";
}

TEST(Controller, views_share_their_endpoints_until_one_changes) {
  ControllerRig rig(paper_fleet());
  rig.run(60, 20.0);
  const auto before = rig.controller.view();
  rig.run(20, 20.0);
  const auto after = rig.controller.view();
  EXPECT_EQ(after->endpoints_version, before->endpoints_version);
  EXPECT_TRUE(after->endpoints.shares_with(before->endpoints));
  EXPECT_GT(after->spent_usd, before->spent_usd) << "what does change is told all the same";
  rig.lose(kInf2, 1);
  rig.tick();
  EXPECT_NE(rig.controller.view()->endpoints_version, before->endpoints_version);
  EXPECT_FALSE(rig.controller.view()->endpoints.shares_with(before->endpoints));
}

TEST(Controller, a_plan_hands_out_its_commands_once) {
  ControllerRig rig(paper_fleet());
  rig.run(20, 10.0);
  std::set<EndpointId> launched;
  for (int i = 0; i < 30; ++i) {
    rig.run(1, 10.0);
    for (const auto& command : rig.controller.plan().commands) {
      if (const auto* launch = std::get_if<LaunchEndpoint>(&command)) {
        EXPECT_TRUE(launched.insert(launch->endpoint).second);
      }
    }
  }
}

std::string course_of(std::uint64_t seed) {
  ControllerRig rig(paper_fleet());
  Prng prng(seed);
  std::string text;
  for (int i = 0; i < 120; ++i) {
    if (prng.below(10) == 0) rig.dry = {UnitId(static_cast<std::uint32_t>(prng.below(5)))};
    if (prng.below(15) == 0) rig.dry.clear();
    if (prng.below(20) == 0) rig.lose(UnitId(static_cast<std::uint32_t>(prng.below(5))), 2);
    rig.run(1, static_cast<double>(prng.below(40)));
    text += rig.controller.plan().services[0].reason + "\n";
  }
  return text;
}

TEST(Controller, the_same_inputs_give_the_same_plans) {
  EXPECT_EQ(course_of(3), course_of(3));
  EXPECT_NE(course_of(3), course_of(4));
}

// Whatever a provider does: limits and quotas hold, every change of mode has evidence, switches are
// bounded, and once it gives again the demand is carried.
RC_GTEST_PROP(ControllerProperty, survives_any_provider_and_recovers, ()) {
  ControllerRig rig(paper_fleet());
  const auto course = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 1 << 16));
  const double rate = *rc::gen::inRange(1, 30);
  rig.run(1, rate);
  const auto unit_of = [](int code) { return UnitId(static_cast<std::uint32_t>(code) % 5); };
  for (const int code : course) {
    switch (code % 8) {
      case 0:
        rig.dry.insert(unit_of(code / 8));
        break;
      case 1:
        rig.dry.clear();
        break;
      case 2:
        rig.lose(unit_of(code / 8), code / 64 % 8);
        break;
      case 3:
        rig.say(CapacityLimit{unit_of(code / 8), code / 64 % 20 - 1});
        break;
      case 4:
        rig.say(PriceQuote{unit_of(code / 8), code % 1000 / 100.0 - 0.5});
        break;
      case 5:
        rig.boot_time = std::chrono::seconds(1 + code % 20);
        break;
      case 6:
        if (const auto& endpoints = rig.controller.view()->endpoints; !endpoints.empty()) {
          const auto at_random = static_cast<std::size_t>(code / 8) % endpoints.size();
          const Duration ahead = std::chrono::seconds(code / 64 % 150);
          rig.say(EndpointLeaving{endpoints[at_random].id, rig.now + ahead});
        }
        break;
      default:
        break;
    }
    rig.run(1 + code % 3, rate);
    const FleetView& view = *rig.controller.view();
    for (std::uint32_t u = 0; u < 5; ++u) {
      RC_ASSERT(view.units[u].ready + view.units[u].booting <=
                rig.controller.spec().units[u].max_replicas);
    }
    RC_ASSERT(view.spent_usd >= 0.0);
  }
  const auto elapsed = static_cast<std::size_t>(to_seconds(rig.now.time_since_epoch()));
  RC_ASSERT(rig.changes.size() <= 2 * elapsed / 20 + 2);
  for (const auto& change : rig.changes) RC_ASSERT(!change.evidence.empty());

  rig.dry.clear();
  rig.boot_time = 5s;
  for (std::uint32_t u = 0; u < 5; ++u) rig.say(CapacityLimit{UnitId(u), -1});
  rig.run(240, rate);
  RC_ASSERT(ready_capacity(rig) >= rate * 0.95);
}

}  // namespace
}  // namespace signalbox::core
