// SPDX-License-Identifier: Apache-2.0
//
// Leaving is immediate, returning takes patience, and flapping signals cannot make it flap.
#include "core/scale/mode_machine.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "core/model/testdata/fleets.h"

namespace signalbox::core {
namespace {

using testdata::at;

constexpr Duration kDwell = 60s;

ModeEvidence whole() {
  ModeEvidence evidence;
  evidence.cost_tier_whole = true;
  return evidence;
}
ModeEvidence hard(std::string what = "launch of inf2 refused: insufficient capacity") {
  ModeEvidence evidence;
  evidence.hard = std::move(what);
  return evidence;
}
ModeEvidence soft() {
  ModeEvidence evidence;
  evidence.soft = "the error budget burns 20 times too fast";
  return evidence;
}

class ModeMachineTest : public testing::Test {
 protected:
  std::optional<ModeTransition> see(const ModeEvidence& evidence, Duration when,
                                    Policy policy = Policy::kCostFirst) {
    return machine.update(policy, evidence, kDwell, at(when));
  }
  // Leaves at `when` on hard evidence, is whole from then on, and returns a dwell later.
  void leave_and_return(Duration when) {
    ASSERT_TRUE(see(hard(), when));
    see(whole(), when);
    ASSERT_TRUE(see(whole(), when + kDwell));
  }
  ModeMachine machine{at(0s)};
};

TEST_F(ModeMachineTest, starts_in_cost_mode_at_full_share) {
  EXPECT_EQ(machine.mode(), Mode::kCostOptimized);
  EXPECT_EQ(machine.cost_ramp(30s, at(0s)), 1.0);
  EXPECT_FALSE(see(whole(), 1s));
}

TEST_F(ModeMachineTest, leaves_at_once_on_hard_evidence_and_says_why) {
  ModeEvidence evidence = hard();
  evidence.at = at(900ms);
  const auto change = see(evidence, 1s);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->from, Mode::kCostOptimized);
  EXPECT_EQ(change->to, Mode::kCapacityOptimized);
  EXPECT_EQ(change->evidence, "launch of inf2 refused: insufficient capacity");
  EXPECT_EQ(change->evidence_at, at(900ms));
  EXPECT_EQ(machine.since(), at(1s));
  EXPECT_EQ(machine.cost_ramp(30s, at(1s)), 0.0);
}

TEST_F(ModeMachineTest, leaves_on_soft_evidence_too_when_it_was_settled) {
  EXPECT_TRUE(see(soft(), 1s));
}

TEST_F(ModeMachineTest, names_the_hard_evidence_when_there_is_both) {
  ModeEvidence both = hard("2 replicas of inf2 lost");
  both.soft = soft().soft;
  EXPECT_EQ(see(both, 1s)->evidence, "2 replicas of inf2 lost");
}

TEST_F(ModeMachineTest, returns_only_after_a_whole_dwell_without_a_break) {
  see(hard(), 0s);
  EXPECT_FALSE(see(whole(), 10s));
  EXPECT_FALSE(see(whole(), 69s));
  EXPECT_FALSE(see(ModeEvidence{}, 69500ms)) << "for half a second the tier was not whole";
  EXPECT_FALSE(see(whole(), 70s));
  EXPECT_FALSE(see(whole(), 129s));
  const auto change = see(whole(), 130s);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->to, Mode::kCostOptimized);
  EXPECT_EQ(change->evidence, "the cost tier has been launchable and ready for 60.0 s");
}

TEST_F(ModeMachineTest, after_a_return_the_cost_share_rises_along_the_ramp) {
  leave_and_return(0s);
  EXPECT_EQ(machine.cost_ramp(30s, at(60s)), 0.0);
  EXPECT_NEAR(machine.cost_ramp(30s, at(75s)), 0.5, 1e-9);
  EXPECT_EQ(machine.cost_ramp(30s, at(90s)), 1.0);
  EXPECT_EQ(machine.cost_ramp(30s, at(900s)), 1.0);
  EXPECT_EQ(machine.cost_ramp(0s, at(60s)), 1.0) << "no ramp, no waiting";
}

