// SPDX-License-Identifier: Apache-2.0
//
// Where a request goes when something can take it: by cost, by delay, along the ramp between them,
// and by the paper's weights.
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "core/model/testdata/fleets.h"
#include "core/route/router.h"
#include "core/route/testdata/router_rig.h"

namespace signalbox::core {
namespace {

using testdata::at;
using testdata::completed;
using testdata::endpoint_of;
using testdata::make_service;
using testdata::make_unit;
using testdata::paper_fleet;
using testdata::RouterRig;
using testdata::two_units;
using testdata::view_of;

TEST(RouterForward, takes_the_cheapest_unit_that_meets_the_objective) {
  RouterRig rig(view_of(two_units(), {1, 1}));
  const Decision decision = rig.ask(1);
  EXPECT_EQ(decision.action, Action::kForward);
  EXPECT_EQ(decision.unit, UnitId(0));
  EXPECT_EQ(decision.endpoint, endpoint_of(0, 1));
  EXPECT_FALSE(decision.late);
  EXPECT_EQ(decision.attempt, 1);
  EXPECT_EQ(decision.deadline, rig.now + 2s);
}

TEST(RouterForward, explains_itself_completely) {
  RouterRig rig(view_of(two_units(), {1, 1}, 7));
  const Decision decision = rig.ask(1);
  EXPECT_EQ(decision.view_version, 7U);
  EXPECT_EQ(decision.at, rig.now);
  EXPECT_EQ(decision.mode, Mode::kCostOptimized);
  ASSERT_EQ(decision.candidates.size(), 2U);
  ASSERT_NE(decision.runner_up(), nullptr);
  EXPECT_EQ(decision.runner_up()->unit, UnitId(1));
  EXPECT_EQ(decision.runner_up()->verdict, Verdict::kDearer);
  EXPECT_GT(decision.runner_up()->cost_usd, decision.chosen()->cost_usd);
  ASSERT_EQ(decision.fallbacks.size(), 1U);
  EXPECT_EQ(decision.fallbacks[0], endpoint_of(1, 1));
}

TEST(RouterForward, takes_the_dearer_unit_when_the_cheap_one_is_busy) {
  RouterRig rig(view_of(two_units(), {1, 1}));
  rig.ask(1);
  const Decision decision = rig.ask(2);
  EXPECT_EQ(decision.action, Action::kForward);
  EXPECT_EQ(decision.unit, UnitId(1));
  EXPECT_EQ(decision.candidates[0].verdict, Verdict::kBusy);
}

TEST(RouterForward, a_price_in_the_view_changes_the_choice) {
  const auto view = view_of(two_units(), {1, 1});
  view->units[0].cost_usd_per_request *= 10.0;
  RouterRig rig(view);
  EXPECT_EQ(rig.ask(1).unit, UnitId(1));
}

TEST(RouterForward, a_cheap_unit_that_would_miss_the_objective_is_not_taken) {
  auto spec = two_units();
  spec.units[0] = make_unit("crawling", 0.01, 20);  // 3 s a request
  RouterRig rig(view_of(spec, {1, 1}));
  const Decision decision = rig.ask(1);
  EXPECT_EQ(decision.unit, UnitId(1));
  EXPECT_EQ(decision.candidates[0].verdict, Verdict::kTooSlow);
}

TEST(RouterForward, a_unit_that_has_become_slow_is_left) {
  RouterRig rig(view_of(two_units(), {1, 1}));
  for (std::uint64_t id = 1; id <= 40; ++id) {
    const Decision decision = rig.ask(id);
    rig.wait(decision.unit == UnitId(0) ? 3s : 600ms);
    rig.end(id);
  }
  EXPECT_EQ(rig.ask(100).unit, UnitId(1));
  EXPECT_GT(rig.router.digest(rig.now).units[0].slowdown, 2.0);
}

TEST(RouterForward, a_path_nobody_answers_is_404_and_counts_for_no_service) {
  RouterRig rig(view_of(two_units(), {1, 1}));
  const Decision decision = rig.ask(1, "/nowhere");
  EXPECT_EQ(decision.action, Action::kReject);
  EXPECT_EQ(decision.reason, RejectReason::kNoService);
  EXPECT_EQ(decision.status, 404);
  EXPECT_EQ(decision.retry_after, Duration::zero());
  EXPECT_EQ(rig.counts().arrivals, 0U);
}

TEST(RouterForward, the_model_field_chooses_the_service_and_so_the_units) {
  auto spec = two_units();
  spec.services = {make_service("a", {UnitId(0)}), make_service("b", {UnitId(1)})};
  spec.services[0].models = {"sd21"};
  spec.services[1].models = {"sdxl"};
  RouterRig rig(view_of(spec, {1, 1}));
  EXPECT_EQ(rig.ask(1, "/genimage", "sdxl").unit, UnitId(1));
  EXPECT_EQ(rig.ask(2, "/genimage", "sd21").unit, UnitId(0));
  EXPECT_EQ(rig.ask(3, "/genimage", "dalle").status, 404);
}

TEST(RouterForward, capacity_mode_goes_by_delay_whatever_it_costs) {
  const auto view = view_of(paper_fleet(), {4, 4, 4, 4, 4});
  view->services[0].mode = Mode::kCapacityOptimized;
  RouterRig rig(view);
  const Decision decision = rig.ask(1);
  EXPECT_EQ(decision.unit, testdata::kTrn1) << "the fastest, and the dearest";
  EXPECT_EQ(decision.mode, Mode::kCapacityOptimized);
  EXPECT_EQ(decision.candidates[0].verdict, Verdict::kSlower);
}

TEST(RouterForward, capacity_mode_fills_the_next_fastest_when_the_fastest_is_busy) {
  const auto view = view_of(paper_fleet(), {1, 1, 1, 1, 1});
  view->services[0].mode = Mode::kCapacityOptimized;
  RouterRig rig(view);
  const UnitId expected[] = {testdata::kTrn1, testdata::kInf2, testdata::kG5Triton,
                             testdata::kG5Cuda, testdata::kG6};
  for (std::uint64_t id = 1; id <= 5; ++id) EXPECT_EQ(rig.ask(id).unit, expected[id - 1]);
}

// Frees slots by cancelling, which teaches the estimates nothing, so every draw is alike.
double share_of_unit(RouterRig& rig, UnitId unit, int requests) {
  int taken = 0;
  for (int i = 1; i <= requests; ++i) {
    const auto id = static_cast<std::uint64_t>(i);
    taken += rig.ask(id).unit == unit ? 1 : 0;
    rig.cancel(id);
  }
  return static_cast<double>(taken) / requests;
}

TEST(RouterForward, along_the_ramp_the_cost_rule_takes_its_share_of_requests) {
  const auto spec = std::make_shared<const FleetSpec>(paper_fleet());
  for (const double ramp : {0.0, 0.25, 0.75, 1.0}) {
    const auto view = view_of(spec, {2, 2, 2, 2, 2});
    view->services[0].cost_ramp = ramp;
    RouterRig rig(view);
    EXPECT_NEAR(share_of_unit(rig, testdata::kInf2, 4000), ramp, 0.03) << "ramp " << ramp;
  }
}

std::array<double, 5> shares(RouterRig& rig, int requests) {
  std::array<double, 5> taken{};
  for (int i = 1; i <= requests; ++i) {
    const auto id = static_cast<std::uint64_t>(i);
    taken[rig.ask(id).unit.index()] += 1.0 / requests;
    rig.cancel(id);
  }
  return taken;
}

TEST(RouterForward, paper_weighted_shares_converge_to_the_weights) {
  auto spec = paper_fleet();
  spec.services[0].routing = RoutingPolicy::kPaperWeighted;
  spec.services[0].weights = {40, 20, 15, 15, 10};
  RouterRig rig(view_of(spec, {3, 3, 3, 3, 3}), 2026);
  const auto seen = shares(rig, 20000);
  const std::array<double, 5> expected = {0.40, 0.20, 0.15, 0.15, 0.10};
  for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(seen[i], expected[i], 0.014);  // four deviations
}

TEST(RouterForward, paper_weighted_by_efficiency_prefers_the_cheap) {
  auto spec = paper_fleet();
  spec.services[0].routing = RoutingPolicy::kPaperWeighted;
  RouterRig rig(view_of(spec, {3, 3, 3, 3, 3}), 2026);
  const auto seen = shares(rig, 20000);
  EXPECT_NEAR(seen[0], 0.367, 0.014);
  EXPECT_GT(seen[0], seen[1]);
  EXPECT_GT(seen[1], seen[2]);
  EXPECT_GT(seen[2], seen[3]);
}

TEST(RouterForward, paper_binary_in_capacity_mode_shares_equally) {
  auto spec = paper_fleet();
  spec.services[0].routing = RoutingPolicy::kPaperBinary;
  const auto view = view_of(spec, {3, 3, 3, 0, 3});
  view->services[0].mode = Mode::kCapacityOptimized;
  RouterRig rig(view, 2026);
  const auto seen = shares(rig, 20000);
  EXPECT_EQ(seen[3], 0.0) << "a unit without an endpoint shares nothing";
  for (const std::size_t i : {0U, 1U, 2U, 4U}) EXPECT_NEAR(seen[i], 0.25, 0.014);
}

TEST(RouterForward, a_digest_reports_shares_latency_and_load) {
  RouterRig rig(view_of(two_units(), {2, 1}, 3));
  rig.ask(1);
  rig.ask(2);
  rig.ask(3);
  rig.wait(700ms);
  rig.end(1);
  rig.end(2, completed(503));
  const RouterReport digest = rig.router.report(rig.now);
  EXPECT_EQ(digest.view_version, 3U);
  EXPECT_EQ(digest.services[0].arrivals, 3U);
  EXPECT_EQ(digest.services[0].completed, 1U);
  EXPECT_EQ(digest.services[0].failed, 1U);
  EXPECT_EQ(digest.services[0].missed, 1U);
  ASSERT_EQ(digest.service_units.size(), 2U);
  EXPECT_EQ(digest.service_units[0].forwarded, 2U);
  EXPECT_EQ(digest.service_units[1].forwarded, 1U);
  EXPECT_EQ(digest.service_units[0].latency.total(), 2U);
  EXPECT_EQ(digest.units[1].in_flight, 1);
  EXPECT_EQ(digest.units[0].completed, 1U);
  EXPECT_EQ(digest.units[0].failed, 1U);
  ASSERT_EQ(digest.endpoints.size(), 3U);
  EXPECT_EQ(digest.endpoints[0].endpoint, endpoint_of(0, 1)) << "ordered by id";
  EXPECT_EQ(digest.endpoints[2].in_flight, 1);
}

TEST(RouterForward, a_response_after_the_objective_is_completed_and_missed) {
  RouterRig rig(view_of(two_units(), {1, 1}));
  rig.ask(1);
  rig.wait(2s);
  rig.end(1);
  EXPECT_EQ(rig.counts().missed, 0U) << "at the deadline is in time";
  rig.ask(2);
  rig.wait(2s + 1ns);
  rig.end(2);
  EXPECT_EQ(rig.counts().missed, 1U);
  EXPECT_EQ(rig.counts().completed, 2U);
}

TEST(RouterForward, a_refusal_of_the_model_server_says_nothing_of_its_speed) {
  RouterRig rig(view_of(two_units(), {1, 1}));
  for (std::uint64_t id = 1; id <= 50; ++id) {
    rig.ask(id);
    rig.wait(1ms);
    rig.end(id, completed(400));
  }
  EXPECT_EQ(rig.router.digest(rig.now).units[0].slowdown, 1.0);
}

}  // namespace
}  // namespace signalbox::core
