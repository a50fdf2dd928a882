// SPDX-License-Identifier: Apache-2.0
//
// Book-keeping: endpoints by state, what limits a unit, and money to the second.
#include "core/scale/fleet_state.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

#include "core/model/testdata/fleets.h"

namespace signalbox::core {
namespace {

using testdata::at;
using testdata::kG6;
using testdata::kInf2;
using testdata::make_service;
using testdata::make_unit;
using testdata::paper_fleet;

constexpr double kInf2PerSecond = 0.7582 / 3600.0;

FleetSpec with_fixed_servers() {
  FleetSpec spec = paper_fleet();
  UnitSpec on_prem = make_unit("on-prem", 0.0, 60);
  on_prem.endpoints = {{"10.0.0.1", 80}, {"10.0.0.2", 80}};
  spec.units.push_back(on_prem);
  return spec;
}

TEST(FleetState, fixed_servers_are_ready_from_the_start) {
  const FleetSpec spec = with_fixed_servers();
  const FleetState fleet(spec, at(0s));
  EXPECT_EQ(fleet.count(UnitId(5)).ready, 2);
  EXPECT_EQ(fleet.limit(spec, UnitId(5), at(0s)), 2);
  EXPECT_EQ(fleet.count(kInf2).active(), 0);
}

TEST(FleetState, a_launch_boots_and_counts_as_active) {
  const FleetSpec spec = paper_fleet();
  FleetState fleet(spec, at(0s));
  const EndpointId id = fleet.launch(kInf2, at(1s));
  EXPECT_EQ(fleet.count(kInf2).booting, 1);
  EXPECT_EQ(fleet.count(kInf2).active(), 1);
  fleet.set_state(*fleet.find(id), EndpointState::kReady, at(6s));
  EXPECT_EQ(fleet.count(kInf2).ready, 1);
  EXPECT_EQ(fleet.find(id)->since, at(6s));
}

TEST(FleetState, ids_are_never_used_again) {
  const FleetSpec spec = paper_fleet();
  FleetState fleet(spec, at(0s));
  const EndpointId first = fleet.launch(kInf2, at(0s));
  fleet.erase(first, spec.control, at(100s));
  EXPECT_NE(fleet.launch(kInf2, at(100s)), first);
}

TEST(FleetState, bills_by_the_second_from_launch_to_end) {
  const FleetSpec spec = paper_fleet();
  FleetState fleet(spec, at(0s));
  const EndpointId id = fleet.launch(kInf2, at(0s));
  fleet.accrue(at(90s));
  EXPECT_NEAR(fleet.spent_usd(), 90 * kInf2PerSecond, 1e-12);
  fleet.erase(id, spec.control, at(120s));
  fleet.accrue(at(1000s));
  EXPECT_NEAR(fleet.spent_usd(), 120 * kInf2PerSecond, 1e-12);
  EXPECT_NEAR(fleet.unit(kInf2).spent_usd, fleet.spent_usd(), 1e-12);
}

TEST(FleetState, a_short_life_is_billed_for_the_minimum) {
  const FleetSpec spec = paper_fleet();
  FleetState fleet(spec, at(0s));
  fleet.erase(fleet.launch(kInf2, at(0s)), spec.control, at(5s));
  EXPECT_NEAR(fleet.spent_usd(), 60 * kInf2PerSecond, 1e-12);
}

TEST(FleetState, a_refused_launch_is_not_billed_at_all) {
  const FleetSpec spec = paper_fleet();
  FleetState fleet(spec, at(0s));
  const EndpointId id = fleet.launch(kInf2, at(0s));
  fleet.accrue(at(3s));
  EXPECT_GT(fleet.spent_usd(), 0.0);
  fleet.forget(id);
  EXPECT_NEAR(fleet.spent_usd(), 0.0, 1e-15);
  EXPECT_EQ(fleet.find(id), nullptr);
}

TEST(FleetState, a_new_price_counts_from_the_moment_it_is_known) {
  const FleetSpec spec = paper_fleet();
  FleetState fleet(spec, at(0s));
  fleet.launch(kInf2, at(0s));
  fleet.accrue(at(100s));
  fleet.unit(kInf2).price_usd_per_hour *= 2.0;
  fleet.accrue(at(200s));
  EXPECT_NEAR(fleet.spent_usd(), 300 * kInf2PerSecond, 1e-12);
  EXPECT_NEAR(fleet.cost_usd_per_hour(), 2 * 0.7582, 1e-12);
}

RC_GTEST_PROP(FleetState, money_does_not_depend_on_how_often_it_is_counted, ()) {
  const FleetSpec spec = paper_fleet();
  FleetState often(spec, at(0s));
  FleetState once(spec, at(0s));
  TimePoint now = at(0s);
  std::vector<EndpointId> living;
  const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 10000));
  for (const int step : steps) {
    now += std::chrono::seconds(step % 100);
    often.accrue(now);
    if (step % 3 == 0 && !living.empty()) {
      const EndpointId id = living[static_cast<std::size_t>(step) % living.size()];
      std::erase(living, id);
      often.erase(id, spec.control, now);
      once.erase(id, spec.control, now);
    } else {
      const UnitId unit(static_cast<std::uint32_t>(step) % 5);
      living.push_back(often.launch(unit, now));
      RC_ASSERT(once.launch(unit, now) == living.back());
    }
  }
  once.accrue(now);
  RC_ASSERT(std::abs(once.spent_usd() - often.spent_usd()) < 1e-9);
}

