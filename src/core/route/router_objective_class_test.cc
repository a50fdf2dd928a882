// SPDX-License-Identifier: Apache-2.0
//
// What kind of answer its clients wait for: critical work never waits while anything can start it,
// batch work waits for a cheap unit as long as it can afford to.
#include <gtest/gtest.h>

#include <memory>

#include "core/route/testdata/router_rig.h"

namespace signalbox::core {
namespace {

using testdata::make_service;
using testdata::make_unit;
using testdata::RouterRig;
using testdata::view_of;

constexpr UnitId kCheap{0};
constexpr UnitId kDear{1};

// Half a second each; the dear one costs twice as much.
FleetSpec fleet(ObjectiveClass objective_class, Duration latency) {
  FleetSpec spec;
  spec.units = {make_unit("cheap", 0.5, 120), make_unit("dear", 1.0, 120)};
  spec.services = {make_service("work", {kCheap, kDear})};
  spec.services[0].objective_class = objective_class;
  spec.services[0].objective.latency = latency;
  spec.services[0].patience = 10min;
  return spec;
}

TEST(RouterObjectiveClass, batch_work_is_held_rather_than_sent_to_a_dear_unit) {
  RouterRig rig(view_of(fleet(ObjectiveClass::kBatch, 60s), {1, 1}));
  EXPECT_EQ(rig.ask(1).unit, kCheap);
  EXPECT_EQ(rig.ask(2).action, Action::kHold) << "the dear one is free, but there is time";
  rig.now += 500ms;
  EXPECT_EQ(RouterRig::only(rig.end(1), 2).unit, kCheap);
}

TEST(RouterObjectiveClass, interactive_work_takes_the_dear_unit_at_once) {
  RouterRig rig(view_of(fleet(ObjectiveClass::kInteractive, 60s), {1, 1}));
  rig.ask(1);
  EXPECT_EQ(rig.ask(2).unit, kDear);
}

TEST(RouterObjectiveClass, batch_work_takes_the_dear_unit_while_that_is_still_in_time) {
  const auto spec = std::make_shared<const FleetSpec>(fleet(ObjectiveClass::kBatch, 20s));
  RouterRig rig(view_of(spec, {1, 1}));
  rig.ask(1);
  ASSERT_EQ(rig.ask(2).action, Action::kHold);
  Decision taken;
  TimePoint arrival = rig.now;
  for (std::uint64_t tick = 2; taken.action != Action::kForward && tick < 30; ++tick) {
    rig.wait(1s);
    const auto out = rig.see(view_of(spec, {1, 1}, tick));
    if (!out.empty()) taken = out.front();
  }
  EXPECT_EQ(taken.unit, kDear);
  EXPECT_FALSE(taken.late);
  EXPECT_GT(rig.now - arrival, 14s) << "it waited as long as it could afford";
  EXPECT_LT(rig.now - arrival, 19s);
}

TEST(RouterObjectiveClass, batch_work_waits_for_a_cheap_replica_that_is_booting_but_for_no_other) {
  const auto spec = std::make_shared<const FleetSpec>(fleet(ObjectiveClass::kBatch, 10min));
  auto booting = view_of(spec, {0, 1});
  booting->units[0].booting = 1;
  RouterRig waits(booting);
  EXPECT_EQ(waits.ask(1).action, Action::kHold);
  RouterRig goes(view_of(spec, {0, 1}));
  EXPECT_EQ(goes.ask(1).unit, kDear) << "nobody is starting a cheap one";
}

TEST(RouterObjectiveClass, batch_work_does_not_wait_to_save_a_few_percent) {
  FleetSpec spec = fleet(ObjectiveClass::kBatch, 60s);
  spec.units[1].price_usd_per_hour = 0.54;
  RouterRig rig(view_of(spec, {1, 1}));
  rig.ask(1);
  EXPECT_EQ(rig.ask(2).unit, kDear);
}

TEST(RouterObjectiveClass, a_shortage_does_not_make_batch_work_take_what_is_dear) {
  auto view = view_of(fleet(ObjectiveClass::kBatch, 60s), {1, 1});
  view->services[0].mode = Mode::kCapacityOptimized;
  RouterRig rig(view);
  EXPECT_EQ(rig.ask(1).unit, kCheap);
  EXPECT_EQ(rig.ask(2).action, Action::kHold);
}

// The slow one alone is free, the fast one is busy but would be in time.
FleetSpec fast_and_slow(ObjectiveClass objective_class) {
  FleetSpec spec = fleet(objective_class, 2s);
  spec.units[1] = make_unit("slow", 1.0, 20);
  return spec;
}

TEST(RouterObjectiveClass, critical_work_is_never_held_while_something_can_start_it) {
  RouterRig interactive(view_of(fast_and_slow(ObjectiveClass::kInteractive), {1, 1}));
  interactive.ask(1);
  EXPECT_EQ(interactive.ask(2).action, Action::kHold) << "the busy one would be in time";
  RouterRig critical(view_of(fast_and_slow(ObjectiveClass::kCritical), {1, 1}));
  critical.ask(1);
  const Decision decision = critical.ask(2);
  EXPECT_EQ(decision.action, Action::kForward);
  EXPECT_EQ(decision.unit, kDear);
}

TEST(RouterObjectiveClass, a_slot_that_frees_goes_to_critical_work_first) {
  FleetSpec spec = fleet(ObjectiveClass::kInteractive, 2s);
  spec.services.push_back(make_service("critical", {kCheap, kDear}));
  spec.services[1].paths = {"/critical"};
  spec.services[1].objective_class = ObjectiveClass::kCritical;
  spec.services[1].objective.latency = 10s;
  RouterRig rig(view_of(spec, {1, 0}));
  rig.ask(1);
  ASSERT_EQ(rig.ask(2).action, Action::kHold);
  ASSERT_EQ(rig.ask(3, "/critical").action, Action::kHold);
  const auto released = rig.end(1);
  EXPECT_EQ(RouterRig::only(released, 3).unit, kCheap) << "though its deadline is further away";
}

}  // namespace
}  // namespace signalbox::core
