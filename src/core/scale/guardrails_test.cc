// SPDX-License-Identifier: Apache-2.0
//
// Each rule by itself, that its cuts are on record, and that nothing passes around any of them.
#include "core/scale/guardrails.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

#include "core/model/testdata/fleets.h"

namespace signalbox::core {
namespace {

using testdata::at;
using testdata::kG6;
using testdata::kInf2;
using testdata::paper_fleet;

class GuardrailsTest : public testing::Test {
 protected:
  std::vector<int> allow(const std::vector<int>& targets) {
    cuts.clear();
    return apply_guardrails(spec, fleet, targets, at(10s), cuts);
  }
  void have(UnitId unit, int ready) {
    for (int i = 0; i < ready; ++i) {
      fleet.set_state(*fleet.find(fleet.launch(unit, at(0s))), EndpointState::kReady, at(0s));
    }
  }
  void expect_only_cut(UnitId unit, const std::string& rule, int wanted, int allowed) {
    ASSERT_EQ(cuts.size(), 1U);
    EXPECT_EQ(cuts[0].unit, unit);
    EXPECT_EQ(cuts[0].rule, rule);
    EXPECT_EQ(cuts[0].wanted, wanted);
    EXPECT_EQ(cuts[0].allowed, allowed);
  }

  FleetSpec spec = paper_fleet();
  FleetState fleet{spec, at(0s)};
  std::vector<GuardrailCut> cuts;
};

TEST_F(GuardrailsTest, a_plan_within_bounds_passes_uncut) {
  EXPECT_EQ(allow({10, 0, 2, 0, 0}), (std::vector{10, 0, 2, 0, 0}));
  EXPECT_TRUE(cuts.empty());
}

TEST_F(GuardrailsTest, floors_and_quotas_stand) {
  spec.units[0].min_replicas = 2;
  EXPECT_EQ(allow({0, 0, 0, 0, 0})[0], 2);
  expect_only_cut(kInf2, "replicas", 0, 2);
  EXPECT_EQ(allow({99, 0, 0, 0, 0})[0], 40);
  expect_only_cut(kInf2, "replicas", 99, 40);
}

TEST_F(GuardrailsTest, a_tick_launches_only_so_many) {
  spec.control.guardrails.max_launches_per_tick = 3;
  have(kInf2, 2);
  EXPECT_EQ(allow({20, 0, 0, 0, 0})[0], 5);
  expect_only_cut(kInf2, "max_launches_per_tick", 20, 5);
}

TEST_F(GuardrailsTest, a_tick_drains_only_so_many) {
  spec.control.guardrails.max_drains_per_tick = 3;
  have(kInf2, 10);
  EXPECT_EQ(allow({0, 0, 0, 0, 0})[0], 7);
  expect_only_cut(kInf2, "max_drains_per_tick", 0, 7);
}

TEST_F(GuardrailsTest, a_unit_whose_launches_are_refused_gets_no_more_than_its_probe) {
  have(kInf2, 2);
  fleet.unit(kInf2).backoff.on_refused(at(9s), 10s, 80s);
  EXPECT_EQ(allow({20, 0, 0, 0, 0})[0], 2);
  expect_only_cut(kInf2, "launch_limit", 20, 2);
}

TEST_F(GuardrailsTest, a_pool_that_shrinks_below_what_runs_stops_nothing) {
  have(kInf2, 5);
  fleet.unit(kInf2).pool_limit = 2;
  EXPECT_EQ(allow({5, 0, 0, 0, 0})[0], 5);
  EXPECT_TRUE(cuts.empty());
}

TEST_F(GuardrailsTest, a_frozen_fleet_stays_as_it_is) {
  spec.control.guardrails.freeze = true;
  have(kInf2, 4);
  have(kG6, 1);
  EXPECT_EQ(allow({9, 0, 0, 0, 0}), (std::vector{4, 0, 0, 1, 0}));
  EXPECT_EQ(cuts.size(), 2U);
  for (const auto& cut : cuts) EXPECT_EQ(cut.rule, "freeze");
}

TEST_F(GuardrailsTest, the_budget_holds_across_units_in_order) {
  spec.control.guardrails.budget_usd_per_hour = 5.0;
  have(kInf2, 2);  // 1.5164 of it
  const auto allowed = allow({4, 0, 0, 4, 0});
  EXPECT_EQ(allowed[0], 4);                                  // 3.0328
  EXPECT_EQ(allowed[3], 2) << "two g6 at 0.8048 still fit";  // 4.6424
  expect_only_cut(kG6, "budget", 4, 2);
}

TEST_F(GuardrailsTest, exactly_the_budget_is_affordable) {
  spec.control.guardrails.budget_usd_per_hour = 3 * 0.7582;
  EXPECT_EQ(allow({3, 0, 0, 0, 0})[0], 3);
  EXPECT_TRUE(cuts.empty());
}

TEST_F(GuardrailsTest, a_budget_already_exceeded_launches_nothing_and_stops_nothing) {
  spec.control.guardrails.budget_usd_per_hour = 1.0;
  have(kInf2, 5);
  EXPECT_EQ(allow({6, 0, 0, 0, 0})[0], 5);
  EXPECT_EQ(allow({5, 0, 0, 0, 0})[0], 5);
}

TEST_F(GuardrailsTest, fixed_servers_are_never_touched) {
  spec.units[0].managed = false;
  EXPECT_EQ(allow({9, 0, 0, 0, 0})[0], 0);
  EXPECT_TRUE(cuts.empty());
}

// B64: whatever is wanted, one tick moves no unit by more than the rails allow, and every
// difference between what was wanted and what is allowed is on record.
RC_GTEST_PROP(GuardrailsProperty, B64_no_target_passes_around_the_rails, ()) {
  FleetSpec spec = paper_fleet();
  GuardrailSpec& rails = spec.control.guardrails;
  rails.max_launches_per_tick = *rc::gen::inRange(0, 6);
  rails.max_drains_per_tick = *rc::gen::inRange(0, 6);
  rails.budget_usd_per_hour = *rc::gen::element(0.0, 2.0, 10.0);
  rails.freeze = *rc::gen::arbitrary<bool>();
  FleetState fleet(spec, at(0s));
  std::vector<int> targets;
  for (std::uint32_t u = 0; u < 5; ++u) {
    const int present = *rc::gen::inRange(0, 8);
    for (int i = 0; i < present; ++i) fleet.launch(UnitId(u), at(0s));
    targets.push_back(*rc::gen::inRange(-5, 60));
  }
  const double rate_before = fleet.cost_usd_per_hour();
  std::vector<GuardrailCut> cuts;
  const auto allowed = apply_guardrails(spec, fleet, targets, at(1s), cuts);
  double rate_added = 0.0;
  for (std::uint32_t u = 0; u < 5; ++u) {
    const int active = fleet.count(UnitId(u)).active();
    const int moved = allowed[u] - active;
    RC_ASSERT(allowed[u] >= 0);
    RC_ASSERT(allowed[u] <= std::max(active, spec.units[u].max_replicas));
    RC_ASSERT(moved <= rails.max_launches_per_tick);
    RC_ASSERT(-moved <= rails.max_drains_per_tick);
    if (rails.freeze) RC_ASSERT(moved == 0);
    rate_added += std::max(0, moved) * spec.units[u].price_usd_per_hour;
    bool recorded = false;
    for (const auto& cut : cuts) recorded |= cut.unit == UnitId(u);
    RC_ASSERT(recorded || allowed[u] == targets[u]);
  }
  if (rails.budget_usd_per_hour > 0.0 && rate_added > 0.0) {
    RC_ASSERT(rate_before + rate_added <= rails.budget_usd_per_hour + 1e-6);
  }
}

// Evenly from 0 to below `end`, in small cases as in large ones.
int draw(int end) { return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, end)); }