TEST(FleetState, what_will_be_taken_back_serves_but_does_not_count_as_there_to_stay) {
  const FleetSpec spec = paper_fleet();
  FleetState fleet(spec, at(0s));
  for (int i = 0; i < 3; ++i) {
    fleet.set_state(*fleet.find(fleet.launch(kG6, at(0s))), EndpointState::kReady, at(5s));
  }
  const EndpointId booting = fleet.launch(kG6, at(5s));
  const EndpointId first = fleet.endpoints().front().id;
  const auto version = fleet.endpoints_version();
  fleet.announce(*fleet.find(first), at(90s));
  fleet.announce(*fleet.find(booting), at(60s));
  EXPECT_NE(fleet.endpoints_version(), version) << "a view must show it";
  const ReplicaCount& count = fleet.count(kG6);
  EXPECT_EQ(count.ready, 3);
  EXPECT_EQ(count.staying(), 2);
  EXPECT_EQ(count.active(), 2);
  EXPECT_EQ(fleet.limit(spec, kG6, at(6s)), 14) << "they fill two of the sixteen until they end";
  EXPECT_EQ(fleet.next_leaving(kG6), at(60s));
  EXPECT_NEAR(fleet.staying_capacity_per_s(spec.services[0]),
              fleet.ready_capacity_per_s(spec.services[0]) * 2.0 / 3.0, 1e-9);
  fleet.set_state(*fleet.find(booting), EndpointState::kReady, at(10s));
  EXPECT_EQ(count.staying(), 2);
  fleet.announce(*fleet.find(first), std::nullopt);
  EXPECT_EQ(count.staying(), 3);
  fleet.erase(booting, spec.control, at(60s));
  EXPECT_EQ(count.leaving(), 0);
  EXPECT_EQ(fleet.next_leaving(kG6), std::nullopt);
}

TEST(FleetState, limits_are_the_smallest_of_quota_pool_and_back_off) {
  const FleetSpec spec = paper_fleet();
  FleetState fleet(spec, at(0s));
  EXPECT_EQ(fleet.limit(spec, kG6, at(0s)), 16);
  fleet.unit(kG6).pool_limit = 7;
  EXPECT_EQ(fleet.limit(spec, kG6, at(0s)), 7);
  fleet.unit(kG6).pool_limit = 700;
  EXPECT_EQ(fleet.limit(spec, kG6, at(0s)), 16);
  fleet.launch(kG6, at(0s));
  fleet.launch(kG6, at(0s));
  fleet.unit(kG6).backoff.on_refused(at(1s), 10s, 80s);
  EXPECT_EQ(fleet.limit(spec, kG6, at(2s)), 2) << "what it has";
  EXPECT_EQ(fleet.limit(spec, kG6, at(11s)), 3) << "and the one probe";
}

