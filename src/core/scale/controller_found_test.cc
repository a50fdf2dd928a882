// SPDX-License-Identifier: Apache-2.0
//
// Replicas that an orchestrator started under names of its own: those that stand when a Controller
// begins (or takes over) are adopted, not launched a second time, and one that answers a launch
// keeps its place under its new name. `wanted` is what the orchestrator is to be told.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "core/model/testdata/fleets.h"
#include "core/scale/testdata/controller_rig.h"

namespace signalbox::core {
namespace {

using testdata::ControllerRig;
using testdata::kInf2;
using testdata::paper_fleet;

EndpointId outside(std::uint64_t number) { return EndpointId(kFoundEndpointBit | number); }

int wanted(const ControllerRig& rig) {
  const auto& units = rig.controller.view()->units;
  return std::accumulate(units.begin(), units.end(), 0,
                         [](int sum, const UnitView& unit) { return sum + unit.wanted; });
}

void find_ready(ControllerRig& rig, std::uint64_t number, UnitId unit) {
  EXPECT_EQ(rig.say(EndpointFound{outside(number), unit, EndpointId{}}).refused, "");
  EXPECT_EQ(rig.say(EndpointReady{outside(number), {"10.0.0.1", 8000}}).refused, "");
}

TEST(FoundReplicas, that_carry_the_demand_are_not_launched_again) {
  ControllerRig before(paper_fleet());
  before.run(40, 10.0);
  const int needed = before.ready(kInf2);
  ASSERT_GT(needed, 1);

  ControllerRig successor(paper_fleet());
  for (int i = 0; i < needed; ++i) find_ready(successor, static_cast<std::uint64_t>(i), kInf2);
  successor.run(40, 10.0);
  EXPECT_EQ(successor.launches_of(kInf2), 0);
  EXPECT_EQ(successor.ready(kInf2), needed);
  EXPECT_EQ(wanted(successor), needed);
}

TEST(FoundReplicas, that_nobody_needs_are_drained_and_stopped) {
  ControllerRig rig(paper_fleet());
  for (std::uint64_t i = 0; i < 5; ++i) find_ready(rig, i, kInf2);
  rig.tick();
  EXPECT_EQ(wanted(rig), 5);
  rig.run(900, 0.0);
  EXPECT_EQ(wanted(rig), 0);
  EXPECT_EQ(rig.stops.size(), 5U);
}

TEST(FoundReplicas, take_the_place_of_the_launch_they_answer) {
  ControllerRig rig(paper_fleet());
  rig.boot_time = 3600s;  // nobody else answers
  rig.run(5, 10.0);
  const auto endpoints = rig.controller.view()->endpoints;
  ASSERT_FALSE(endpoints.empty());
  const EndpointView asked = *endpoints.begin();
  const int booting = rig.booting(asked.unit);
  const int wanted_before = wanted(rig);
  EXPECT_EQ(rig.say(EndpointFound{outside(7), asked.unit, asked.id}).refused, "");
  EXPECT_NE(rig.say(EndpointReady{asked.id, {"10.0.0.7", 8000}}).refused,
            "");  // no longer its name
  rig.tick();
  EXPECT_EQ(rig.booting(asked.unit), booting);
  EXPECT_EQ(wanted(rig), wanted_before);
  rig.say(EndpointReady{outside(7), {"10.0.0.7", 8000}});
  rig.tick();
  EXPECT_EQ(rig.ready(asked.unit), 1);
  EXPECT_EQ(rig.booting(asked.unit), booting - 1);
}

// A launch asked for while found replicas serve has a lower id than all of theirs.
TEST(FoundReplicas, and_launches_of_later_are_each_known_by_their_name) {
  ControllerRig rig(paper_fleet());
  rig.boot_time = 3600s;
  find_ready(rig, 3, kInf2);
  rig.run(5, 10.0);
  const auto endpoints = rig.controller.view()->endpoints;
  ASSERT_GT(endpoints.size(), 1U);
  EXPECT_TRUE(
      std::is_sorted(endpoints.begin(), endpoints.end(),
                     [](const EndpointView& a, const EndpointView& b) { return a.id < b.id; }));
  const EndpointView asked = *endpoints.begin();
  ASSERT_EQ(asked.state, EndpointState::kBooting);
  EXPECT_EQ(rig.say(EndpointFound{outside(7), asked.unit, asked.id}).refused, "");
  EXPECT_EQ(rig.say(EndpointReady{outside(7), {"10.0.0.7", 8000}}).refused, "");
  EXPECT_EQ(rig.say(EndpointGone{outside(3), "deleted"}).refused, "");
  EXPECT_NE(rig.say(EndpointGone{asked.id, "deleted"}).refused, "");
}

TEST(FoundReplicas, of_a_launch_that_was_refused_meanwhile_begin_their_own_life) {
  ControllerRig rig(paper_fleet());
  rig.boot_time = 3600s;
  rig.run(5, 10.0);
  const EndpointView asked = *rig.controller.view()->endpoints.begin();
  const int booting = rig.booting(asked.unit);
  rig.say(LaunchRefused{asked.id, asked.unit, "insufficient capacity"});
  EXPECT_EQ(rig.say(EndpointFound{outside(7), asked.unit, asked.id}).refused, "");
  rig.say(EndpointReady{outside(7), {"10.0.0.7", 8000}});
  rig.tick();
  EXPECT_EQ(rig.ready(asked.unit), 1);
  EXPECT_EQ(rig.booting(asked.unit), booting - 1);
}

TEST(FoundReplicas, of_a_unit_that_is_only_watched_serve_and_are_never_stopped) {
  FleetSpec spec = paper_fleet();
  spec.units[kInf2.index()].managed = false;
  ControllerRig rig(spec);
  for (std::uint64_t i = 0; i < 3; ++i) find_ready(rig, i, kInf2);
  rig.run(900, 0.0);
  EXPECT_EQ(rig.ready(kInf2), 3);
  EXPECT_TRUE(rig.stops.empty());
  EXPECT_EQ(rig.say(EndpointGone{outside(1), "deleted"}).refused, "");
  rig.tick();
  EXPECT_EQ(rig.ready(kInf2), 2);
  EXPECT_TRUE(rig.stops.empty());
}

TEST(FoundReplicas, outlive_a_reload_that_names_their_unit) {
  ControllerRig rig(paper_fleet());
  find_ready(rig, 1, kInf2);
  rig.tick();
  FleetSpec watched = paper_fleet();
  watched.units[kInf2.index()].managed = false;
  rig.controller.on_spec(std::make_shared<FleetSpec>(watched), rig.now);
  rig.run(900, 0.0);
  EXPECT_EQ(rig.ready(kInf2), 1);
  EXPECT_TRUE(rig.stops.empty());
}

TEST(FoundReplicas, said_twice_are_one) {
  ControllerRig rig(paper_fleet());
  find_ready(rig, 1, kInf2);
  EXPECT_EQ(rig.say(EndpointFound{outside(1), kInf2, EndpointId{}}).refused, "");
  rig.tick();
  EXPECT_EQ(wanted(rig), 1);
}

TEST(FoundReplicas, under_an_id_that_the_controller_could_issue_are_refused) {
  ControllerRig rig(paper_fleet());
  EXPECT_NE(rig.say(EndpointFound{EndpointId(12), kInf2, EndpointId{}}).refused, "");
  EXPECT_NE(rig.say(EndpointFound{outside(1), UnitId(99), EndpointId{}}).refused, "");
}

TEST(FoundReplicas, are_billed_from_when_they_were_found) {
  ControllerRig rig(paper_fleet());
  find_ready(rig, 1, kInf2);
  rig.tick();
  EXPECT_NEAR(rig.controller.view()->cost_usd_per_hour,
              rig.controller.spec().unit(kInf2).price_usd_per_hour, 1e-9);
}

TEST(FoundReplicas, that_are_going_are_not_wanted) {
  ControllerRig rig(paper_fleet());
  rig.boot_time = 3600s;
  rig.run(5, 10.0);
  const int before = wanted(rig);
  ASSERT_GT(before, 0);
  rig.run(600, 0.0);  // demand goes away: what has not booted is given up
  EXPECT_EQ(wanted(rig), 0);
}

}  // namespace
}  // namespace signalbox::core
