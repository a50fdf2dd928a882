// SPDX-License-Identifier: Apache-2.0
//
// A request's second copy through the Router: sent when the first takes unusually long and a slot
// is left, one answer counts, and whatever happens to either every slot is given back once.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <vector>

#include "core/route/testdata/router_rig.h"

namespace signalbox::core {
namespace {

using testdata::completed;
using testdata::endpoint_of;
using testdata::failed;
using testdata::RouterRig;
using testdata::two_units;
using testdata::view_of;

// "cheap" takes 0.5 s and "dear" 0.6 s, give or take 5 %: a copy is due after 541 ms.
FleetSpec hedged() {
  FleetSpec spec = two_units();
  spec.services[0].hedge = {.after = 0.95, .budget = 0.05};
  return spec;
}

Outcome of(Outcome outcome, EndpointId endpoint) {
  outcome.endpoint = endpoint;
  return outcome;
}

RouterRig::Decisions begin_answer(RouterRig& rig, std::uint64_t id, EndpointId endpoint) {
  RouterRig::Decisions out;
  rig.router.on_answer_begun(RequestId(id), endpoint, rig.now, out);
  return out;
}

// A request that both units have.
RouterRig with_two_copies(int cheap = 1, int dear = 1) {
  RouterRig rig(view_of(hedged(), {cheap, dear}));
  rig.ask(1);
  EXPECT_EQ(rig.wait(600ms).size(), 1U);
  return rig;
}

TEST(RouterHedge, a_copy_goes_to_another_unit_when_the_first_takes_unusually_long) {
  RouterRig rig(view_of(hedged(), {1, 1}));
  const Decision first = rig.ask(1);
  EXPECT_FALSE(first.hedge);
  EXPECT_TRUE(rig.wait(535ms).empty());
  const auto decisions = rig.wait(15ms);
  ASSERT_EQ(decisions.size(), 1U);
  const Decision& copy = decisions[0];
  EXPECT_TRUE(copy.hedge);
  EXPECT_EQ(copy.request, RequestId(1));
  EXPECT_EQ(copy.action, Action::kForward);
  EXPECT_EQ(copy.unit, UnitId(1));
  EXPECT_EQ(copy.attempt, 2);
  EXPECT_EQ(copy.chosen()->unit, UnitId(1));
  EXPECT_EQ(rig.counts().hedged, 1U);
  EXPECT_EQ(rig.in_flight(0) + rig.in_flight(1), 2);
  EXPECT_TRUE(rig.wait(10s).empty()) << "there is no third";
}

TEST(RouterHedge, it_goes_to_another_endpoint_where_there_is_only_one_unit) {
  RouterRig rig(view_of(hedged(), {2, 0}));
  const Decision first = rig.ask(1);
  const auto decisions = rig.wait(600ms);
  ASSERT_EQ(decisions.size(), 1U);
  EXPECT_NE(decisions[0].endpoint, first.endpoint);
}

TEST(RouterHedge, without_the_rule_or_where_it_cannot_be_sent_twice_there_is_none) {
  const auto copies = [](FleetSpec spec, bool replayable) {
    RouterRig rig(view_of(spec, {1, 1}));
    RouterRig::Decisions out;
    rig.router.on_request(RequestId(1), {"/genimage", {}, replayable}, rig.now, out);
    return rig.wait(20s).size();
  };
  EXPECT_EQ(copies(two_units(), true), 0U);
  EXPECT_EQ(copies(hedged(), false), 0U);
  FleetSpec unsafe = hedged();
  unsafe.services[0].retry_safe = false;
  EXPECT_EQ(copies(unsafe, true), 0U);
  EXPECT_EQ(copies(hedged(), true), 1U);
}

TEST(RouterHedge, an_answer_that_has_begun_ends_the_watch) {
  RouterRig rig(view_of(hedged(), {1, 1}));
  const Decision first = rig.ask(1);
  rig.wait(400ms);
  begin_answer(rig, 1, first.endpoint);
  EXPECT_TRUE(rig.wait(20s).empty());
}

TEST(RouterHedge, it_takes_no_slot_from_a_held_request_and_waits_for_one_that_is_left) {
  RouterRig rig(view_of(hedged(), {1, 1}));
  rig.ask(1);
  rig.ask(2);
  rig.ask(3);
  EXPECT_EQ(rig.counts().held, 1);
  EXPECT_TRUE(rig.wait(600ms).empty()) << "nothing is free";
  const auto decisions = rig.end(2);
  ASSERT_EQ(decisions.size(), 1U);
  EXPECT_EQ(decisions[0].request, RequestId(3));
  rig.end(3);
  EXPECT_EQ(rig.wait(200ms).size(), 1U) << "now one is left for the copy of 1";
  EXPECT_EQ(rig.counts().hedged, 1U);
}

TEST(RouterHedge, the_first_answer_counts_and_frees_both_slots) {
  for (const bool second_wins : {false, true}) {
    RouterRig rig = with_two_copies();
    const EndpointId winner = endpoint_of(second_wins ? 1 : 0, 1);
    begin_answer(rig, 1, winner);
    EXPECT_EQ(rig.in_flight(second_wins ? 0 : 1), 0);
    EXPECT_EQ(rig.in_flight(second_wins ? 1 : 0), 1);
    EXPECT_TRUE(rig.end(1, of(completed(), winner)).empty());
    EXPECT_EQ(rig.in_flight(0) + rig.in_flight(1), 0);
    EXPECT_EQ(rig.counts().completed, 1U);
    EXPECT_EQ(rig.counts().hedges_won, second_wins ? 1U : 0U);
    EXPECT_EQ(rig.router.digest(rig.now).units[second_wins ? 1 : 0].completed, 1U);
    EXPECT_EQ(rig.router.next_deadline(), TimePoint::max());
  }
}

TEST(RouterHedge, an_outcome_without_a_begun_answer_settles_it_too) {
  RouterRig rig = with_two_copies();
  rig.end(1, of(completed(), endpoint_of(1, 1)));
  EXPECT_EQ(rig.in_flight(0) + rig.in_flight(1), 0);
  EXPECT_EQ(rig.counts().hedges_won, 1U);
}

TEST(RouterHedge, the_slot_of_the_loser_goes_to_a_held_request) {
  RouterRig rig = with_two_copies();
  rig.ask(2);
  EXPECT_EQ(rig.counts().held, 1);
  const auto decisions = begin_answer(rig, 1, endpoint_of(1, 1));
  ASSERT_EQ(decisions.size(), 1U);
  EXPECT_EQ(decisions[0].request, RequestId(2));
  EXPECT_EQ(decisions[0].unit, UnitId(0));
}

TEST(RouterHedge, when_one_copy_fails_the_other_goes_on_alone) {
  for (const std::uint32_t lost : {0U, 1U}) {
    RouterRig rig = with_two_copies();
    EXPECT_TRUE(rig.end(1, of(failed(OutcomeKind::kDied), endpoint_of(lost, 1))).empty());
    EXPECT_EQ(rig.in_flight(lost), 0);
    EXPECT_EQ(rig.in_flight(1 - lost), 1);
    EXPECT_TRUE(rig.end(1, of(completed(), endpoint_of(1 - lost, 1))).empty());
    EXPECT_EQ(rig.counts().completed, 1U);
    EXPECT_EQ(rig.counts().failed, 0U);
    EXPECT_EQ(rig.counts().redecided, 0U);
  }
}

TEST(RouterHedge, an_error_answer_of_one_copy_is_not_the_answer_while_there_is_another) {
  RouterRig rig = with_two_copies();
  EXPECT_TRUE(rig.end(1, of(completed(500), endpoint_of(1, 1))).empty());
  rig.end(1, of(completed(), endpoint_of(0, 1)));
  EXPECT_EQ(rig.counts().completed, 1U);
  EXPECT_EQ(rig.counts().failed, 0U);
}

TEST(RouterHedge, when_both_fail_it_is_decided_again) {
  RouterRig rig = with_two_copies(2, 2);
  rig.end(1, of(failed(OutcomeKind::kDied), endpoint_of(0, 1)));
  rig.end(1, of(failed(OutcomeKind::kDied), endpoint_of(0, 2)));
  const auto decisions = rig.end(1, of(failed(OutcomeKind::kDied), endpoint_of(1, 1)));
  ASSERT_EQ(decisions.size(), 1U);
  EXPECT_EQ(decisions[0].action, Action::kForward);
  EXPECT_FALSE(decisions[0].hedge);
}

TEST(RouterHedge, a_client_that_leaves_frees_both) {
  RouterRig rig = with_two_copies();
  rig.cancel(1);
  EXPECT_EQ(rig.in_flight(0) + rig.in_flight(1), 0);
  EXPECT_EQ(rig.counts().abandoned, 1U);
  EXPECT_EQ(rig.router.next_deadline(), TimePoint::max());
}

TEST(RouterHedge, copies_stay_within_the_budget) {
  RouterRig rig(view_of(hedged(), {50, 50}));
  std::uint64_t id = 0;
  for (int round = 0; round < 40; ++round) {
    for (int i = 0; i < 40; ++i) rig.ask(++id);
    rig.wait(700ms);  // all of them take too long
    for (int i = 0; i < 40; ++i) rig.end(id - static_cast<std::uint64_t>(i));
  }
  const auto counts = rig.counts();
  EXPECT_GT(counts.hedged, counts.arrivals / 40);
  EXPECT_LE(static_cast<double>(counts.hedged),
            0.05 * static_cast<double>(counts.arrivals) + HedgeBudget::kFirst);
}

TEST(RouterHedge, a_reload_keeps_both_copies) {
  RouterRig rig = with_two_copies();
  rig.see(view_of(hedged(), {1, 1}, 2));
  rig.end(1, of(completed(), endpoint_of(1, 1)));
  EXPECT_EQ(rig.in_flight(0) + rig.in_flight(1), 0);
  EXPECT_EQ(rig.counts().hedges_won, 1U);
}

TEST(RouterHedge, requests_of_a_service_that_is_gone_have_no_copies_made) {
  RouterRig rig(view_of(hedged(), {1, 1}));
  rig.ask(1);
  FleetSpec other = hedged();
  other.services[0].name = "another";
  rig.see(view_of(other, {1, 1}, 2));
  EXPECT_TRUE(rig.wait(20s).empty());
  rig.cancel(1);
  EXPECT_EQ(rig.in_flight(0) + rig.in_flight(1), 0);
}

// What a shell knows: which endpoints have a copy of each request.
RC_GTEST_PROP(RouterHedge, whatever_happens_no_slot_is_leaked_or_given_twice, ()) {
  FleetSpec spec = hedged();
  spec.services[0].hedge = {.after = 0.5, .budget = 1.0};
  spec.services[0].max_held = 4;
  spec.units[1].slots = 2;
  RouterRig rig(view_of(spec, {2, 2}));
  std::map<std::uint64_t, std::vector<EndpointId>> copies;
  std::map<EndpointId, int> load;
  std::uint64_t last = 0;
  const auto give_up = [&](std::uint64_t id) {
    for (const EndpointId endpoint : copies[id]) --load[endpoint];
    copies.erase(id);
  };
  const auto take = [&](const Router::Decisions& decisions) {
    for (const auto& decision : decisions) {
      if (decision.action != Action::kForward) continue;
      auto& has = copies[decision.request.value];
      RC_ASSERT(decision.hedge == !has.empty());
      RC_ASSERT(has.size() < 2U);
      for (const EndpointId other : has) RC_ASSERT(other != decision.endpoint);
      has.push_back(decision.endpoint);
      RC_ASSERT(++load[decision.endpoint] <= spec.unit(decision.unit).slots);
    }
  };
  const auto codes =
      *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::arbitrary<std::uint32_t>());
  for (const auto code : codes) {
    const std::uint32_t argument = code >> 8;
    auto chosen = copies.begin();
    if (!copies.empty()) std::advance(chosen, argument % copies.size());
    if (code % 8 < 3 || copies.empty()) {
      take(rig.ask_all(++last));
    } else {
      const std::uint64_t id = chosen->first;
      const EndpointId endpoint = chosen->second[(argument >> 8) % chosen->second.size()];
      Router::Decisions out;
      if (code % 8 < 5) {
        give_up(id);
        take(rig.end(id, of(completed(argument % 5 == 0 ? 404 : 200), endpoint)));
      } else if (code % 8 == 5) {
        const bool alone = chosen->second.size() == 1;
        const auto kind = static_cast<OutcomeKind>(1 + argument % 4);
        --load[endpoint];
        std::erase(chosen->second, endpoint);
        if (alone) copies.erase(chosen);
        take(rig.end(id, of(failed(kind, argument % 3 != 0), endpoint)));
      } else if (code % 8 == 6) {
        for (const EndpointId other : chosen->second) {
          if (other != endpoint) --load[other];
        }
        chosen->second = {endpoint};
        take(begin_answer(rig, id, endpoint));
      } else {
        give_up(id);
        take(rig.cancel(id));
      }
    }
    take(rig.wait(std::chrono::milliseconds((code >> 16) % 900)));
    const RouterDigest digest = rig.router.digest(rig.now);
    for (const auto& endpoint : digest.endpoints) {
      RC_ASSERT(endpoint.in_flight == load[endpoint.endpoint]);
    }
  }
}

}  // namespace
}  // namespace signalbox::core
