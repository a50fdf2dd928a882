// SPDX-License-Identifier: Apache-2.0
//
// Trying again what was answered with an error or not in time: only where the service asks for it,
// after a pause, within a budget, and never longer than the client waits.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "core/model/testdata/fleets.h"
#include "core/route/retry.h"
#include "core/route/router.h"
#include "core/route/testdata/router_rig.h"

namespace signalbox::core {
namespace {

using testdata::completed;
using testdata::failed;
using testdata::RouterRig;
using testdata::two_units;
using testdata::view_of;

FleetSpec retrying(int attempts) {
  FleetSpec spec = two_units();
  spec.services[0].retry.attempts = attempts;
  return spec;
}

Outcome error_answer(int status) {
  Outcome outcome = failed(OutcomeKind::kErrorAnswer);
  outcome.status = status;
  return outcome;
}

TEST(RouterRetry, an_error_answer_is_passed_on_where_no_retry_is_configured) {
  RouterRig rig(view_of(two_units(), {2, 2}));
  rig.ask(1);
  const Decision decision = RouterRig::only(rig.end(1, error_answer(503)), 1);
  EXPECT_EQ(decision.action, Action::kReject);
  EXPECT_EQ(decision.reason, RejectReason::kAttemptsEnded);
  EXPECT_EQ(decision.status, 503) << "the unit's own";
  EXPECT_EQ(rig.in_flight(0) + rig.in_flight(1), 0);
}

TEST(RouterRetry, after_a_pause_it_goes_to_another_unit) {
  RouterRig rig(view_of(retrying(1), {2, 2}));
  const Decision first = rig.ask(1);
  const Decision rest = RouterRig::only(rig.end(1, error_answer(500)), 1);
  EXPECT_EQ(rest.action, Action::kHold);
  EXPECT_EQ(rig.in_flight(0) + rig.in_flight(1), 0) << "it rests without a slot";
  const Decision second = RouterRig::only(rig.wait(25ms), 1);
  EXPECT_EQ(second.action, Action::kForward);
  EXPECT_NE(second.unit, first.unit);
  EXPECT_EQ(rig.counts().retried, 1U);
  rig.end(1);
  EXPECT_EQ(rig.counts().completed, 1U);
}

TEST(RouterRetry, a_timeout_is_tried_again_too_and_as_often_as_is_allowed) {
  RouterRig rig(view_of(retrying(2), {2, 2}));
  rig.ask(1);
  EXPECT_EQ(rig.fail(1, OutcomeKind::kTimedOut).action, Action::kHold);
  EXPECT_EQ(RouterRig::only(rig.wait(25ms), 1).action, Action::kForward);
  EXPECT_EQ(rig.fail(1, OutcomeKind::kTimedOut).action, Action::kHold);
  EXPECT_EQ(RouterRig::only(rig.wait(50ms), 1).action, Action::kForward);
  const Decision last = rig.fail(1, OutcomeKind::kTimedOut);
  EXPECT_EQ(last.action, Action::kReject);
  EXPECT_EQ(last.status, 504);
}

TEST(RouterRetry, what_cannot_or_may_not_be_sent_again_is_not) {
  RouterRig lost(view_of(retrying(1), {2, 2}));
  lost.ask(1);
  EXPECT_EQ(lost.fail(1, OutcomeKind::kTimedOut, false).action, Action::kReject);
  FleetSpec unsafe = retrying(1);
  unsafe.services[0].retry_safe = false;
  RouterRig rig(view_of(unsafe, {2, 2}));
  rig.ask(1);
  EXPECT_EQ(rig.fail(1, OutcomeKind::kTimedOut).action, Action::kReject);
}

TEST(RouterRetry, the_budget_is_a_share_of_what_is_under_way_but_for_the_least_number) {
  FleetSpec spec = retrying(1);
  spec.services[0].retry.budget = 0.2;
  spec.services[0].retry.floor = 3;
  spec.units[0].slots = spec.units[1].slots = 50;
  RouterRig rig(view_of(spec, {1, 1}));
  for (std::uint64_t id = 1; id <= 40; ++id) rig.ask(id);
  int rested = 0;
  for (std::uint64_t id = 1; id <= 40; ++id) {
    if (rig.fail(id, OutcomeKind::kTimedOut).action == Action::kHold) ++rested;
  }
  // 8 of 40 at first; those refused leave, and the share of those left is what the others fill.
  EXPECT_EQ(rested, 8);
  EXPECT_EQ(rig.wait(25ms).size(), 8U);
  for (std::uint64_t id = 1; id <= 40; ++id) rig.end(id);
  for (std::uint64_t id = 101; id <= 105; ++id) rig.ask(id);
  rested = 0;
  for (std::uint64_t id = 101; id <= 105; ++id) {
    if (rig.fail(id, OutcomeKind::kTimedOut).action == Action::kHold) ++rested;
  }
  EXPECT_EQ(rested, 3) << "of five a fifth would be one";
}

TEST(RouterRetry, a_client_that_leaves_takes_its_resting_request_with_it) {
  RouterRig rig(view_of(retrying(1), {2, 2}));
  rig.ask(1);
  rig.end(1, error_answer(502));
  EXPECT_TRUE(rig.cancel(1).empty());
  EXPECT_TRUE(rig.wait(1s).empty());
  EXPECT_EQ(rig.router.next_deadline(), TimePoint::max());
  EXPECT_EQ(rig.counts().abandoned, 1U);
}

TEST(RouterRetry, a_service_that_is_removed_answers_its_resting_requests) {
  RouterRig rig(view_of(retrying(1), {2, 2}));
  rig.ask(1);
  rig.end(1, error_answer(502));
  FleetSpec other = retrying(1);
  other.services[0].name = "other";
  const Decision decision = RouterRig::only(rig.see(view_of(other, {2, 2}, 2)), 1);
  EXPECT_EQ(decision.reason, RejectReason::kServiceRemoved);
  EXPECT_TRUE(rig.wait(1s).empty());
}

TEST(RouterRetry, the_pause_is_drawn_from_an_interval_that_doubles_up_to_its_bound) {
  RetryRule rule;
  Prng prng(7);
  for (const auto& [earlier, widest] : std::vector<std::pair<int, Duration>>{
           {0, 25ms}, {1, 50ms}, {3, 200ms}, {4, 250ms}, {9, 250ms}}) {
    Duration longest{};
    double sum = 0.0;
    constexpr int kDraws = 2000;
    for (int i = 0; i < kDraws; ++i) {
      const Duration pause = draw_backoff(rule, earlier, prng);
      EXPECT_GE(pause, Duration::zero());
      longest = std::max(longest, pause);
      sum += to_seconds(pause);
    }
    EXPECT_LE(longest, widest);
    EXPECT_NEAR(sum / kDraws, to_seconds(widest) / 2, 0.05 * to_seconds(widest)) << earlier;
  }
}

TEST(RouterRetry, B54_an_endpoint_that_asks_for_a_pause_gets_it_without_being_ejected_for_errors) {
  RouterRig rig(view_of(two_units(), {2, 1}));
  const Decision first = rig.ask(1);
  Outcome busy = completed(503);
  busy.retry_after = 10s;
  rig.end(1, busy);
  for (std::uint64_t id = 2; id < 12; ++id) {
    const Decision next = rig.ask(id);
    EXPECT_NE(next.endpoint, first.endpoint);
    rig.end(id);
    rig.now += 500ms;
  }
  rig.now += 6s;
  bool back = false;
  for (std::uint64_t id = 20; id < 30; ++id) {
    back = back || rig.ask(id).endpoint == first.endpoint;
  }
  EXPECT_TRUE(back);
}

TEST(RouterRetry, B54_an_unreasonable_pause_is_cut_to_half_a_minute) {
  RouterRig rig(view_of(two_units(), {2, 1}));
  const EndpointId first = rig.ask(1).endpoint;
  Outcome busy = completed(429);
  busy.retry_after = 24h;
  rig.end(1, busy);
  rig.now += 31s;
  bool back = false;
  for (std::uint64_t id = 2; id < 6; ++id) back = back || rig.ask(id).endpoint == first;
  EXPECT_TRUE(back);
}

TEST(RouterRetry, a_held_request_is_given_up_when_its_client_does) {
  RouterRig rig(view_of(two_units(), {0, 0}));
  RequestFacts facts;
  facts.path = "/genimage";
  facts.time_left = 300ms;
  EXPECT_EQ(rig.ask(1, facts).action, Action::kHold);
  EXPECT_TRUE(rig.wait(299ms).empty());
  const Decision decision = RouterRig::only(rig.wait(2ms), 1);
  EXPECT_EQ(decision.reason, RejectReason::kDeadline);
  EXPECT_EQ(decision.status, 504);
}

TEST(RouterRetry, a_failed_request_whose_client_has_given_up_is_not_sent_again) {
  RouterRig rig(view_of(two_units(), {2, 2}));
  RequestFacts facts;
  facts.path = "/genimage";
  facts.time_left = 300ms;
  rig.ask(1, facts);
  EXPECT_TRUE(rig.wait(400ms).empty()) << "what is in flight ends by itself";
  EXPECT_EQ(rig.fail(1, OutcomeKind::kDied).reason, RejectReason::kDeadline);
}

}  // namespace
}  // namespace signalbox::core
