// SPDX-License-Identifier: Apache-2.0
//
// Holding: a request waits for a slot, not for a server. Who goes first when one frees, when
// waiting ends, and when it should never begin.
#include <gtest/gtest.h>

#include "core/model/testdata/fleets.h"
#include "core/route/router.h"
#include "core/route/testdata/router_rig.h"

namespace signalbox::core {
namespace {

using testdata::completed;
using testdata::endpoint_of;
using testdata::make_service;
using testdata::make_unit;
using testdata::RouterRig;
using testdata::two_units;
using testdata::view_of;

// One unit, half a second a request, objective 2 s: a request not begun 1.45 s after its arrival
// (0.5 s and two deviations before its deadline) is late.
FleetSpec one_unit() {
  FleetSpec spec;
  spec.units = {make_unit("only", 0.75, 120)};
  spec.services = {make_service("images", {UnitId(0)})};
  return spec;
}

TEST(RouterHold, a_request_is_held_while_every_slot_is_taken) {
  RouterRig rig(view_of(one_unit(), {1}));
  rig.ask(1);
  const Decision decision = rig.ask(2);
  EXPECT_EQ(decision.action, Action::kHold);
  EXPECT_FALSE(decision.late);
  EXPECT_EQ(decision.candidates[0].verdict, Verdict::kBusy);
  EXPECT_EQ(rig.counts().held, 1);
}

TEST(RouterHold, it_is_bound_to_the_first_slot_that_frees) {
  RouterRig rig(view_of(one_unit(), {3}));
  for (std::uint64_t id = 1; id <= 3; ++id) rig.ask(id);
  rig.ask(4);
  rig.wait(300ms);
  const Decision released = RouterRig::only(rig.end(2), 4);
  EXPECT_EQ(released.action, Action::kForward);
  EXPECT_EQ(released.endpoint, endpoint_of(0, 2)) << "where the slot freed, wherever that is";
  EXPECT_EQ(released.at, rig.now);
  EXPECT_EQ(rig.counts().held, 0);
  EXPECT_EQ(rig.counts().longest_hold, 300ms);
}

TEST(RouterHold, the_earliest_deadline_goes_first_across_services) {
  auto spec = one_unit();
  spec.services.push_back(make_service("batch", {UnitId(0)}));
  spec.services[1].paths = {"/batch"};
  spec.services[1].objective.latency = 10s;
  RouterRig rig(view_of(spec, {1}));
  rig.ask(1);
  rig.ask(2, "/batch");
  rig.wait(100ms);
  rig.ask(3);
  EXPECT_EQ(RouterRig::only(rig.end(1), 3).action, Action::kForward);
  EXPECT_EQ(RouterRig::only(rig.end(3), 2).action, Action::kForward);
}

TEST(RouterHold, those_still_in_time_go_before_those_already_late) {
  RouterRig rig(view_of(one_unit(), {1}));
  rig.ask(1);
  rig.ask(2);
  rig.wait(1400ms);
  rig.ask(3);
  rig.wait(100ms);  // 2 can no longer make it, 3 can
  const Decision first = RouterRig::only(rig.end(1), 3);
  EXPECT_FALSE(first.late);
  const Decision second = RouterRig::only(rig.end(3), 2);
  EXPECT_EQ(second.action, Action::kForward);
  EXPECT_TRUE(second.late);
}

TEST(RouterHold, the_timer_is_due_when_the_slack_runs_out) {
  RouterRig rig(view_of(one_unit(), {1}));
  rig.ask(1);
  EXPECT_EQ(rig.router.next_deadline(), TimePoint::max());
  rig.ask(2);
  EXPECT_EQ(rig.router.next_deadline(), rig.now + 1450ms);
}

TEST(RouterHold, late_requests_are_served_by_default) {
  RouterRig rig(view_of(one_unit(), {1}));
  rig.ask(1);
  rig.ask(2);
  EXPECT_TRUE(rig.wait(1900ms).empty());
  const Decision decision = RouterRig::only(rig.end(1), 2);
  EXPECT_EQ(decision.action, Action::kForward);
  EXPECT_TRUE(decision.late);
}

TEST(RouterHold, late_requests_are_refused_where_the_service_says_so) {
  auto spec = one_unit();
  spec.services[0].when_late = WhenLate::kRefuse;
  RouterRig rig(view_of(spec, {1}));
  rig.ask(1);
  const TimePoint asked = rig.now;
  rig.ask(2);
  const Decision decision = RouterRig::only(rig.wait(1900ms), 2);
  EXPECT_EQ(decision.action, Action::kReject);
  EXPECT_EQ(decision.reason, RejectReason::kLate);
  EXPECT_EQ(decision.status, 503);
  EXPECT_GE(decision.retry_after, 1s);
  EXPECT_EQ(decision.at, asked + 1450ms) << "as soon as it is hopeless, not at the deadline";
  EXPECT_EQ(rig.counts().rejected, 1U);
}

TEST(RouterHold, beyond_the_queues_bound_a_request_is_told_to_come_back) {
  auto spec = one_unit();
  spec.services[0].max_held = 2;
  RouterRig rig(view_of(spec, {1}));
  rig.ask(1);
  EXPECT_EQ(rig.ask(2).action, Action::kHold);
  EXPECT_EQ(rig.ask(3).action, Action::kHold);
  const Decision decision = rig.ask(4);
  EXPECT_EQ(decision.action, Action::kReject);
  EXPECT_EQ(decision.reason, RejectReason::kQueueFull);
  EXPECT_EQ(decision.status, 429);
  EXPECT_EQ(decision.retry_after, 2s) << "an objective's time from now";
  EXPECT_EQ(rig.counts().held, 2);
  EXPECT_EQ(rig.counts().missed, 1U);
}

TEST(RouterHold, each_service_has_its_own_queue) {
  auto spec = one_unit();
  spec.services[0].max_held = 1;
  spec.services.push_back(make_service("other", {UnitId(0)}));
  spec.services[1].paths = {"/other"};
  RouterRig rig(view_of(spec, {1}));
  rig.ask(1);
  rig.ask(2);
  EXPECT_EQ(rig.ask(3).status, 429);
  EXPECT_EQ(rig.ask(4, "/other").action, Action::kHold);
}

TEST(RouterHold, patience_ends_with_503) {
  auto spec = one_unit();
  spec.services[0].patience = 5s;
  RouterRig rig(view_of(spec, {1}));
  rig.ask(1);
  const TimePoint asked = rig.now;
  rig.ask(2);
  const Decision decision = RouterRig::only(rig.wait(60s), 2);
  EXPECT_EQ(decision.reason, RejectReason::kPatienceEnded);
  EXPECT_EQ(decision.status, 503);
  EXPECT_GE(decision.retry_after, 1s);
  EXPECT_EQ(decision.at, asked + 5s);
  EXPECT_EQ(rig.router.next_deadline(), TimePoint::max());
}

TEST(RouterHold, patience_shorter_than_the_slack_ends_first) {
  auto spec = one_unit();
  spec.services[0].patience = 1s;
  RouterRig rig(view_of(spec, {1}));
  rig.ask(1);
  const TimePoint asked = rig.now;
  rig.ask(2);
  EXPECT_EQ(RouterRig::only(rig.wait(60s), 2).at, asked + 1s);
}

TEST(RouterHold, a_new_endpoint_takes_what_is_held) {
  const auto spec = std::make_shared<const FleetSpec>(one_unit());
  RouterRig rig(view_of(spec, {0}));
  EXPECT_EQ(rig.ask(1).action, Action::kHold) << "nothing runs yet, so it waits for the first";
  rig.ask(2);
  const Decision decision = RouterRig::only(rig.see(view_of(spec, {1}, 2)), 1);
  EXPECT_EQ(decision.action, Action::kForward);
  EXPECT_EQ(decision.view_version, 2U);
}

TEST(RouterHold, a_client_that_leaves_the_queue_is_forgotten) {
  RouterRig rig(view_of(one_unit(), {1}));
  rig.ask(1);
  rig.ask(2);
  rig.ask(3);
  EXPECT_TRUE(rig.cancel(2).empty());
  EXPECT_EQ(rig.counts().held, 1);
  EXPECT_EQ(rig.counts().abandoned, 1U);
  EXPECT_EQ(RouterRig::only(rig.end(1), 3).action, Action::kForward);
}

TEST(RouterHold, a_client_that_leaves_in_flight_frees_its_slot_for_the_next) {
  RouterRig rig(view_of(one_unit(), {1}));
  rig.ask(1);
  rig.ask(2);
  const Decision decision = RouterRig::only(rig.cancel(1), 2);
  EXPECT_EQ(decision.action, Action::kForward);
  EXPECT_EQ(rig.in_flight(0), 1);
  EXPECT_TRUE(rig.end(1).empty()) << "the late outcome of a cancelled request is ignored";
  EXPECT_EQ(rig.in_flight(0), 1);
}

TEST(RouterHold, waits_for_a_busy_unit_that_would_be_in_time_rather_than_take_a_slow_one) {
  auto spec = two_units();
  spec.units[1] = make_unit("crawling", 0.01, 20);  // 3 s
  RouterRig rig(view_of(spec, {1, 1}));
  rig.ask(1);
  EXPECT_EQ(rig.ask(2).action, Action::kHold);
  EXPECT_EQ(RouterRig::only(rig.end(1), 2).unit, UnitId(0));
}

TEST(RouterHold, when_the_slack_is_gone_the_slow_unit_is_better_than_none) {
  auto spec = two_units();
  spec.units[1] = make_unit("crawling", 0.01, 20);
  RouterRig rig(view_of(spec, {1, 1}));
  rig.ask(1);
  rig.ask(2);
  const Decision decision = RouterRig::only(rig.wait(1500ms), 2);
  EXPECT_EQ(decision.unit, UnitId(1));
  EXPECT_TRUE(decision.late);
}

// A unit whose service times vary a lot (5 % take far too long) never promises the objective. With
// idle servers a wait could only make matters worse.
TEST(RouterHold, an_idle_unit_that_cannot_promise_the_objective_is_used_at_once) {
  RouterRig rig(view_of(one_unit(), {1}));
  for (std::uint64_t id = 1; id <= 200; ++id) {
    rig.ask(id);
    rig.wait(id % 20 == 0 ? 4s : 500ms);
    rig.end(id);
  }
  const Decision decision = rig.ask(1000);
  EXPECT_EQ(decision.action, Action::kForward);
  EXPECT_LT(decision.candidates[0].probability, 0.99);
  EXPECT_FALSE(decision.late) << "it will probably be in time";
}

TEST(RouterHold, an_idle_unit_that_cannot_promise_the_objective_refuses_nobody) {
  auto spec = one_unit();
  spec.services[0].when_late = WhenLate::kRefuse;
  spec.services[0].objective = {530ms, 0.999};  // three deviations above the mean: 99.87 %
  spec.units[0].profile = Profile::single_server(2.0, 0.02);
  RouterRig rig(view_of(spec, {1}));
  EXPECT_EQ(rig.ask(1).action, Action::kForward);
}

TEST(RouterHold, an_outcome_for_a_held_request_is_ignored) {
  RouterRig rig(view_of(one_unit(), {1}));
  rig.ask(1);
  rig.ask(2);
  EXPECT_TRUE(rig.end(2).empty());
  EXPECT_EQ(rig.counts().held, 1);
}

TEST(RouterHold, under_overload_most_of_what_can_be_served_in_time_is) {
  RouterRig rig(view_of(one_unit(), {1}));
  // Twice the capacity: a request each 250 ms, one served each 500 ms, for a minute.
  std::uint64_t serving = 0;
  TimePoint done_at{};
  const auto take = [&](const RouterRig::Decisions& decisions) {
    for (const auto& decision : decisions) {
      if (decision.action != Action::kForward) continue;
      serving = decision.request.value;
      done_at = rig.now + 500ms;
    }
  };
  for (std::uint64_t id = 1; id <= 240; ++id) {
    take(rig.ask_all(id));
    for (int step = 0; step < 5; ++step) {
      take(rig.wait(50ms));
      if (serving != 0 && rig.now >= done_at) {
        const auto ended = serving;
        serving = 0;
        take(rig.end(ended));
      }
    }
  }
  const auto counts = rig.counts();
  const auto in_time = counts.completed + counts.rejected - counts.missed;
  EXPECT_GT(counts.completed, 115U) << "the server is never idle";
  EXPECT_GT(in_time, 100U) << "and late work does not displace work in time";
}

}  // namespace
}  // namespace signalbox::core
