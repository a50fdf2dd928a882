// SPDX-License-Identifier: Apache-2.0
//
// What one service wants: the cheapest mix for its demand under the limits of the moment, and the
// nominal one beside it. Margins and prices of misses are policy and may change; what is checked
// here must hold under any of them. Exact plans are in the golden file.
#include "core/scale/planner.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <numeric>
#include <vector>

#include "core/model/testdata/fleets.h"

namespace signalbox::core {
namespace {

using testdata::at;
using testdata::kG6;
using testdata::kInf2;
using testdata::kTrn1;
using testdata::make_service;
using testdata::make_unit;
using testdata::paper_fleet;

class PlannerTest : public testing::Test {
 protected:
  // A demand of so many requests/s that has stood for a minute and a half.
  void call(int rate_per_s) {
    demand = DemandEstimate(18s);
    forecast = Forecast(planning_lead(spec, spec.services[0]));
    std::uint64_t count = 0;
    for (int t = 0; t <= 90; ++t) {
      demand.observe(count, at(std::chrono::seconds(t)));
      forecast.observe(static_cast<double>(count), 1.0, at(std::chrono::seconds(t)));
      count += static_cast<std::uint64_t>(rate_per_s);
    }
    now = at(90s);
  }
  void have(UnitId unit, int count, EndpointState state = EndpointState::kReady) {
    for (int i = 0; i < count; ++i) {
      fleet.set_state(*fleet.find(fleet.launch(unit, now)), state, now);
    }
  }
  ServiceWish plan(std::uint32_t service = 0) { return plan_service(input(service)); }
  bool stands(const ServiceWish& wish) { return still_stands(wish, input(0)); }
  PlanInput input(std::uint32_t service) const {
    return {&spec, &fleet, &demand, &forecast, ServiceId(service), mode, held, taken, now};
  }
  void use(const FleetSpec& other) {
    spec = other;
    fleet = FleetState(spec, at(0s));
    taken.assign(spec.units.size(), 0);
  }

