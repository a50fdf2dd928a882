// SPDX-License-Identifier: Apache-2.0
//
// The plain balancers inside the Router: in turn over all units, held while nothing is free, and
// away from a unit that failed the request.
#include <gtest/gtest.h>

#include <map>

#include "core/model/testdata/fleets.h"
#include "core/route/router.h"
#include "core/route/testdata/router_rig.h"

namespace signalbox::core {
namespace {

using testdata::endpoint_of;
using testdata::RouterRig;
using testdata::two_units;
using testdata::view_of;

constexpr RoutingPolicy kBalancers[] = {RoutingPolicy::kRoundRobin, RoutingPolicy::kLeastRequest,
                                        RoutingPolicy::kPowerOfTwo};

FleetSpec with(RoutingPolicy routing, int slots = 1) {
  auto spec = two_units();
  spec.services[0].routing = routing;
  for (auto& unit : spec.units) unit.slots = slots;
  return spec;
}

TEST(RouterPolicies, round_robin_takes_endpoints_in_turn_whatever_unit_they_are_of) {
  RouterRig rig(view_of(with(RoutingPolicy::kRoundRobin, 4), {2, 1}));
  const EndpointId turn[] = {endpoint_of(0, 1), endpoint_of(0, 2), endpoint_of(1, 1)};
  for (std::uint64_t id = 1; id <= 6; ++id) {
    const Decision decision = rig.ask(id);
    EXPECT_EQ(decision.endpoint, turn[(id - 1) % 3]) << "request " << id;
    EXPECT_EQ(decision.chosen()->endpoint, decision.endpoint);
  }
}

TEST(RouterPolicies, round_robin_goes_on_where_it_was_across_views_and_reloads) {
  RouterRig rig(view_of(with(RoutingPolicy::kRoundRobin, 4), {2, 1}));
  rig.ask(1);
  rig.see(view_of(with(RoutingPolicy::kRoundRobin, 4), {2, 1}, 2));
  EXPECT_EQ(rig.ask(2).endpoint, endpoint_of(0, 2));
}

TEST(RouterPolicies, least_request_evens_out_the_share_of_slots_in_use) {
  auto spec = with(RoutingPolicy::kLeastRequest, 2);
  spec.units[1].slots = 4;
  RouterRig rig(view_of(spec, {1, 1}));
  for (std::uint64_t id = 1; id <= 3; ++id) rig.ask(id);
  EXPECT_EQ(rig.in_flight(0), 1);
  EXPECT_EQ(rig.in_flight(1), 2);
}

TEST(RouterPolicies, two_choices_reach_every_endpoint) {
  RouterRig rig(view_of(with(RoutingPolicy::kPowerOfTwo), {3, 2}));
  std::map<EndpointId, int> taken;
  for (std::uint64_t id = 1; id <= 1000; ++id) {
    ++taken[rig.ask(id).endpoint];
    rig.cancel(id);
  }
  EXPECT_EQ(taken.size(), 5U);
  for (const auto& [endpoint, times] : taken) EXPECT_NEAR(times, 200, 55) << endpoint.value;
}

TEST(RouterPolicies, the_others_are_explained_as_passed_over_and_listed_as_fallbacks) {
  for (const RoutingPolicy routing : kBalancers) {
    RouterRig rig(view_of(with(routing), {1, 1}));
    const Decision decision = rig.ask(1);
    ASSERT_EQ(decision.candidates.size(), 2U);
    const auto& other = decision.candidates[decision.unit == UnitId(0) ? 1 : 0];
    EXPECT_EQ(other.verdict, Verdict::kPassedOver) << to_string(routing);
    ASSERT_EQ(decision.fallbacks.size(), 1U);
    EXPECT_EQ(decision.fallbacks[0], other.endpoint);
  }
}

TEST(RouterPolicies, requests_are_held_while_nothing_is_free) {
  for (const RoutingPolicy routing : kBalancers) {
    RouterRig rig(view_of(with(routing), {1, 1}));
    rig.ask(1);
    rig.ask(2);
    EXPECT_EQ(rig.ask(3).action, Action::kHold) << to_string(routing);
    const Decision released = RouterRig::only(rig.end(2), 3);
    EXPECT_EQ(released.action, Action::kForward) << to_string(routing);
  }
}

TEST(RouterPolicies, price_and_objective_do_not_matter) {
  auto spec = with(RoutingPolicy::kRoundRobin);
  spec.units[0] = testdata::make_unit("crawling", 90.0, 10);  // 6 s, objective 2 s
  RouterRig rig(view_of(spec, {1, 1}));
  const Decision decision = rig.ask(1);
  EXPECT_EQ(decision.unit, UnitId(0));
  EXPECT_FALSE(decision.late);
}

TEST(RouterPolicies, a_unit_that_failed_the_request_is_passed_over_while_another_is_free) {
  for (const RoutingPolicy routing : kBalancers) {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      RouterRig rig(view_of(with(routing), {3, 1}), seed);
      const Decision first = rig.ask(1);
      const Decision second = rig.fail(1, OutcomeKind::kUnreachable);
      ASSERT_EQ(second.action, Action::kForward);
      EXPECT_NE(second.unit, first.unit) << to_string(routing) << ", seed " << seed;
      if (first.unit != UnitId(0)) continue;
      EXPECT_EQ(second.candidates[0].verdict, Verdict::kAlreadyTried);
    }
  }
}

TEST(RouterPolicies, within_the_unit_that_failed_another_endpoint_is_better_than_none) {
  for (const RoutingPolicy routing : kBalancers) {
    RouterRig rig(view_of(with(routing), {2, 0}));
    const Decision first = rig.ask(1);
    const Decision second = rig.fail(1, OutcomeKind::kUnreachable);
    EXPECT_EQ(second.action, Action::kForward) << to_string(routing);
    EXPECT_NE(second.endpoint, first.endpoint);
  }
}

TEST(RouterPolicies, paper_equal_shares_equally_in_cost_mode) {
  auto spec = testdata::paper_fleet();
  spec.services[0].routing = RoutingPolicy::kPaperEqual;
  RouterRig rig(view_of(spec, {1, 9, 1, 1, 0}), 2026);
  std::map<UnitId, int> taken;
  for (std::uint64_t id = 1; id <= 8000; ++id) {
    ++taken[rig.ask(id).unit];
    rig.cancel(id);
  }
  EXPECT_EQ(taken.size(), 4U);
  for (const auto& [unit, times] : taken) EXPECT_NEAR(times, 2000, 160) << unit.value;
}

TEST(RouterPolicies, weights_follow_the_view) {
  auto spec = std::make_shared<FleetSpec>(testdata::paper_fleet());
  spec->services[0].routing = RoutingPolicy::kPaperWeighted;
  RouterRig rig(view_of(spec, {1, 1, 0, 0, 0}));
  const double before = rig.ask(1).candidates[0].weight;
  rig.end(1);
  auto dearer = view_of(spec, {1, 1, 0, 0, 0}, 2);
  dearer->units[0].price_usd_per_hour *= 3.0;
  rig.see(dearer);
  EXPECT_LT(rig.ask(2).candidates[0].weight, before);
}

}  // namespace
}  // namespace signalbox::core