// A fleet over many ticks: rules, prices, pools and wishes change as they like, replicas are lost,
// announced to leave and refused, and each tick does exactly what the rails allow.
struct UnrulyFleet {
  void change_rules() {
    GuardrailSpec& rails = spec.control.guardrails;
    rails.max_launches_per_tick = draw(6);
    rails.max_drains_per_tick = draw(6);
    rails.budget_usd_per_hour = draw(2) == 0 ? 0.0 : draw(30);
    rails.freeze = draw(5) == 0;
    for (UnitSpec& unit : spec.units) {
      unit.min_replicas = draw(4);
      unit.max_replicas = std::max(1, unit.min_replicas + draw(12));
    }
  }

  void suffer() {
    std::vector<EndpointId> lost;
    for (EndpointRecord& record : fleet.endpoints()) {
      if (record.state == EndpointState::kBooting && draw(2) == 0) {
        fleet.set_state(record, EndpointState::kReady, now);
      }
      const int fate = draw(12);
      if (fate == 0) fleet.set_state(record, EndpointState::kUnhealthy, now);
      if (fate == 1) fleet.announce(record, now + 60s);
      if (fate == 2 || (record.state == EndpointState::kDraining && fate < 6)) {
        lost.push_back(record.id);
      }
    }
    for (const EndpointId id : lost) fleet.erase(id, spec.control, now);
    for (std::uint32_t u = 0; u < spec.units.size(); ++u) {
      UnitState& unit = fleet.unit(UnitId(u));
      unit.price_usd_per_hour = draw(4) * 0.75;
      unit.pool_limit.reset();
      if (draw(3) == 0) unit.pool_limit = draw(10);
      if (draw(4) == 0) unit.backoff.on_refused(now, 2s, 8s);
    }
  }

