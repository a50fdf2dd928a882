// SPDX-License-Identifier: Apache-2.0
//
// Data goes where it may go and nowhere else, whatever else happens: under every routing policy and
// mode, in fallbacks, after failures, out of the hold queue and across reloads.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "core/route/testdata/router_rig.h"

namespace signalbox::core {
namespace {

using testdata::endpoint_of;
using testdata::make_service;
using testdata::make_unit;
using testdata::RouterRig;
using testdata::view_of;

constexpr UnitId kEu{0};
constexpr UnitId kUs{1};

// The cheap one is abroad.
FleetSpec home_and_abroad() {
  FleetSpec spec;
  spec.units = {make_unit("eu", 1.0, 120), make_unit("us", 0.5, 120)};
  spec.units[0].labels = {{"residency", "eu"}};
  spec.units[1].labels = {{"residency", "us"}};
  spec.services = {make_service("images", {kEu, kUs})};
  spec.data.classes = {{"personal", {{"residency", "eu"}}}, {"open", {}}};
  return spec;
}

Verdict verdict_on(const Decision& decision, UnitId unit) {
  const auto found = std::find_if(decision.candidates.begin(), decision.candidates.end(),
                                  [&](const Candidate& c) { return c.unit == unit; });
  return found->verdict;
}

TEST(RouterDataClass, price_does_not_talk_a_rule_away) {
  RouterRig rig(view_of(home_and_abroad(), {1, 1}));
  const Decision open = rig.ask_as(1, "open");
  EXPECT_EQ(open.unit, kUs);
  const Decision personal = rig.ask_as(2, "personal");
  EXPECT_EQ(personal.unit, kEu);
  EXPECT_EQ(verdict_on(personal, kUs), Verdict::kForbidden);
  EXPECT_TRUE(personal.fallbacks.empty()) << "the one that is left is abroad";
}

TEST(RouterDataClass, who_says_nothing_is_treated_as_the_strictest) {
  RouterRig rig(view_of(home_and_abroad(), {2, 1}));
  EXPECT_EQ(rig.ask_as(1, "").unit, kEu);
  EXPECT_EQ(rig.ask_as(2, "no such class").unit, kEu);
}

TEST(RouterDataClass, while_no_permitted_unit_is_up_it_is_held_and_then_released_to_one) {
  const auto spec = std::make_shared<const FleetSpec>(home_and_abroad());
  RouterRig rig(view_of(spec, {0, 2}));
  EXPECT_EQ(rig.ask_as(1, "personal").action, Action::kHold);
  EXPECT_TRUE(rig.wait(10s).empty()) << "late or not, it does not go abroad";
  const auto released = rig.see(view_of(spec, {1, 2}, 2));
  const Decision decision = RouterRig::only(released, 1);
  EXPECT_EQ(decision.action, Action::kForward);
  EXPECT_EQ(decision.unit, kEu);
}

TEST(RouterDataClass, those_held_for_want_of_a_permitted_unit_do_not_stand_in_the_way_of_others) {
  FleetSpec spec = home_and_abroad();
  const auto shared = std::make_shared<const FleetSpec>(spec);
  RouterRig rig(view_of(shared, {0, 1}));
  EXPECT_EQ(rig.ask_as(1, "open").action, Action::kForward);
  for (std::uint64_t id = 100; id < 150; ++id) {
    EXPECT_EQ(rig.ask_as(id, "personal").action, Action::kHold);
  }
  EXPECT_EQ(rig.ask_as(2, "open").action, Action::kHold) << "the slot is taken";
  const auto released = rig.end(1);
  EXPECT_EQ(RouterRig::only(released, 2).unit, kUs);
}

TEST(RouterDataClass, after_a_failure_it_waits_rather_than_go_abroad) {
  RouterRig rig(view_of(home_and_abroad(), {1, 1}));
  ASSERT_EQ(rig.ask_as(1, "personal").unit, kEu);
  EXPECT_EQ(rig.fail(1, OutcomeKind::kUnreachable).action, Action::kHold);
}

TEST(RouterDataClass, where_no_unit_of_the_configuration_may_see_it_the_answer_is_403) {
  FleetSpec spec = home_and_abroad();
  spec.data.classes.insert(spec.data.classes.begin(), {"secret", {{"site", "on-prem"}}});
  RouterRig rig(view_of(spec, {1, 1}));
  const Decision decision = rig.ask_as(1, "secret");
  EXPECT_EQ(decision.action, Action::kReject);
  EXPECT_EQ(decision.reason, RejectReason::kForbidden);
  EXPECT_EQ(decision.status, 403);
  EXPECT_EQ(rig.ask_as(2, "").status, 403) << "silence is the strictest";
  EXPECT_EQ(rig.ask_as(3, "open").action, Action::kForward);
  const auto counts = rig.counts();
  EXPECT_EQ(counts.unservable, 2U);
  EXPECT_EQ(counts.arrivals, 1U) << "what no plan could serve is no demand";
  EXPECT_EQ(counts.missed + counts.rejected + counts.failed, 0U);
}

TEST(RouterDataClass, what_no_permitted_unit_is_large_enough_for_is_413) {
  FleetSpec spec = home_and_abroad();
  spec.units[0].max_work = 2.0;
  RouterRig rig(view_of(spec, {1, 1}));
  RequestFacts facts;
  facts.path = "/genimage";
  facts.work = 3.0;
  const Decision decision = rig.ask(1, facts);
  EXPECT_EQ(decision.reason, RejectReason::kTooLarge);
  EXPECT_EQ(decision.status, 413);
  facts.data_class = "open";
  const Decision elsewhere = rig.ask(2, facts);
  EXPECT_EQ(elsewhere.unit, kUs);
  EXPECT_EQ(verdict_on(elsewhere, kEu), Verdict::kTooSmall);
}

TEST(RouterDataClass, a_reload_that_forbids_what_is_held_answers_it_with_403) {
  RouterRig rig(view_of(home_and_abroad(), {0, 1}));
  ASSERT_EQ(rig.ask_as(1, "personal").action, Action::kHold);
  FleetSpec stricter = home_and_abroad();
  stricter.data.classes[0].require.push_back({"site", "on-prem"});
  const Decision decision = RouterRig::only(rig.see(view_of(stricter, {0, 1}, 2)), 1);
  EXPECT_EQ(decision.status, 403);
  EXPECT_EQ(rig.counts().held, 0);
}

TEST(RouterDataClass, a_reload_keeps_the_class_of_what_is_held_by_name) {
  RouterRig rig(view_of(home_and_abroad(), {0, 0}));
  ASSERT_EQ(rig.ask_as(1, "open").action, Action::kHold);
  FleetSpec reordered = home_and_abroad();
  reordered.data.classes.insert(reordered.data.classes.begin(), {"secret", {{"site", "on-prem"}}});
  const Decision decision = RouterRig::only(rig.see(view_of(reordered, {1, 1}, 2)), 1);
  EXPECT_EQ(decision.unit, kUs);
}

// Random fleets, policies, modes and failures.
RC_GTEST_PROP(RouterDataClass, nothing_ever_goes_where_its_data_may_not, ()) {
  FleetSpec spec;
  const int units = *rc::gen::inRange(1, 6);
  const auto label = [] { return std::string(1, *rc::gen::element('x', 'y')); };
  ServiceSpec service = make_service("images", {});
  for (int u = 0; u < units; ++u) {
    UnitSpec unit = make_unit("u" + std::to_string(u), 0.5 + 0.1 * *rc::gen::inRange(0, 10), 120);
    if (*rc::gen::arbitrary<bool>()) unit.labels.push_back({"site", label()});
    if (*rc::gen::arbitrary<bool>()) unit.labels.push_back({"zone", label()});
    if (*rc::gen::arbitrary<bool>()) unit.max_work = *rc::gen::inRange(1, 4);
    unit.slots = *rc::gen::inRange(1, 3);
    spec.units.push_back(unit);
    service.units.emplace_back(static_cast<std::uint32_t>(u));
  }
  service.routing = *rc::gen::elementOf(
      std::vector<RoutingPolicy>(std::begin(kRoutingPolicies), std::end(kRoutingPolicies)));
  service.objective_class = *rc::gen::element(ObjectiveClass::kInteractive, ObjectiveClass::kBatch,
                                              ObjectiveClass::kCritical);
  service.max_held = 20;
  if (*rc::gen::inRange(0, 4) == 0) service.require = {{"zone", label()}};
  spec.services = {service};
  spec.data.classes = {{"a", {{"site", "x"}}}, {"b", {{"zone", label()}}}, {"c", {}}};

  const auto shared = std::make_shared<const FleetSpec>(spec);
  const auto draw_view = [&](std::uint64_t version) {
    std::vector<int> ready;
    for (int u = 0; u < units; ++u) ready.push_back(*rc::gen::inRange(0, 3));
    auto view = view_of(shared, ready, version);
    view->services[0].mode = *rc::gen::element(Mode::kCostOptimized, Mode::kCapacityOptimized);
    return view;
  };

  std::map<RequestId, RequestFacts> asked;
  std::map<RequestId, bool> in_flight;
  const auto may = [&](UnitId unit, const RequestFacts& facts) {
    const UnitSpec& chosen = spec.unit(unit);
    const auto known = std::find_if(spec.data.classes.begin(), spec.data.classes.end(),
                                    [&](const auto& c) { return c.name == facts.data_class; });
    const auto& demands = known == spec.data.classes.end() ? spec.data.classes[0] : *known;
    return has_labels(chosen, demands.require) && has_labels(chosen, service.require) &&
           (chosen.max_work == 0.0 || facts.work <= chosen.max_work);
  };
  const auto take = [&](const Router::Decisions& decisions) {
    for (const Decision& decision : decisions) {
      const RequestFacts& facts = asked.at(decision.request);
      in_flight[decision.request] = decision.action == Action::kForward;
      if (decision.action == Action::kForward) RC_ASSERT(may(decision.unit, facts));
      for (const EndpointId fallback : decision.fallbacks) {
        RC_ASSERT(may(UnitId(static_cast<std::uint32_t>(fallback.value / 100)), facts));
      }
      const bool anyone = std::any_of(service.units.begin(), service.units.end(),
                                      [&](UnitId unit) { return may(unit, facts); });
      RC_ASSERT(anyone == (decision.reason != RejectReason::kForbidden &&
                           decision.reason != RejectReason::kTooLarge));
    }
  };

  RouterRig rig(draw_view(1));
  std::uint64_t version = 1;
  const int steps = *rc::gen::inRange(1, 60);
  for (int i = 0; i < steps; ++i) {
    const int what = *rc::gen::inRange(0, 6);
    Router::Decisions out;
    if (what <= 2) {
      const RequestId id(static_cast<std::uint64_t>(1000 + i));
      RequestFacts facts;
      facts.path = "/genimage";
      facts.data_class = *rc::gen::element("a", "b", "c", "", "d");
      facts.work = *rc::gen::inRange(1, 4);
      asked[id] = facts;
      rig.router.on_request(id, facts, rig.now, out);
    } else if (what == 3) {
      for (const auto& [id, flying] : in_flight) {
        if (!flying) continue;
        const auto kind = *rc::gen::element(OutcomeKind::kCompleted, OutcomeKind::kUnreachable);
        out = rig.end(id.value, kind == OutcomeKind::kCompleted ? testdata::completed()
                                                                : testdata::failed(kind));
        in_flight[id] = false;
        break;
      }
    } else if (what == 4) {
      out = rig.see(draw_view(++version));
    } else {
      out = rig.wait(std::chrono::milliseconds(*rc::gen::inRange(1, 5000)));
    }
    take(out);
  }
}

}  // namespace
}  // namespace signalbox::core
