// SPDX-License-Identifier: Apache-2.0
//
// Requests of different sizes: what they take, what they are owed, and that neither slack nor
// patience mistakes one order for another.
#include <gtest/gtest.h>

#include "core/model/testdata/fleets.h"
#include "core/route/router.h"
#include "core/route/testdata/router_rig.h"

namespace signalbox::core {
namespace {

using testdata::make_service;
using testdata::make_unit;
using testdata::RouterRig;
using testdata::two_units;
using testdata::view_of;

// One unit, half a second for a request of work 1, objective 2 s.
FleetSpec one_unit() {
  FleetSpec spec;
  spec.units = {make_unit("only", 0.75, 120)};
  spec.services = {make_service("images", {UnitId(0)})};
  return spec;
}

TEST(RouterWork, a_large_request_goes_where_it_can_still_be_in_time) {
  auto spec = two_units();
  spec.units[0] = make_unit("cheap", 0.50, 60);  // 1 s, where the dear one takes 0.6 s
  RouterRig rig(view_of(spec, {2, 2}));
  EXPECT_EQ(rig.ask_for_work(1, 1.0).unit, UnitId(0));
  const Decision large = rig.ask_for_work(2, 2.5);
  EXPECT_EQ(large.unit, UnitId(1));
  EXPECT_EQ(large.candidates[0].verdict, Verdict::kTooSlow);
  EXPECT_EQ(large.candidates[0].predicted, 2500ms);
}

TEST(RouterWork, the_objective_is_the_same_for_all_sizes_unless_it_says_per_work) {
  auto spec = one_unit();
  RouterRig same(view_of(spec, {1}));
  EXPECT_EQ(same.ask_for_work(1, 4.0).deadline, same.now + 2s);
  spec.services[0].objective.per_work = true;
  RouterRig per_work(view_of(spec, {1}));
  EXPECT_EQ(per_work.ask_for_work(1, 4.0).deadline, per_work.now + 8s);
  EXPECT_EQ(per_work.ask_for_work(2, 0.5).deadline, per_work.now + 1s);
}

TEST(RouterWork, a_unit_that_serves_large_requests_is_not_slow_for_it) {
  RouterRig rig(view_of(one_unit(), {1}));
  for (std::uint64_t id = 1; id <= 100; ++id) {
    rig.ask_for_work(id, 3.0);
    rig.wait(1500ms);
    rig.end(id);
  }
  EXPECT_NEAR(rig.router.digest(rig.now).units[0].slowdown, 1.0, 1e-6);
}

TEST(RouterWork, the_digest_counts_work_beside_arrivals) {
  RouterRig rig(view_of(one_unit(), {1}));
  rig.ask_for_work(1, 2.5);
  rig.ask_for_work(2, 0.5);
  EXPECT_EQ(rig.counts().arrivals, 2U);
  EXPECT_DOUBLE_EQ(rig.counts().work, 3.0);
}

TEST(RouterWork, a_large_request_becomes_late_before_a_small_one_that_came_first) {
  auto spec = one_unit();
  spec.services[0].when_late = WhenLate::kRefuse;
  RouterRig rig(view_of(spec, {1}));
  rig.ask(1);
  const TimePoint asked = rig.now;
  rig.ask(2);
  rig.wait(100ms);
  rig.ask_for_work(3, 2.0);
  const auto decisions = rig.wait(60s);
  ASSERT_EQ(decisions.size(), 2U);
  EXPECT_EQ(decisions[0].request, RequestId(3));
  EXPECT_EQ(decisions[0].at, asked + 100ms + 900ms) << "2 s less twice 0.55 s";
  EXPECT_EQ(decisions[1].request, RequestId(2));
  EXPECT_EQ(decisions[1].at, asked + 1450ms);
}

TEST(RouterWork, the_earliest_deadline_goes_first_though_it_came_last) {
  auto spec = one_unit();
  spec.services[0].objective.per_work = true;
  RouterRig rig(view_of(spec, {1}));
  rig.ask(1);
  rig.ask_for_work(2, 3.0);
  rig.wait(100ms);
  rig.ask_for_work(3, 1.0);
  EXPECT_EQ(RouterRig::only(rig.end(1), 3).action, Action::kForward);
  EXPECT_EQ(RouterRig::only(rig.end(3), 2).action, Action::kForward);
}

TEST(RouterWork, patience_ends_by_arrival_though_deadlines_are_in_another_order) {
  auto spec = one_unit();
  spec.services[0].objective = {.latency = 20s, .per_work = true};
  spec.services[0].patience = 5s;
  RouterRig rig(view_of(spec, {1}));
  rig.ask(1);
  const TimePoint asked = rig.now;
  rig.ask_for_work(2, 3.0);  // first come, last due
  rig.wait(1s);
  rig.ask_for_work(3, 1.0);
  const auto decisions = rig.wait(60s);
  ASSERT_EQ(decisions.size(), 2U);
  EXPECT_EQ(decisions[0].request, RequestId(2));
  EXPECT_EQ(decisions[0].reason, RejectReason::kPatienceEnded);
  EXPECT_EQ(decisions[0].at, asked + 5s);
  EXPECT_EQ(decisions[1].request, RequestId(3));
  EXPECT_EQ(decisions[1].at, asked + 6s);
}

TEST(RouterWork, patience_ends_by_arrival_after_a_reload_that_shortened_the_objective) {
  auto spec = one_unit();
  spec.services[0].objective.latency = 30s;
  spec.services[0].patience = 10s;
  RouterRig rig(view_of(spec, {1}));
  rig.ask(1);
  const TimePoint asked = rig.now;
  rig.ask(2);
  rig.wait(1s);
  spec.services[0].objective.latency = 9500ms;
  rig.see(view_of(spec, {1}, 2));
  rig.ask(3);  // due long before the second, though it came later
  const auto decisions = rig.wait(60s);
  ASSERT_EQ(decisions.size(), 2U);
  EXPECT_EQ(decisions[0].request, RequestId(2));
  EXPECT_EQ(decisions[0].at, asked + 10s);
  EXPECT_EQ(decisions[1].request, RequestId(3));
  EXPECT_EQ(decisions[1].at, asked + 11s);
}

TEST(RouterWork, a_request_that_has_lost_its_slack_by_a_slower_fleet_is_refused_at_the_view) {
  auto spec = two_units();
  spec.services[0].when_late = WhenLate::kRefuse;
  spec.units[1] = make_unit("slower", 1.0, 40);  // 1.5 s
  const auto shared = std::make_shared<const FleetSpec>(spec);
  RouterRig rig(view_of(shared, {1, 1}));
  rig.ask(1);
  rig.ask(2);
  EXPECT_EQ(rig.ask(3).action, Action::kHold);
  rig.wait(500ms);
  const Decision decision = RouterRig::only(rig.see(view_of(shared, {0, 1}, 2)), 3);
  EXPECT_EQ(decision.reason, RejectReason::kLate) << "1.65 s are needed, 1.5 s are left";
}

// Eight slots that the profile takes to be independent, while each further request slows all.
TEST(RouterWork, loads_that_the_profile_has_wrong_are_learned_from_live_outcomes) {
  auto spec = one_unit();
  spec.units[0].slots = 8;
  spec.units[0].profile = Profile::measured({{1, 500ms}, {8, 500ms}}, 0.05);
  RouterRig rig(view_of(spec, {1}));
  std::uint64_t id = 0;
  for (int round = 0; round < 120; ++round) {
    const int together = 1 + round % 6;
    const std::uint64_t first = id + 1;
    for (int i = 0; i < together; ++i) rig.ask(++id);
    // The n-th found n there: all take half a second and a tenth more for each beside it.
    Duration waited{};
    for (int n = 1; n <= together; ++n) {
      const Duration takes = 500ms + (n - 1) * 100ms;
      rig.wait(takes - waited);
      waited = takes;
      rig.end(first + static_cast<std::uint64_t>(n) - 1);
    }
  }
  const RouterDigest digest = rig.router.digest(rig.now);
  EXPECT_GT(digest.units[0].full_load_ratio, 1.4) << "against what is usual, three at once";
  const Decision alone = rig.ask(++id);
  const Decision second = rig.ask(++id);
  EXPECT_LT(alone.candidates[0].predicted, second.candidates[0].predicted);
  EXPECT_NEAR(to_seconds(second.candidates[0].predicted), 0.6, 0.09);
}

}  // namespace
}  // namespace signalbox::core
