// SPDX-License-Identifier: Apache-2.0
//
// KEDA's rule and the paper's three ways of using it, on cases worked by hand.
#include <gtest/gtest.h>

#include "sim/policy/keda_per_unit.h"
#include "sim/policy/paper_binary.h"
#include "sim/policy/paper_equal.h"
#include "sim/policy/paper_weighted.h"
#include "sim/policy/testdata/policy_rig.h"

namespace signalbox::sim {
namespace {

// Cheap: 2/s a replica at 1 USD/hour; dear: 1/s at 2 USD/hour.
core::FleetSpec two_units() {
  return rig_fleet({rig_unit("cheap", 1.0, 2.0), rig_unit("dear", 2.0, 1.0)});
}

TEST(KedaPerUnit, wants_the_units_own_rate_over_the_target_rounded_up) {
  KedaPerUnit keda(0.5, 1);
  PolicyRig rig(two_units(), keda);
  // 12/s came in, three quarters of it went to cheap: 9/s at a target of 0.5 x 2 = 1 makes 9
  // replicas; 3/s to dear at 0.5 x 1 makes 6.
  rig.units[0].forwarded_per_s = 7.5;
  rig.units[1].forwarded_per_s = 2.5;  // 2/s still wait in the queue; they are shared out likewise
  EXPECT_EQ(rig.decide(60s, 12.0), (std::vector{9, 6}));
}

TEST(KedaPerUnit, comes_down_only_after_300_s) {
  KedaPerUnit keda(0.5, 0);
  PolicyRig rig(two_units(), keda);
  rig.units[0].forwarded_per_s = 1.0;
  EXPECT_EQ(rig.decide(0s, 10.0)[0], 10);
  EXPECT_EQ(rig.decide(15s, 2.0)[0], 10);
  EXPECT_EQ(rig.decide(300s, 2.0)[0], 10) << "the window of 300 s still holds the first decision";
  EXPECT_EQ(rig.decide(315s, 2.0)[0], 2);
  EXPECT_EQ(rig.decide(330s, 5.0)[0], 5) << "up at once";
}

TEST(KedaPerUnit, keeps_its_least_and_the_cheapest_never_vanishes) {
  KedaPerUnit one(0.5, 1);
  PolicyRig with_one(two_units(), one);
  EXPECT_EQ(with_one.decide(0s, 0.0), (std::vector{1, 1}));
  KedaPerUnit none(0.5, 0);
  PolicyRig with_none(two_units(), none);
  EXPECT_EQ(with_none.decide(0s, 0.0), (std::vector{1, 0}));
}

TEST(KedaPerUnit, a_unit_without_replicas_is_activated_by_what_waits) {
  KedaPerUnit keda(0.5, 0);
  PolicyRig rig(two_units(), keda);
  rig.units[0].ready = 1;
  rig.units[0].forwarded_per_s = 2.0;
  EXPECT_EQ(rig.decide(0s, 5.0, 0), (std::vector{5, 0}));
  EXPECT_EQ(rig.decide(15s, 5.0, 30), (std::vector{5, 1}));
  EXPECT_EQ(rig.decide(30s, 5.0, 0), (std::vector{5, 1})) << "KEDA's cool-down";
}

TEST(PaperWeighted, targets_the_breaking_point_and_keeps_one_of_each) {
  PaperWeighted paper(1.0);
  PolicyRig rig(two_units(), paper);
  // Weights 4:1 sent 8/s to cheap (8 / 2 = 4 replicas) and 2/s to dear (2 replicas).
  rig.units[0].forwarded_per_s = 8.0;
  rig.units[1].forwarded_per_s = 2.0;
  EXPECT_EQ(rig.decide(60s, 10.0), (std::vector{4, 2}));
  PaperWeighted idle(1.0);
  PolicyRig quiet(two_units(), idle);
  EXPECT_EQ(quiet.decide(0s, 0.0), (std::vector{1, 1}));
}

TEST(PaperWeighted, hand_set_weights_are_the_papers_fleets_alone) {
  auto units = std::vector<core::UnitSpec>(5, rig_unit("u", 1.0, 1.0));
  const char* hardware[] = {"g5.xlarge", "inf2.xlarge", "g6.xlarge", "trn1.2xlarge", "g5.xlarge"};
  const char* framework[] = {"cuda", "neuron", "triton", "neuron", "triton"};
  for (std::size_t i = 0; i < units.size(); ++i) {
    units[i].hardware = hardware[i];
    units[i].framework = framework[i];
  }
  EXPECT_EQ(paper_hand_set_weights(rig_fleet(units)), (std::vector<double>{15, 40, 10, 20, 15}))
      << "each its own, in whatever order the service lists them";
  units[0].framework = "triton";
  EXPECT_FALSE(paper_hand_set_weights(rig_fleet(units))) << "two g5-triton, no g5-cuda";
  EXPECT_FALSE(paper_hand_set_weights(two_units()));
}

TEST(PaperEqual, targets_the_mean_of_all_or_the_own_maximum) {
  // The mean of 2 and 1 is 1.5: cheap is asked for 1.5/s, dear for its own 1/s. 6/s to each make
  // 4 and 6 replicas.
  PaperEqual paper(1.0);
  PolicyRig rig(two_units(), paper);
  EXPECT_DOUBLE_EQ(adjusted_throughput_per_s(two_units(), UnitId(0)), 1.5);
  EXPECT_DOUBLE_EQ(adjusted_throughput_per_s(two_units(), UnitId(1)), 1.0);
  rig.units[0].forwarded_per_s = rig.units[1].forwarded_per_s = 6.0;
  EXPECT_EQ(rig.decide(60s, 12.0), (std::vector{4, 6}));
}

TEST(PaperEqual, gives_the_papers_table_2_from_its_table_1) {
  std::vector<core::UnitSpec> units;
  const double per_minute[] = {105, 130, 90, 61, 60};
  for (const double rate : per_minute) units.push_back(rig_unit("u", 1.0, rate / 60.0));
  const auto fleet = rig_fleet(units);
  const double published[] = {89.2, 89.2, 89.2, 61.0, 60.0};
  for (std::uint32_t i = 0; i < 5; ++i) {
    EXPECT_NEAR(adjusted_throughput_per_s(fleet, UnitId(i)) * 60.0, published[i], 0.05);
  }
}

TEST(PaperBinary, polls_every_300_s_and_returns_when_the_cycle_begins_again) {
  PaperBinary paper(1.0, 0.1);
  PolicyRig rig(two_units(), paper);
  const auto mode_at = [&](Duration now, double per_s) {
    rig.decide(now, per_s);
    return rig.wish.mode;
  };
  using core::Mode;
  EXPECT_EQ(mode_at(0s, 100.0), Mode::kCostOptimized);
  rig.units[0].refused_at = at(15s);
  EXPECT_EQ(mode_at(30s, 100.0), Mode::kCostOptimized) << "nobody looks yet";
  EXPECT_EQ(mode_at(285s, 100.0), Mode::kCostOptimized);
  EXPECT_EQ(mode_at(300s, 100.0), Mode::kCapacityOptimized);
  EXPECT_EQ(rig.wish.evidence, "a launch of cheap was refused in the last 5 minutes");
  EXPECT_EQ(mode_at(600s, 11.0), Mode::kCapacityOptimized) << "no refusals for long, but no trough";
  EXPECT_EQ(mode_at(885s, 9.0), Mode::kCapacityOptimized) << "a trough, but nobody looks yet";
  EXPECT_EQ(mode_at(900s, 9.0), Mode::kCostOptimized);
  EXPECT_EQ(mode_at(1200s, 50.0), Mode::kCostOptimized);
}

TEST(PaperBinary, an_old_refusal_is_not_seen) {
  PaperBinary paper(1.0, 0.1);
  PolicyRig rig(two_units(), paper);
  rig.decide(0s, 100.0);
  rig.decide(300s, 100.0);
  rig.units[1].refused_at = at(299s);
  rig.decide(600s, 100.0);
  EXPECT_EQ(rig.wish.mode, core::Mode::kCostOptimized)
      << "301 s ago: no longer in the log's window";
}

TEST(PaperBinary, its_targets_are_those_of_its_mode) {
  PaperBinary paper(1.0, 0.1);
  PolicyRig rig(two_units(), paper);
  rig.units[0].forwarded_per_s = rig.units[1].forwarded_per_s = 6.0;
  EXPECT_EQ(rig.decide(0s, 12.0), (std::vector{3, 6})) << "6 / 2 and 6 / 1";
  rig.units[0].refused_at = at(290s);
  EXPECT_EQ(rig.decide(300s, 12.0), (std::vector{4, 6})) << "6 / 1.5 and 6 / 1";
}

}  // namespace
}  // namespace signalbox::sim