  void realise(const std::vector<int>& allowed) {
    for (std::uint32_t u = 0; u < spec.units.size(); ++u) {
      const UnitId id(u);
      while (fleet.count(id).active() < allowed[u]) {
        fleet.launch(id, now);
        fleet.unit(id).backoff.on_launch(now, 4s);
      }
      for (EndpointRecord& record : fleet.endpoints()) {
        if (fleet.count(id).active() <= allowed[u]) break;
        const bool is_active =
            record.state == EndpointState::kBooting || record.state == EndpointState::kReady;
        if (record.unit == id && is_active && !record.leaving_by) {
          fleet.set_state(record, EndpointState::kDraining, now);
        }
      }
    }
  }

  FleetSpec spec = paper_fleet();
  TimePoint now = at(0s);
  FleetState fleet{spec, now};
};

// The cuts of a unit lead from what was wanted to what is allowed, without a gap.
void expect_on_record(const std::vector<GuardrailCut>& cuts, UnitId unit, int wanted, int allowed) {
  for (const GuardrailCut& cut : cuts) {
    if (cut.unit != unit) continue;
    RC_ASSERT(cut.wanted == wanted);
    RC_ASSERT(cut.allowed != wanted);
    wanted = cut.allowed;
  }
  RC_ASSERT(wanted == allowed);
}

RC_GTEST_PROP(GuardrailsProperty, no_tick_of_any_course_passes_a_rail_or_hides_a_cut, ()) {
  UnrulyFleet course;
  course.spec.units[4].managed = false;
  const auto& [spec, now, fleet] = course;
  for (int tick = 0; tick < 12; ++tick) {
    course.now += 1s;
    course.change_rules();
    course.suffer();
    std::vector<int> targets;
    std::vector<ReplicaCount> before;
    std::vector<int> limits;
    for (std::uint32_t u = 0; u < spec.units.size(); ++u) {
      targets.push_back(draw(25) - 3);
      before.push_back(fleet.count(UnitId(u)));
      limits.push_back(fleet.limit(spec, UnitId(u), now));
    }
    std::vector<GuardrailCut> cuts;
    const auto allowed = apply_guardrails(spec, fleet, targets, now, cuts);
    const GuardrailSpec& rails = spec.control.guardrails;
    bool pays_more = false;
    for (std::uint32_t u = 0; u < spec.units.size(); ++u) {
      const UnitSpec& unit = spec.units[u];
      const int launches = std::max(0, allowed[u] - before[u].active());
      const int drains = std::max(0, before[u].active() - allowed[u]);
      RC_ASSERT(launches <= rails.max_launches_per_tick);
      RC_ASSERT(drains <= rails.max_drains_per_tick);
      if (rails.freeze || !unit.managed) RC_ASSERT(launches + drains == 0);
      if (launches > 0) RC_ASSERT(allowed[u] <= std::min(unit.max_replicas, limits[u]));
      if (drains > 0) RC_ASSERT(allowed[u] >= unit.min_replicas);
      pays_more |= launches > 0 && fleet.unit(UnitId(u)).price_usd_per_hour > 0.0;
      if (unit.managed) expect_on_record(cuts, UnitId(u), targets[u], allowed[u]);
    }
    course.realise(allowed);
    if (rails.budget_usd_per_hour > 0.0 && pays_more) {
      RC_ASSERT(fleet.cost_usd_per_hour() <= rails.budget_usd_per_hour + 1e-6);
    }
  }
}

}  // namespace
}  // namespace signalbox::core
