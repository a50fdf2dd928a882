// SPDX-License-Identifier: Apache-2.0
//
// What counts as evidence, in which words, and when the cost tier is whole again.
#include "core/scale/evidence.h"

#include <gtest/gtest.h>

#include <vector>

#include "core/model/testdata/fleets.h"

namespace signalbox::core {
namespace {

using testdata::at;
using testdata::kInf2;
using testdata::kTrn1;
using testdata::paper_fleet;

// 20 requests/s for 90 s; the cost tier is inf2 alone.
class EvidenceTest : public testing::Test {
 protected:
  void SetUp() override {
    for (int t = 0; t <= 90; ++t) {
      demand.observe(static_cast<std::uint64_t>(t) * 20, at(std::chrono::seconds(t)));
      forecast.observe(t * 20.0, 1.0, at(std::chrono::seconds(t)));
    }
  }
  void have(UnitId unit, int count) {
    for (int i = 0; i < count; ++i) {
      fleet.set_state(*fleet.find(fleet.launch(unit, now)), EndpointState::kReady, now);
    }
  }
  ModeEvidence gather() {
    const std::vector<int> taken(5, 0);
    const PlanInput input{&spec, &fleet, &demand, &forecast, ServiceId(0), Mode::kCostOptimized,
                          0,     taken,  now};
    return gather_evidence(input, plan_service(input), burn);
  }

