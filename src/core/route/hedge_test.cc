// SPDX-License-Identifier: Apache-2.0
//
// When a copy is due, what it may cost, and where it goes.
#include "core/route/hedge.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/model/testdata/fleets.h"

namespace signalbox::core {
namespace {

using testdata::make_unit;

TEST(HedgeBudget, lets_a_few_go_at_once_and_then_a_share_of_the_requests) {
  HedgeBudget budget;
  int sent = 0;
  for (int request = 0; request < 1000; ++request) {
    budget.on_request(0.05);
    for (; budget.allows_one(); ++sent) budget.spend_one();
  }
  EXPECT_GE(sent, 52);
  EXPECT_LE(sent, 53);
}

TEST(HedgeBudget, does_not_save_up_for_a_storm) {
  HedgeBudget budget;
  for (int request = 0; request < 1'000'000; ++request) budget.on_request(0.05);
  int sent = 0;
  for (; budget.allows_one(); ++sent) budget.spend_one();
  EXPECT_EQ(sent, 10);
}

RC_GTEST_PROP(HedgeBudget, never_exceeds_its_share_and_what_is_at_hand, ()) {
  const double share = *rc::gen::inRange(0, 100) / 100.0;
  HedgeBudget budget;
  double requests = 0.0, sent = 0.0;
  for (const bool arrives : *rc::gen::container<std::vector<bool>>(rc::gen::arbitrary<bool>())) {
    if (arrives) {
      budget.on_request(share);
      requests += 1.0;
    } else if (budget.allows_one()) {
      budget.spend_one();
      sent += 1.0;
    }
    RC_ASSERT(sent <= share * requests + HedgeBudget::kFirst + 1e-9);
  }
}

TEST(RatioAt, is_the_profiles_quantile_before_anything_was_seen) {
  // The 95th percentile of a normal variable is 1.645 deviations above its mean.
  EXPECT_NEAR(ratio_at(ServiceTimeEstimate(), 0.95, 0.1), 1.1645, 0.002);
  EXPECT_NEAR(ratio_at(ServiceTimeEstimate(), 0.5, 0.1), 1.0, 0.002);
  EXPECT_NEAR(ratio_at(ServiceTimeEstimate(), 0.95, 0.0), 1.0, 0.002);
}

TEST(RatioAt, follows_what_was_seen) {
  ServiceTimeEstimate slow;
  for (int i = 0; i < 2000; ++i) slow.observe(3s, 1s);
  EXPECT_NEAR(ratio_at(slow, 0.95, 0.05), 3.0, 0.15);
}

// Units 0 and 1 in zone a, 2 in zone b, 3 in none.
FleetSpec zones() {
  FleetSpec spec;
  for (const char* name : {"a1", "a2", "b1", "n1"}) spec.units.push_back(make_unit(name, 1.0, 60));
  spec.units[0].zone = spec.units[1].zone = "a";
  spec.units[2].zone = "b";
  return spec;
}

Candidate candidate(std::uint32_t unit, Duration predicted, double probability = 1.0) {
  Candidate made;
  made.unit = UnitId(unit);
  made.endpoint = EndpointId(unit + 1);
  made.predicted = predicted;
  made.probability = probability;
  return made;
}

TEST(PickHedge, prefers_another_zone_then_another_unit_then_the_same) {
  Candidates candidates;
  for (std::uint32_t unit = 0; unit < 3; ++unit) candidates.push_back(candidate(unit, 1s));
  EXPECT_EQ(pick_hedge(zones(), UnitId(0), 0.9, candidates), 2U);
  EXPECT_EQ(candidates[2].verdict, Verdict::kChosen);
  EXPECT_EQ(candidates[0].verdict, Verdict::kSlower);
  candidates[2].endpoint = EndpointId{};
  EXPECT_EQ(pick_hedge(zones(), UnitId(0), 0.9, candidates), 1U);
  candidates[1].endpoint = EndpointId{};
  EXPECT_EQ(pick_hedge(zones(), UnitId(0), 0.9, candidates), 0U);
  candidates[0].endpoint = EndpointId{};
  EXPECT_EQ(pick_hedge(zones(), UnitId(0), 0.9, candidates), std::nullopt);
}

TEST(PickHedge, one_that_is_in_time_comes_before_one_far_away) {
  Candidates candidates;
  candidates.push_back(candidate(0, 1s, 0.95));
  candidates.push_back(candidate(2, 9s, 0.1));
  EXPECT_EQ(pick_hedge(zones(), UnitId(0), 0.9, candidates), 0U);
}

TEST(PickHedge, of_equally_far_ones_the_soonest_and_never_one_that_failed_it) {
  Candidates candidates;
  candidates.push_back(candidate(2, 3s));
  candidates.push_back(candidate(3, 2s));
  EXPECT_EQ(pick_hedge(zones(), UnitId(0), 0.9, candidates), 1U);
  candidates[1].verdict = Verdict::kAlreadyTried;
  EXPECT_EQ(pick_hedge(zones(), UnitId(0), 0.9, candidates), 0U);
}

TEST(PickHedge, a_unit_that_left_the_configuration_is_near_to_none) {
  Candidates candidates;
  candidates.push_back(candidate(1, 1s));
  EXPECT_EQ(pick_hedge(zones(), UnitId(0xFFFFFFFF), 0.9, candidates), 0U);
}

}  // namespace
}  // namespace signalbox::core
