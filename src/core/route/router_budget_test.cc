// SPDX-License-Identifier: Apache-2.0
//
// Budgets as requests meet them: who is refused, what is charged and given back, and who is left
// alone.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/route/testdata/router_rig.h"

namespace signalbox::core {
namespace {

using testdata::completed;
using testdata::failed;
using testdata::RouterRig;
using testdata::two_units;
using testdata::view_of;

FleetSpec fleet_with(const TenantBudget& acme) {
  FleetSpec spec = two_units();
  spec.services[0].objective.latency = 5s;
  spec.tenancy.named = {{"acme", 1.0, acme}};
  return spec;
}

RouterRig::Decisions ask(RouterRig& rig, std::uint64_t id, std::string_view tenant) {
  RequestFacts facts;
  facts.path = "/genimage";
  facts.tenant = tenant;
  RouterRig::Decisions out;
  rig.router.on_request(RequestId(id), facts, rig.now, out);
  return out;
}
Decision ask_one(RouterRig& rig, std::uint64_t id, std::string_view tenant = "acme") {
  return RouterRig::only(ask(rig, id, tenant), id);
}
TenantDigest told_of_acme(const RouterRig& rig) { return rig.router.report(rig.now).tenants.at(0); }

TEST(RouterBudget, who_asks_too_fast_is_told_when_to_come_back_and_is_no_demand) {
  RouterRig rig(view_of(fleet_with({.requests_per_s = 0.5}), {9, 9}));
  EXPECT_EQ(ask_one(rig, 1).action, Action::kForward);
  rig.now += 500ms;
  const Decision refused = ask_one(rig, 2);
  EXPECT_EQ(refused.action, Action::kReject);
  EXPECT_EQ(refused.reason, RejectReason::kOverBudget);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.retry_after, 1500ms);
  EXPECT_EQ(rig.counts().over_budget, 1U);
  EXPECT_EQ(rig.counts().arrivals, 1U);
  EXPECT_EQ(rig.counts().rejected, 0U);
  EXPECT_EQ(rig.counts().missed, 0U);
  EXPECT_EQ(told_of_acme(rig).over_rate, 1U);
  rig.now += refused.retry_after;
  EXPECT_EQ(ask_one(rig, 2).action, Action::kForward);
}

TEST(RouterBudget, others_are_not_touched_by_it) {
  RouterRig rig(view_of(fleet_with({.requests_per_s = 0.5, .max_in_flight = 1}), {9, 9}));
  for (std::uint64_t id = 1; id < 4; ++id) ask(rig, id, "acme");
  for (std::uint64_t id = 10; id < 14; ++id) {
    EXPECT_EQ(ask_one(rig, id, "umbrella").action, Action::kForward);
    EXPECT_EQ(ask_one(rig, id + 10, "").action, Action::kForward);
  }
}

TEST(RouterBudget, requests_that_wait_are_under_way_and_all_ends_free_their_place) {
  RouterRig rig(view_of(fleet_with({.max_in_flight = 2}), {1, 0}));
  EXPECT_EQ(ask_one(rig, 1).action, Action::kForward);
  EXPECT_EQ(ask_one(rig, 2).action, Action::kHold);
  const Decision refused = ask_one(rig, 3);
  EXPECT_EQ(refused.reason, RejectReason::kOverBudget);
  EXPECT_EQ(refused.retry_after, 5s) << "about when one of them should have ended";
  EXPECT_EQ(told_of_acme(rig).in_flight, 2);
  rig.cancel(2);
  EXPECT_EQ(ask_one(rig, 4).action, Action::kHold);
  EXPECT_EQ(rig.end(1).front().request, RequestId(4));
  rig.end(4);
  EXPECT_EQ(told_of_acme(rig).in_flight, 0);
}

TEST(RouterBudget, money_is_charged_where_the_request_was_sent) {
  auto view = view_of(fleet_with({.usd_per_hour = 1.0}), {9, 9});
  view->units[0].cost_usd_per_request = 0.25;
  view->units[1].cost_usd_per_request = 0.50;
  RouterRig rig(view);
  EXPECT_EQ(ask_one(rig, 1).unit, UnitId(0));
  EXPECT_DOUBLE_EQ(told_of_acme(rig).spent_usd, 0.25);
  ask_one(rig, 2);
  EXPECT_EQ(ask_one(rig, 3).reason, RejectReason::kNone) << "0.50 are left, the most it may cost";
  const Decision refused = ask_one(rig, 4);
  EXPECT_EQ(refused.reason, RejectReason::kOverBudget);
  EXPECT_GT(refused.retry_after, 59min);
  EXPECT_LE(refused.retry_after, 61min);
  rig.end(1);
  EXPECT_DOUBLE_EQ(told_of_acme(rig).spent_usd, 0.75) << "what was served stays spent";
  rig.now += 61min;
  EXPECT_EQ(ask_one(rig, 5).action, Action::kForward);
}

TEST(RouterBudget, an_endpoint_that_was_never_reached_costs_nothing) {
  auto view = view_of(fleet_with({.usd_per_hour = 1.0}), {1, 1});
  view->units[0].cost_usd_per_request = 0.25;
  view->units[1].cost_usd_per_request = 0.50;
  RouterRig rig(view);
  ask_one(rig, 1);
  EXPECT_EQ(rig.fail(1, OutcomeKind::kUnreachable).unit, UnitId(1));
  EXPECT_DOUBLE_EQ(told_of_acme(rig).spent_usd, 0.50);
  rig.end(1, failed(OutcomeKind::kBroken));
  EXPECT_DOUBLE_EQ(told_of_acme(rig).spent_usd, 0.50) << "this one was at work";
}

TEST(RouterBudget, what_waits_cannot_together_cost_more_than_the_budget) {
  auto view = view_of(fleet_with({.usd_per_hour = 1.0}), {1, 0});
  view->units[0].cost_usd_per_request = 0.25;
  view->units[1].cost_usd_per_request = 0.25;
  RouterRig rig(view);
  ask(rig, 1, "acme");
  for (std::uint64_t id = 2; id < 5; ++id) EXPECT_EQ(ask_one(rig, id).action, Action::kHold);
  EXPECT_EQ(ask_one(rig, 5).reason, RejectReason::kOverBudget);
  rig.cancel(4);
  EXPECT_EQ(ask_one(rig, 6).action, Action::kHold) << "what was set aside is free again";
}

TEST(RouterBudget, a_reload_changes_the_budget_and_keeps_the_count) {
  RouterRig rig(view_of(fleet_with({.max_in_flight = 1}), {9, 9}));
  ask(rig, 1, "acme");
  rig.see(view_of(fleet_with({.max_in_flight = 2}), {9, 9}, 2));
  EXPECT_EQ(ask_one(rig, 2).action, Action::kForward);
  EXPECT_EQ(ask_one(rig, 3).reason, RejectReason::kOverBudget);
}

RC_GTEST_PROP(RouterBudget, no_place_leaks_and_no_money_is_set_aside_for_ever, ()) {
  FleetSpec spec = fleet_with({.max_in_flight = 5, .usd_per_hour = 1e6});
  spec.tenancy.default_budget = spec.tenancy.named[0].budget;
  spec.services[0].max_held = 4;
  spec.services[0].patience = 5s;
  RouterRig rig(view_of(spec, {2, 1}));
  std::set<std::uint64_t> known, in_flight;
  std::uint64_t last = 0;
  const auto take = [&](const RouterRig::Decisions& decisions) {
    for (const auto& decision : decisions) {
      const std::uint64_t id = decision.request.value;
      if (decision.action == Action::kReject) {
        known.erase(id);
        in_flight.erase(id);
      } else {
        known.insert(id);
        if (decision.action == Action::kForward) in_flight.insert(id);
      }
    }
  };
  const auto codes =
      *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::arbitrary<std::uint32_t>());
  for (const auto code : codes) {
    if (code % 3 != 0) {
      take(ask(rig, ++last, "acme"));
    } else if (!in_flight.empty()) {
      const std::uint64_t id = *in_flight.begin();
      in_flight.erase(id);
      constexpr OutcomeKind kKinds[] = {OutcomeKind::kCompleted, OutcomeKind::kUnreachable,
                                        OutcomeKind::kDied, OutcomeKind::kBroken};
      const OutcomeKind kind = kKinds[(code >> 8) % 4];
      const auto decisions =
          rig.end(id, kind == OutcomeKind::kCompleted ? completed() : failed(kind));
      if (kind == OutcomeKind::kCompleted || kind == OutcomeKind::kBroken) known.erase(id);
      take(decisions);
    } else if (!known.empty()) {
      rig.cancel(*known.begin());
      known.erase(known.begin());
    }
    take(rig.wait(std::chrono::milliseconds((code >> 16) % 1500)));
    RC_ASSERT(told_of_acme(rig).in_flight == static_cast<int>(known.size()));
    RC_ASSERT(known.size() <= 5U);
  }
  for (const auto id : known) rig.cancel(id);
  RC_ASSERT(told_of_acme(rig).in_flight == 0);
}

}  // namespace
}  // namespace signalbox::core