TEST_F(ModeMachineTest, after_a_return_soft_evidence_waits_until_things_have_settled) {
  leave_and_return(0s);
  EXPECT_FALSE(see(soft(), 61s));
  EXPECT_FALSE(see(soft(), 119s));
  EXPECT_TRUE(see(soft(), 120s));
}

TEST_F(ModeMachineTest, hard_evidence_never_waits) {
  leave_and_return(0s);
  EXPECT_TRUE(see(hard(), 61s));
}

TEST_F(ModeMachineTest, a_quick_relapse_doubles_the_dwell) {
  leave_and_return(0s);
  see(hard(), 70s);  // ten seconds after the return
  see(whole(), 70s);
  EXPECT_FALSE(see(whole(), 70s + kDwell));
  EXPECT_FALSE(see(whole(), 70s + 2 * kDwell - 1s));
  EXPECT_TRUE(see(whole(), 70s + 2 * kDwell));
}

TEST_F(ModeMachineTest, doubling_ends_at_sixteen_dwells) {
  Duration now = 0s;
  see(hard(), now);
  for (int relapse = 0; relapse < 10; ++relapse) {
    const Duration left = now;
    see(whole(), now);
    while (machine.mode() == Mode::kCapacityOptimized) see(whole(), now += 1s);
    EXPECT_LE(now - left, 16 * kDwell);
    if (relapse >= 4) {
      EXPECT_EQ(now - left, 16 * kDwell);
    }
    see(hard(), now += 1s);
  }
}

TEST_F(ModeMachineTest, a_leave_long_after_a_return_is_no_relapse) {
  leave_and_return(0s);
  see(hard(), 60s + kDwell);
  see(whole(), 60s + kDwell);
  EXPECT_TRUE(see(whole(), 60s + 2 * kDwell)) << "one dwell, not two";
}

TEST_F(ModeMachineTest, capacity_first_goes_to_capacity_mode_and_stays) {
  const auto change = see(whole(), 1s, Policy::kCapacityFirst);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->evidence, "the policy is capacity_first");
  for (int t = 2; t < 1000; t += 10) {
    EXPECT_FALSE(see(whole(), std::chrono::seconds(t), Policy::kCapacityFirst));
  }
  EXPECT_EQ(machine.mode(), Mode::kCapacityOptimized);
}

TEST_F(ModeMachineTest, an_operator_who_changes_to_cost_first_gets_there_after_a_dwell) {
  see(whole(), 1s, Policy::kCapacityFirst);
  EXPECT_FALSE(see(whole(), 2s));
  EXPECT_TRUE(see(whole(), 62s));
}

// B62: whatever the evidence does each second, switches are bounded by time over dwell, they
// alternate, and each one names its evidence.
RC_GTEST_PROP(ModeMachineProperty, B62_flapping_evidence_cannot_make_it_flap, ()) {
  const auto course =
      *rc::gen::scale(20.0, rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 6)));
  ModeMachine machine{at(0s)};
  Mode mode = machine.mode();
  int switches = 0;
  TimePoint last_return = TimePoint::min();
  TimePoint now{};
  for (const int kind : course) {
    now += 1s;
    const ModeEvidence evidence = kind == 0 ? hard() : kind == 1 ? soft() : whole();
    const auto change = machine.update(Policy::kCostFirst, evidence, 10s, now);
    RC_ASSERT(change.has_value() == (machine.mode() != mode));
    if (!change) continue;
    RC_ASSERT(change->from == mode);
    RC_ASSERT(change->to == machine.mode());
    RC_ASSERT(!change->evidence.empty());
    if (change->to == Mode::kCapacityOptimized && kind == 1 && last_return != TimePoint::min()) {
      RC_ASSERT(now - last_return >= 10s);
    }
    if (change->to == Mode::kCostOptimized) last_return = now;
    mode = machine.mode();
    ++switches;
  }
  RC_ASSERT(switches <= 2 * static_cast<int>(course.size()) / 10 + 2);
}

}  // namespace
}  // namespace signalbox::core