  FleetSpec spec = paper_fleet();
  FleetState fleet{spec, at(0s)};
  DemandEstimate demand{18s};
  Forecast forecast{6s};
  Mode mode = Mode::kCostOptimized;
  int held = 0;
  std::vector<int> taken = std::vector<int>(5, 0);
  TimePoint now = at(0s);
};

int total(const std::vector<int>& counts) {
  return std::accumulate(counts.begin(), counts.end(), 0);
}

TEST_F(PlannerTest, nobody_calls_and_nothing_is_wanted) {
  const ServiceWish wish = plan();
  EXPECT_EQ(total(wish.targets), 0);
  EXPECT_EQ(wish.cost_usd_per_hour, 0.0);
}

TEST_F(PlannerTest, demand_is_carried_by_the_cheapest_unit_per_request) {
  call(20);
  const ServiceWish wish = plan();
  EXPECT_NEAR(wish.demand_per_s, 20.0, 2.0);
  EXPECT_GE(wish.required_per_s, 20.0);
  EXPECT_LT(wish.required_per_s, 26.0);
  EXPECT_GE(wish.targets[0], 10) << "2.05 requests/s each";
  EXPECT_LE(wish.targets[0], 12);
  EXPECT_EQ(total(wish.targets), wish.targets[0]);
  EXPECT_EQ(total(wish.nominal), wish.nominal[0]) << "the cost tier is this unit alone";
  EXPECT_NEAR(wish.nominal[0], wish.targets[0], 1) << "switching cost may shift the last replica";
  EXPECT_NEAR(wish.cost_usd_per_hour, wish.targets[0] * 0.7582, 1e-9);
}

TEST_F(PlannerTest, the_operators_quota_spills_into_the_next_cheapest) {
  spec.units[0].max_replicas = 4;
  call(20);
  const ServiceWish wish = plan();
  EXPECT_EQ(wish.targets[0], 4);
  EXPECT_GT(wish.targets[1] + wish.targets[2], 0);
  EXPECT_EQ(wish.nominal[0], 4);
  EXPECT_EQ(wish.shortfall_per_s, 0.0);
}

TEST_F(PlannerTest, limits_of_the_moment_move_the_plan_but_not_the_nominal_one) {
  call(20);
  have(kInf2, 3);
  fleet.unit(kInf2).backoff.on_refused(now, 10s, 80s);
  const ServiceWish wish = plan();
  EXPECT_EQ(wish.targets[0], 3) << "what it has, and no probe yet";
  EXPECT_GE(wish.nominal[0], 10);
  EXPECT_GE(wish.planned_per_s, 19.0) << "others carry the rest";
}

TEST_F(PlannerTest, what_no_limit_can_carry_is_stated) {
  for (auto& unit : spec.units) unit.max_replicas = 1;
  call(50);
  const ServiceWish wish = plan();
  EXPECT_EQ(wish.targets, (std::vector{1, 1, 1, 1, 1}));
  EXPECT_NEAR(wish.shortfall_per_s, wish.required_per_s - wish.planned_per_s, 1e-9);
  EXPECT_GT(wish.shortfall_per_s, 40.0);
}

TEST_F(PlannerTest, B82_booting_replicas_are_part_of_the_plan_and_not_wanted_again) {
  call(20);
  const int wanted = plan().targets[0];
  have(kInf2, wanted, EndpointState::kBooting);
  EXPECT_EQ(plan().targets[0], wanted);
}

TEST_F(PlannerTest, a_present_replica_is_not_replaced_for_pennies) {
  use(testdata::two_units());
  for (auto& unit : spec.units) {
    unit = make_unit(unit.name, 1.0, 100, 10);
  }
  spec.units[0].price_usd_per_hour = 0.97;
  fleet = FleetState(spec, at(0s));
  call(6);
  const int wanted = total(plan().targets);
  have(UnitId(1), wanted);
  EXPECT_EQ(plan().targets, (std::vector{0, wanted}));
  fleet.unit(UnitId(0)).price_usd_per_hour = 0.60;
  EXPECT_EQ(plan().targets, (std::vector{wanted, 0})) << "but it is for real money";
}

TEST_F(PlannerTest, a_unit_that_cannot_meet_the_objective_is_no_capacity) {
  use(testdata::two_units());
  spec.units[0] = make_unit("cheap-but-slow", 0.01, 20, 40);  // 3 s
  spec.units[1] = make_unit("fast", 1.0, 100, 40);
  fleet = FleetState(spec, at(0s));
  call(10);
  const ServiceWish wish = plan();
  EXPECT_EQ(wish.targets[0], 0);
  EXPECT_GE(wish.targets[1], 6);
}

TEST_F(PlannerTest, a_unit_that_has_become_slow_is_planned_at_what_it_shows) {
  call(20);
  const int before = plan().targets[0];
  fleet.unit(kInf2).slowdown = 1.3;
  fleet.unit(kInf2).confidence = 1.0;
  EXPECT_GT(plan().targets[0], before);
  fleet.unit(kInf2).slowdown = 2.0;
  EXPECT_EQ(plan().targets[0], 0) << "at half its speed it is no longer the cheapest";
}

TEST_F(PlannerTest, a_service_that_is_called_at_all_keeps_one_replica_for_a_while) {
  for (int t = 0; t <= 50; ++t) {
    now = at(std::chrono::seconds(t));
    demand.observe(t > 0 ? 1 : 0, now);
    forecast.observe(t > 0 ? 1.0 : 0.0, 1.0, now);
  }
  EXPECT_EQ(total(plan().targets), 1);
  now = at(70s);
  demand.observe(1, now);
  EXPECT_EQ(total(plan().targets), 0) << "ten boot times after the last call it goes";
}

TEST_F(PlannerTest, the_first_request_ever_wakes_a_sleeping_service) {
  held = 1;
  EXPECT_EQ(total(plan().targets), 1);
}

TEST_F(PlannerTest, a_line_that_the_ready_slots_cannot_hold_is_extra_demand) {
  call(10);
  have(kInf2, 6);
  const double usual = plan().demand_per_s;
  held = 6;
  EXPECT_EQ(plan().demand_per_s, usual) << "one request per slot is how late binding works";
  held = 60;
  EXPECT_GT(plan().demand_per_s, usual);
}

TEST_F(PlannerTest, a_line_of_large_requests_is_more_extra_demand) {
  call(10);
  have(kInf2, 6);
  const double usual = plan().demand_per_s;
  held = 60;
  PlanInput line = input(0);
  const double typical = plan_service(line).demand_per_s;
  line.work_per_request = 3.0;
  EXPECT_NEAR(plan_service(line).demand_per_s - usual, 3.0 * (typical - usual), 1e-9);
}

TEST_F(PlannerTest, capacity_mode_asks_for_more_certainty) {
  call(20);
  const double cost = plan().required_per_s;
  mode = Mode::kCapacityOptimized;
  EXPECT_GT(plan().required_per_s, cost);
}

TEST_F(PlannerTest, replicas_that_earlier_services_claim_are_not_promised_twice) {
  spec.units[0].max_replicas = 8;
  spec.services.push_back(make_service("second", {kInf2, kTrn1}));
  call(10);
  taken[0] = 6;
  const ServiceWish wish = plan(1);
  EXPECT_LE(wish.targets[0], 2);
  EXPECT_GT(wish.targets[1], 0) << "so the rest goes to the other unit";
}

TEST_F(PlannerTest, floors_are_wanted_without_any_demand) {
  spec.units[3].min_replicas = 2;
  call(1);
  EXPECT_GE(plan().targets[3], 2);
}

TEST_F(PlannerTest, fixed_servers_are_used_before_anything_is_bought) {
  auto fixed = paper_fleet();
  fixed.units[4].managed = false;
  fixed.units[4].endpoints = {{"10.0.0.1", 80}, {"10.0.0.2", 80}, {"10.0.0.3", 80}};
  use(fixed);
  call(2);
  const ServiceWish wish = plan();
  EXPECT_EQ(wish.targets, (std::vector{0, 0, 0, 0, 3}));
}

TEST_F(PlannerTest, a_plan_stands_until_demand_has_surely_outgrown_it) {
  call(20);
  const ServiceWish wish = plan();
  EXPECT_TRUE(stands(wish));
  int rate = 20;
  while (stands(wish)) call(++rate);
  EXPECT_GT(rate, wish.planned_per_s) << "noise alone ends no plan";
  EXPECT_GT(plan().planned_per_s, wish.planned_per_s) << "and then another plan is larger";
}

TEST_F(PlannerTest, a_burst_nobody_foresaw_is_planned_for_as_it_stands) {
  call(10);
  const ServiceWish before = plan();
  std::uint64_t count = 900;
  for (int t = 91; t <= 93; ++t) {  // five times as many, for three seconds
    count += 50;
    now = at(std::chrono::seconds(t));
    demand.observe(count, now);
    forecast.observe(static_cast<double>(count), 1.0, now);
  }
  EXPECT_FALSE(stands(before));
  EXPECT_GT(plan().planned_per_s, 1.5 * before.planned_per_s);
}

TEST_F(PlannerTest, dearer_misses_buy_more_capacity) {
  call(20);
  PlanInput dear = input(0);
  dear.miss_price_factor = 100.0;
  EXPECT_GT(plan_service(dear).planned_per_s, plan().planned_per_s);
}

TEST_F(PlannerTest, a_market_that_takes_back_is_not_trusted_with_everything) {
  use(testdata::two_units());
  spec.units[0] = make_unit("spot", 0.3, 100, 40);
  spec.units[0].tier = Tier::kSpot;
  spec.units[1] = make_unit("on-demand", 0.5, 100, 40);
  for (auto& unit : spec.units) unit.boot_time_min = unit.boot_time_max = 10min;
  fleet = FleetState(spec, at(0s));
  call(20);
  const auto calm = plan();
  EXPECT_GT(calm.targets[0], 0) << "a market is cheap, and so far it was calm";
  for (int i = 0; i < 40; ++i) fleet.note_loss(UnitId(0), "taken back", 1min, now);
  const auto moody = plan();
  EXPECT_LT(moody.targets[0], calm.targets[0]);
  EXPECT_GT(moody.targets[1], 0);
}

TEST_F(PlannerTest, what_must_outlive_a_zone_or_a_unit_has_enough_without_it) {
  spec.units[0].zone = spec.units[1].zone = "a";
  spec.units[2].zone = spec.units[3].zone = spec.units[4].zone = "b";
  for (const auto resilience : {Resilience::kZone, Resilience::kUnit}) {
    spec.services[0].resilience = resilience;
    call(10);
    const ServiceWish wish = plan();
    const bool by_zone = resilience == Resilience::kZone;
    for (std::size_t lost = 0; lost < 5; ++lost) {
      double left = 0.0;
      for (std::size_t u = 0; u < 5; ++u) {
        const bool gone = by_zone ? spec.units[u].zone == spec.units[lost].zone : u == lost;
        if (!gone) left += wish.targets[u] * spec.units[u].plateau_per_s();
      }
      EXPECT_GE(left, wish.required_per_s - 1e-9) << to_string(resilience) << ", " << lost;
    }
  }
}

TEST_F(PlannerTest, what_is_prepaid_is_used_before_anything_is_bought) {
  use(testdata::two_units());
  spec.units[0] = make_unit("reserved", 5.0, 100, 3);
  spec.units[0].tier = Tier::kReserved;
  spec.units[1] = make_unit("on-demand", 0.5, 100, 40);
  fleet = FleetState(spec, at(0s));
  call(10);
  EXPECT_EQ(plan().targets[0], 3);
}

TEST_F(PlannerTest, what_is_worth_keeping_is_no_less_than_what_is_wanted) {
  for (const int rate : {1, 5, 20, 40}) {
    call(rate);
    const ServiceWish wish = plan();
    EXPECT_GE(total(wish.worth_keeping), total(wish.targets)) << rate;
  }
}

TEST_F(PlannerTest, less_demand_alone_is_no_reason_to_plan_again) {
  call(20);
  const ServiceWish wish = plan();
  call(5);
  EXPECT_TRUE(stands(wish));
}

TEST_F(PlannerTest, a_plan_falls_with_the_prices_limits_and_speeds_it_rests_on) {
  call(20);
  const ServiceWish wish = plan();
  fleet.unit(kG6).price_usd_per_hour *= 0.5;
  EXPECT_FALSE(stands(wish)) << "another price";
  fleet.unit(kG6).price_usd_per_hour *= 2.0;
  EXPECT_TRUE(stands(wish));
  fleet.unit(kInf2).pool_limit = 30;
  EXPECT_FALSE(stands(wish)) << "another limit";
  fleet.unit(kInf2).pool_limit.reset();
  taken[0] = 4;
  EXPECT_FALSE(stands(wish)) << "another service claims some of it";
  taken[0] = 0;
  fleet.unit(kInf2).slowdown = 1.5;
  fleet.unit(kInf2).confidence = 1.0;
  EXPECT_FALSE(stands(wish)) << "its replicas do less than they were planned for";
}

TEST_F(PlannerTest, a_line_too_long_for_the_slots_ends_a_plan) {
  call(20);
  const ServiceWish wish = plan();
  held = 100;
  EXPECT_FALSE(stands(wish));
}

TEST_F(PlannerTest, a_plan_that_limits_stopped_short_stands_until_they_move) {
  for (auto& unit : spec.units) unit.max_replicas = 1;
  call(50);
  const ServiceWish wish = plan();
  call(60);
  EXPECT_TRUE(stands(wish)) << "no plan could do more";
  spec.units[0].max_replicas = 2;
  EXPECT_FALSE(stands(wish));
}

TEST_F(PlannerTest, fixed_servers_too_slow_for_the_objective_carry_nothing) {
  auto fixed = paper_fleet();
  fixed.units[4] = make_unit("old-cards", 0.1, 20);  // 3 s
  fixed.units[4].endpoints.resize(30);
  for (std::uint16_t i = 0; i < 30; ++i) fixed.units[4].endpoints[i] = {"10.0.0.1", i};
  use(fixed);
  call(8);
  const ServiceWish wish = plan();
  EXPECT_GE(wish.planned_per_s, 8.0);
  EXPECT_GE(wish.targets[0], 4) << "the ten requests/s of the old cards would all be late";
  EXPECT_EQ(wish.targets[4], 30) << "they are there whatever a plan says";
  EXPECT_GT(wish.cost_usd_per_hour, 3.0) << "and are paid for";
  EXPECT_EQ(wish.nominal[4], 0) << "but are not of the cost tier";
  EXPECT_EQ(fleet.ready_capacity_per_s(spec.services[0]), 0.0);
  EXPECT_TRUE(stands(wish));
}

TEST_F(PlannerTest, servers_already_paid_for_do_not_make_misses_free) {
  auto fixed = paper_fleet();
  fixed.units[4].managed = false;
  fixed.units[4].price_usd_per_hour = 0.0;
  fixed.units[4].endpoints = {{"10.0.0.1", 80}, {"10.0.0.2", 80}, {"10.0.0.3", 80}};
  use(fixed);
  call(20);
  const ServiceWish wish = plan();
  EXPECT_GE(wish.planned_per_s, 19.5);
  EXPECT_GE(wish.targets[0], 8) << "inf2 carries what the three cannot";
}

TEST_F(PlannerTest, a_unit_that_is_almost_free_but_used_up_does_not_make_misses_cheap) {
  spec.units[3].price_usd_per_hour = 0.01;
  use(FleetSpec(spec));
  call(22);  // sixteen g6 give 17.3
  EXPECT_GE(plan().planned_per_s, 22.0);
}

TEST_F(PlannerTest, the_boot_horizon_is_the_longest_boot_of_what_can_be_launched) {
  spec.units[2].boot_time_max = 15min;
  EXPECT_EQ(boot_horizon(spec, spec.services[0]), 15min);
  spec.units[2].managed = false;
  EXPECT_EQ(boot_horizon(spec, spec.services[0]), 6s);
}

RC_GTEST_PROP(PlannerProperty, more_demand_never_asks_for_less_capacity, ()) {
  const FleetSpec spec = paper_fleet();
  const FleetState fleet(spec, at(0s));
  const auto required = [&](int rate) {
    DemandEstimate demand(18s);
    Forecast forecast(6s);
    for (int t = 0; t <= 90; ++t) {
      demand.observe(static_cast<std::uint64_t>(t * rate), at(std::chrono::seconds(t)));
      forecast.observe(t * rate, 1.0, at(std::chrono::seconds(t)));
    }
    return plan_service({&spec, &fleet, &demand, &forecast, ServiceId(0), Mode::kCostOptimized, 0,
                         std::vector<int>(5, 0), at(90s)});
  };
  const int rate = *rc::gen::inRange(0, 150);
  const int more = rate + *rc::gen::inRange(0, 30);
  RC_ASSERT(required(more).required_per_s >= required(rate).required_per_s - 1e-9);
}

}  // namespace
}  // namespace signalbox::core