  FleetSpec spec = paper_fleet();
  FleetState fleet{spec, at(0s)};
  DemandEstimate demand{18s};
  Forecast forecast{6s};
  SloBurn burn{2s, 20s};
  TimePoint now = at(90s);
};

TEST_F(EvidenceTest, a_tier_that_carries_the_demand_is_whole_and_nothing_speaks_against_it) {
  have(kInf2, 12);
  const ModeEvidence evidence = gather();
  EXPECT_EQ(evidence.hard, "");
  EXPECT_EQ(evidence.soft, "");
  EXPECT_TRUE(evidence.cost_tier_whole);
}

TEST_F(EvidenceTest, a_tier_that_does_not_yet_carry_the_demand_is_not_whole) {
  have(kInf2, 3);
  EXPECT_EQ(gather().hard, "") << "booting is no failure";
  EXPECT_FALSE(gather().cost_tier_whole);
}

TEST_F(EvidenceTest, a_notice_on_more_than_can_be_spared_or_replaced_in_time_is_hard_evidence) {
  have(kInf2, 12);
  for (int i = 0; i < 6; ++i) {
    fleet.announce(fleet.endpoints()[static_cast<std::size_t>(i)], now + 5s);
  }
  const ModeEvidence evidence = gather();
  EXPECT_EQ(evidence.hard.rfind("6 replicas of inf2 will be taken back within 5 s; what stays "
                                "carries 12.3 of at least ",
                                0),
            0U)
      << evidence.hard;
  EXPECT_FALSE(evidence.cost_tier_whole);
}

TEST_F(EvidenceTest, a_notice_that_leaves_time_to_replace_them_is_not) {
  have(kInf2, 12);
  for (int i = 0; i < 6; ++i) {
    fleet.announce(fleet.endpoints()[static_cast<std::size_t>(i)], now + 120s);
  }
  EXPECT_EQ(gather().hard, "") << "boots take 6 s";
}

TEST_F(EvidenceTest, a_notice_on_what_can_be_spared_is_not) {
  have(kInf2, 14);
  fleet.announce(fleet.endpoints()[0], now + 1s);
  EXPECT_EQ(gather().hard, "");
  EXPECT_TRUE(gather().cost_tier_whole);
}

TEST_F(EvidenceTest, a_refused_launch_of_the_cost_tier_is_hard_evidence) {
  have(kInf2, 5);
  fleet.unit(kInf2).refusal = "insufficient capacity";
  fleet.unit(kInf2).refused_at = at(89s);
  fleet.unit(kInf2).backoff.on_refused(at(89s), 10s, 80s);
  const ModeEvidence evidence = gather();
  EXPECT_EQ(evidence.hard, "launch of inf2 refused: insufficient capacity");
  EXPECT_EQ(evidence.at, at(89s));
  EXPECT_FALSE(evidence.cost_tier_whole);
}

TEST_F(EvidenceTest, a_refusal_hurts_nobody_while_enough_replicas_run_but_the_tier_is_not_whole) {
  have(kInf2, 15);
  fleet.unit(kInf2).backoff.on_refused(at(89s), 10s, 80s);
  EXPECT_EQ(gather().hard, "");
  EXPECT_FALSE(gather().cost_tier_whole);
}

TEST_F(EvidenceTest, a_refusal_outside_the_cost_tier_is_no_evidence) {
  have(kInf2, 12);
  fleet.unit(kTrn1).backoff.on_refused(at(89s), 10s, 80s);
  EXPECT_EQ(gather().hard, "");
  EXPECT_TRUE(gather().cost_tier_whole);
}

TEST_F(EvidenceTest, losing_replicas_that_were_needed_is_hard_evidence) {
  have(kInf2, 5);  // 10.25 of about 20
  for (int i = 0; i < 6; ++i) fleet.note_loss(kInf2, "taken back", 20s, at(89s));
  const ModeEvidence evidence = gather();
  EXPECT_EQ(
      evidence.hard.rfind("6 replicas of inf2 lost (taken back); what is ready carries 10.", 0), 0U)
      << evidence.hard;
  EXPECT_EQ(evidence.at, at(89s));
}

TEST_F(EvidenceTest, one_lost_replica_is_written_in_the_singular) {
  have(kInf2, 5);
  fleet.note_loss(kInf2, "crashed", 20s, at(89s));
  EXPECT_EQ(gather().hard.rfind("1 replica of inf2 lost (crashed)", 0), 0U) << gather().hard;
}

TEST_F(EvidenceTest, losing_what_can_be_spared_is_no_evidence) {
  have(kInf2, 12);
  fleet.note_loss(kInf2, "taken back", 20s, at(89s));
  EXPECT_EQ(gather().hard, "");
}

TEST_F(EvidenceTest, a_loss_longer_ago_than_a_boot_is_no_evidence) {
  have(kInf2, 5);
  fleet.note_loss(kInf2, "taken back", 20s, at(80s));
  EXPECT_EQ(gather().hard, "") << "its replacement had the time to come";
}

TEST_F(EvidenceTest, a_pool_too_small_for_the_tier_is_soft_evidence) {
  have(kInf2, 6);
  fleet.unit(kInf2).pool_limit = 6;
  const ModeEvidence evidence = gather();
  EXPECT_EQ(evidence.soft.rfind("the pool of inf2 holds 6 of the ", 0), 0U) << evidence.soft;
  EXPECT_EQ(evidence.at, now);
  EXPECT_FALSE(evidence.cost_tier_whole);
}

TEST_F(EvidenceTest, a_pool_that_is_large_enough_is_fine) {
  have(kInf2, 12);
  fleet.unit(kInf2).pool_limit = 20;
  EXPECT_TRUE(gather().cost_tier_whole);
}

TEST_F(EvidenceTest, a_burning_error_budget_is_soft_evidence_and_keeps_the_tier_from_being_whole) {
  have(kInf2, 12);
  for (int t = 60; t <= 90; ++t) {
    const auto count = static_cast<std::uint64_t>(t - 60);
    burn.observe(count * 20, count * 10, at(std::chrono::seconds(t)));
  }
  const ModeEvidence evidence = gather();
  EXPECT_EQ(evidence.soft, "the error budget burns 50 times too fast");
  EXPECT_FALSE(evidence.cost_tier_whole);
}

}  // namespace
}  // namespace signalbox::core
