// SPDX-License-Identifier: Apache-2.0
//
// Endpoints that fail: who gets another try and where, what the client is told in the end, and how
// the failed endpoint is kept away from traffic without ever giving up the last one.
#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "core/model/testdata/fleets.h"
#include "core/route/router.h"
#include "core/route/testdata/router_rig.h"

namespace signalbox::core {
namespace {

using testdata::completed;
using testdata::endpoint_of;
using testdata::failed;
using testdata::make_service;
using testdata::make_unit;
using testdata::RouterRig;
using testdata::two_units;
using testdata::view_of;

FleetSpec one_unit() {
  FleetSpec spec;
  spec.units = {make_unit("only", 0.75, 120)};
  spec.services = {make_service("images", {UnitId(0)})};
  return spec;
}

bool ejected(const RouterRig& rig, EndpointId id) {
  for (const auto& endpoint : rig.router.digest(rig.now).endpoints) {
    if (endpoint.endpoint == id) return endpoint.ejected;
  }
  return false;
}

TEST(RouterFailure, B42_a_refused_request_goes_to_another_unit_at_once) {
  RouterRig rig(view_of(two_units(), {2, 1}));
  rig.ask(1);
  const Decision decision = rig.fail(1, OutcomeKind::kUnreachable);
  EXPECT_EQ(decision.action, Action::kForward);
  EXPECT_EQ(decision.attempt, 2);
  EXPECT_EQ(decision.unit, UnitId(1)) << "another unit first, although the first has a free slot";
  EXPECT_EQ(decision.candidates[0].verdict, Verdict::kAlreadyTried);
  EXPECT_EQ(rig.counts().redecided, 1U);
  rig.end(1);
  EXPECT_EQ(rig.counts().completed, 1U);
  EXPECT_EQ(rig.counts().failed, 0U) << "the client saw no failure";
}

TEST(RouterFailure, B42_within_a_unit_another_endpoint_is_tried_when_no_other_unit_can) {
  RouterRig rig(view_of(one_unit(), {2}));
  const EndpointId first = rig.ask(1).endpoint;
  const Decision decision = rig.fail(1, OutcomeKind::kUnreachable);
  EXPECT_EQ(decision.action, Action::kForward);
  EXPECT_NE(decision.endpoint, first);
}

TEST(RouterFailure, B42_after_three_more_attempts_the_client_is_told_503) {
  RouterRig rig(view_of(two_units(), {3, 3}));
  Decision decision = rig.ask(1);
  std::set<EndpointId> tried;
  for (int attempt = 1; attempt <= Router::kMaxAttempts; ++attempt) {
    ASSERT_EQ(decision.action, Action::kForward);
    EXPECT_EQ(decision.attempt, attempt);
    EXPECT_TRUE(tried.insert(decision.endpoint).second) << "never twice on one endpoint";
    decision = rig.fail(1, OutcomeKind::kUnreachable);
  }
  EXPECT_EQ(decision.action, Action::kReject);
  EXPECT_EQ(decision.reason, RejectReason::kAttemptsEnded);
  EXPECT_EQ(decision.status, 503);
  EXPECT_GE(decision.retry_after, 1s);
  EXPECT_EQ(rig.counts().redecided, 3U);
  EXPECT_EQ(rig.in_flight(0) + rig.in_flight(1), 0);
}

TEST(RouterFailure, B42_a_refused_connection_may_always_be_tried_again_since_nothing_was_sent) {
  auto spec = two_units();
  spec.services[0].retry_safe = false;
  RouterRig rig(view_of(spec, {1, 1}));
  rig.ask(1);
  EXPECT_EQ(rig.fail(1, OutcomeKind::kUnreachable).action, Action::kForward);
}

TEST(RouterFailure, B43_a_black_hole_ends_in_504) {
  RouterRig rig(view_of(two_units(), {2, 2}));
  rig.ask(1);
  for (int attempt = 2; attempt <= Router::kMaxAttempts; ++attempt) {
    EXPECT_EQ(rig.fail(1, OutcomeKind::kConnectTimeout).action, Action::kForward);
  }
  const Decision decision = rig.fail(1, OutcomeKind::kConnectTimeout);
  EXPECT_EQ(decision.status, 504);
  EXPECT_EQ(decision.reason, RejectReason::kAttemptsEnded);
}

TEST(RouterFailure, B46_a_silent_endpoint_may_still_be_working_so_its_timeout_is_final) {
  RouterRig rig(view_of(two_units(), {2, 2}));
  rig.ask(1);
  const Decision decision = rig.fail(1, OutcomeKind::kTimedOut);
  EXPECT_EQ(decision.action, Action::kReject);
  EXPECT_EQ(decision.status, 504);
  EXPECT_EQ(decision.retry_after, Duration::zero());
  EXPECT_EQ(rig.counts().redecided, 0U);
  EXPECT_EQ(rig.counts().failed, 1U);
  EXPECT_EQ(rig.counts().missed, 1U);
}

TEST(RouterFailure, B44_a_connection_that_dies_before_any_byte_is_tried_again_where_that_is_safe) {
  RouterRig rig(view_of(two_units(), {1, 1}));
  rig.ask(1);
  EXPECT_EQ(rig.fail(1, OutcomeKind::kDied).unit, UnitId(1));
}

TEST(RouterFailure, B44_where_it_is_not_safe_the_client_is_told_502) {
  auto spec = two_units();
  spec.services[0].retry_safe = false;
  RouterRig rig(view_of(spec, {1, 1}));
  rig.ask(1);
  const Decision decision = rig.fail(1, OutcomeKind::kDied);
  EXPECT_EQ(decision.reason, RejectReason::kNotReplayable);
  EXPECT_EQ(decision.status, 502);
}

TEST(RouterFailure, B44_a_request_whose_bytes_are_gone_cannot_be_sent_again) {
  RouterRig rig(view_of(two_units(), {1, 1}));
  rig.ask(1);
  const Decision decision = rig.fail(1, OutcomeKind::kDied, /*replayable=*/false);
  EXPECT_EQ(decision.reason, RejectReason::kNotReplayable);
  EXPECT_EQ(decision.status, 502);
  EXPECT_EQ(rig.in_flight(0), 0);
}

TEST(RouterFailure, a_response_that_breaks_the_rules_of_http_is_502_and_final) {
  RouterRig rig(view_of(two_units(), {1, 1}));
  rig.ask(1);
  EXPECT_EQ(rig.fail(1, OutcomeKind::kInvalid).status, 502);
}

TEST(RouterFailure, B45_after_the_first_byte_there_is_nothing_left_to_decide) {
  RouterRig rig(view_of(two_units(), {1, 1}));
  rig.ask(1);
  EXPECT_TRUE(rig.end(1, failed(OutcomeKind::kBroken)).empty());
  EXPECT_EQ(rig.counts().failed, 1U);
  EXPECT_EQ(rig.counts().missed, 1U);
  EXPECT_EQ(rig.in_flight(0), 0);
}

TEST(RouterFailure, a_5xx_is_the_models_answer_and_is_passed_on) {
  RouterRig rig(view_of(two_units(), {1, 1}));
  rig.ask(1);
  EXPECT_TRUE(rig.end(1, completed(500)).empty());
  EXPECT_EQ(rig.counts().failed, 1U);
  EXPECT_EQ(rig.counts().redecided, 0U);
}

TEST(RouterFailure, an_endpoint_that_died_gets_no_traffic_until_its_pause_ends) {
  RouterRig rig(view_of(one_unit(), {2}));
  const EndpointId dead = rig.ask(1).endpoint;
  rig.fail(1, OutcomeKind::kDied);
  EXPECT_TRUE(ejected(rig, dead));
  EXPECT_EQ(rig.ask(2).action, Action::kHold) << "the other one is busy, the dead one not offered";
  rig.cancel(2);
  rig.wait(1s);
  EXPECT_EQ(rig.ask(3).endpoint, dead);
}

TEST(RouterFailure, the_timer_readmits_and_releases_what_is_held) {
  RouterRig rig(view_of(one_unit(), {1}));
  rig.ask(1);
  EXPECT_EQ(rig.fail(1, OutcomeKind::kUnreachable).action, Action::kHold);
  EXPECT_EQ(rig.router.next_deadline(), rig.now + 1s);
  const TimePoint refused = rig.now;
  const Decision decision = RouterRig::only(rig.wait(10s), 1);
  EXPECT_EQ(decision.action, Action::kForward);
  EXPECT_EQ(decision.at, refused + 1s);
  EXPECT_EQ(decision.attempt, 2);
}

TEST(RouterFailure, a_request_that_comes_after_the_pause_finds_the_endpoint_back) {
  RouterRig rig(view_of(one_unit(), {1}));
  rig.ask(1);
  rig.fail(1, OutcomeKind::kUnreachable);
  rig.cancel(1);
  rig.wait(5s);  // nothing is held, so no timer runs
  EXPECT_EQ(rig.ask(2).action, Action::kForward);
}

TEST(RouterFailure, relapses_keep_an_endpoint_away_longer_and_a_success_forgives) {
  RouterRig rig(view_of(one_unit(), {1}));
  rig.ask(1);
  rig.fail(1, OutcomeKind::kUnreachable);
  EXPECT_EQ(rig.router.next_deadline(), rig.now + 1s);
  rig.wait(1s);
  rig.fail(1, OutcomeKind::kUnreachable);
  rig.wait(1900ms);
  EXPECT_TRUE(ejected(rig, endpoint_of(0, 1))) << "2 s this time";
  rig.wait(200ms);
  rig.end(1);
  rig.ask(2);
  rig.fail(2, OutcomeKind::kUnreachable);
  rig.wait(999ms);
  EXPECT_TRUE(ejected(rig, endpoint_of(0, 1)));
  rig.wait(1ms);
  EXPECT_FALSE(ejected(rig, endpoint_of(0, 1))) << "1 s again";
}

TEST(RouterFailure, five_errors_in_a_row_eject_an_endpoint_that_is_not_the_last) {
  RouterRig rig(view_of(two_units(), {1, 1}));
  for (std::uint64_t id = 1; id <= 5; ++id) {
    EXPECT_FALSE(ejected(rig, endpoint_of(0, 1)));
    EXPECT_EQ(rig.ask(id).unit, UnitId(0));
    rig.end(id, completed(500));
  }
  EXPECT_TRUE(ejected(rig, endpoint_of(0, 1)));
  EXPECT_EQ(rig.ask(6).unit, UnitId(1));
}

TEST(RouterFailure, B54_a_429_of_the_model_server_is_no_error_of_the_endpoint) {
  RouterRig rig(view_of(two_units(), {1, 1}));
  for (std::uint64_t id = 1; id <= 20; ++id) {
    rig.ask(id);
    rig.end(id, completed(429));
  }
  EXPECT_FALSE(ejected(rig, endpoint_of(0, 1)));
}

TEST(RouterFailure, B89_the_last_endpoint_is_never_ejected_for_errors) {
  RouterRig rig(view_of(one_unit(), {1}));
  for (std::uint64_t id = 1; id <= 50; ++id) {
    EXPECT_EQ(rig.ask(id).action, Action::kForward);
    rig.end(id, completed(500));
  }
  EXPECT_FALSE(ejected(rig, endpoint_of(0, 1)));
}

TEST(RouterFailure, B89_the_last_one_is_counted_per_service_when_services_share_a_unit) {
  auto spec = one_unit();
  spec.services.push_back(make_service("other", {UnitId(0)}));
  spec.services[1].paths = {"/other"};
  RouterRig rig(view_of(spec, {1}));
  for (std::uint64_t id = 1; id <= 20; ++id) {
    EXPECT_EQ(rig.ask(id).action, Action::kForward);
    rig.end(id, completed(500));
  }
  EXPECT_FALSE(ejected(rig, endpoint_of(0, 1)));
}

TEST(RouterFailure, B84_in_a_brown_out_one_endpoint_of_each_service_stays_whatever_the_cap) {
  FleetSpec spec = two_units();
  for (auto& unit : spec.units) unit.ejection.max_share = 1.0;
  spec.services[0].panic_threshold = 0.0;
  RouterRig rig(view_of(spec, {4, 4}));
  std::uint64_t id = 0;
  for (int round = 0; round < 60; ++round) {
    const Decision decision = rig.ask(++id);
    ASSERT_EQ(decision.action, Action::kForward) << "round " << round;
    rig.end(id, completed(503));
  }
  int left = 0;
  for (const auto& endpoint : rig.router.digest(rig.now).endpoints)
    left += endpoint.ejected ? 0 : 1;
  EXPECT_EQ(left, 1);
}

TEST(RouterFailure, several_requests_that_die_with_one_endpoint_are_all_rescued) {
  auto spec = two_units();
  for (auto& unit : spec.units) {
    unit.slots = 4;
    unit.profile = Profile::measured({{1, 500ms}, {4, 500ms}}, 0.05);
  }
  RouterRig rig(view_of(spec, {1, 1}));
  for (std::uint64_t id = 1; id <= 4; ++id) EXPECT_EQ(rig.ask(id).unit, UnitId(0));
  for (std::uint64_t id = 1; id <= 4; ++id) {
    EXPECT_EQ(rig.fail(id, OutcomeKind::kDied).unit, UnitId(1));
  }
  EXPECT_EQ(rig.in_flight(0), 0);
  EXPECT_EQ(rig.in_flight(1), 4);
  rig.wait(1s);
  rig.ask(9);
  EXPECT_EQ(rig.in_flight(0), 1) << "four deaths at once are one ejection of one second";
}

TEST(RouterFailure, an_outcome_from_an_endpoint_that_left_the_view_is_harmless) {
  const auto spec = std::make_shared<const FleetSpec>(two_units());
  RouterRig rig(view_of(spec, {1, 1}));
  rig.ask(1);
  rig.see(view_of(spec, {0, 1}, 2));
  const Decision decision = rig.fail(1, OutcomeKind::kDied);
  EXPECT_EQ(decision.action, Action::kForward);
  EXPECT_EQ(decision.unit, UnitId(1));
}

TEST(RouterFailure, an_unknown_outcome_or_cancellation_is_ignored) {
  RouterRig rig(view_of(two_units(), {1, 1}));
  EXPECT_TRUE(rig.end(77).empty());
  EXPECT_TRUE(rig.cancel(77).empty());
  EXPECT_EQ(rig.counts().abandoned, 0U);
}

}  // namespace
}  // namespace signalbox::core
