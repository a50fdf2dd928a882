// SPDX-License-Identifier: Apache-2.0
//
// Each rule by itself, that its cuts are on record, and that nothing passes around any of them.
#include "core/scale/guardrails.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

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

}  // namespace
}  // namespace signalbox::core