TEST(FleetState, a_slow_unit_counts_for_less_as_far_as_that_is_known) {
  const FleetSpec spec = paper_fleet();
  FleetState fleet(spec, at(0s));
  fleet.unit(kInf2).slowdown = 2.0;
  EXPECT_NEAR(fleet.capacity_per_s(kInf2), 2.05, 1e-6) << "no evidence, no belief";
  fleet.unit(kInf2).confidence = 1.0;
  EXPECT_NEAR(fleet.capacity_per_s(kInf2), 1.025, 1e-6);
  fleet.unit(kInf2).slowdown = 1e9;
  EXPECT_NEAR(fleet.capacity_per_s(kInf2), 2.05 / 4.0, 1e-6) << "bounded";
  fleet.unit(kInf2).slowdown = 0.0;
  EXPECT_NEAR(fleet.capacity_per_s(kInf2), 2.05 * 2.0, 1e-6) << "on both sides";
}

TEST(FleetState, only_ready_replicas_are_ready_capacity) {
  const FleetSpec spec = paper_fleet();
  FleetState fleet(spec, at(0s));
  for (const auto state : {EndpointState::kBooting, EndpointState::kReady,
                           EndpointState::kUnhealthy, EndpointState::kDraining}) {
    fleet.set_state(*fleet.find(fleet.launch(kInf2, at(0s))), state, at(0s));
  }
  EXPECT_NEAR(fleet.ready_capacity_per_s(spec.services[0]), 2.05, 1e-6);
  EXPECT_EQ(fleet.count(kInf2).active(), 2);
  EXPECT_EQ(fleet.count(kInf2).unhealthy, 1);
  EXPECT_EQ(fleet.count(kInf2).draining, 1);
}

TEST(FleetState, losses_close_together_are_one_story) {
  const FleetSpec spec = paper_fleet();
  FleetState fleet(spec, at(0s));
  fleet.note_loss(kInf2, "spot", 20s, at(0s));
  fleet.note_loss(kInf2, "spot", 20s, at(5s));
  EXPECT_EQ(fleet.unit(kInf2).lost, 2);
  fleet.note_loss(kInf2, "crash", 20s, at(60s));
  EXPECT_EQ(fleet.unit(kInf2).lost, 1);
  EXPECT_EQ(fleet.unit(kInf2).loss, "crash");
}

TEST(FleetState, a_reload_keeps_replicas_prices_and_back_off_by_name) {
  const FleetSpec before = with_fixed_servers();
  FleetState fleet(before, at(0s));
  const EndpointId kept = fleet.launch(kInf2, at(0s));
  const EndpointId orphan = fleet.launch(kG6, at(0s));
  fleet.unit(kInf2).price_usd_per_hour = 0.5;
  fleet.unit(kInf2).backoff.on_refused(at(1s), 10s, 80s);
  FleetSpec after = before;
  std::erase_if(after.units, [](const auto& unit) { return unit.name == "g6"; });
  std::swap(after.units.front(), after.units.back());  // on-prem first, inf2 last
  after.units.front().endpoints.erase(after.units.front().endpoints.begin());
  after.units.front().endpoints.push_back({"10.0.0.3", 80});

  EXPECT_EQ(fleet.adopt(before, after, at(30s)), std::vector{orphan});
  const UnitId inf2 = *after.find_unit("inf2");
  EXPECT_EQ(fleet.find(kept)->unit, inf2);
  EXPECT_EQ(fleet.find(orphan), nullptr);
  EXPECT_EQ(fleet.unit(inf2).price_usd_per_hour, 0.5);
  EXPECT_FALSE(fleet.unit(inf2).backoff.open());
  EXPECT_EQ(fleet.count(UnitId(0)).ready, 2) << "one fixed server stays, one left, one came";
}

}  // namespace
}  // namespace signalbox::core
