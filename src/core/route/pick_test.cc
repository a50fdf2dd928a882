// SPDX-License-Identifier: Apache-2.0
//
// The picking rules as pure functions: who is taken, and what is said of the others.
#include "core/route/pick.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <vector>

namespace signalbox::core {
namespace {

constexpr double kQuantile = 0.99;

struct Given {
  double cost_usd;
  Duration predicted;
  double probability = 1.0;
  bool can_start = true;
  double weight = 0.0;
};

Candidates candidates(const std::vector<Given>& given) {
  Candidates made;
  for (std::size_t i = 0; i < given.size(); ++i) {
    Candidate candidate;
    candidate.unit = UnitId(static_cast<std::uint32_t>(i));
    candidate.endpoint = EndpointId(given[i].can_start ? i + 1 : 0);
    candidate.cost_usd = given[i].cost_usd;
    candidate.predicted = given[i].predicted;
    candidate.probability = given[i].probability;
    candidate.weight = given[i].weight;
    candidate.verdict = given[i].can_start ? Verdict::kUnavailable : Verdict::kBusy;
    made.push_back(candidate);
  }
  return made;
}

TEST(PickCheapest, takes_the_cheapest_that_will_be_in_time) {
  auto all = candidates({{0.3, 100ms}, {0.1, 900ms}, {0.05, 3s, 0.5}});
  EXPECT_EQ(pick_cheapest(all, kQuantile), 1U);
  EXPECT_EQ(all[0].verdict, Verdict::kDearer);
  EXPECT_EQ(all[1].verdict, Verdict::kChosen);
  EXPECT_EQ(all[2].verdict, Verdict::kTooSlow);
}

TEST(PickCheapest, of_two_that_cost_the_same_the_sooner) {
  auto all = candidates({{0.1, 900ms}, {0.1, 800ms}});
  EXPECT_EQ(pick_cheapest(all, kQuantile), 1U);
}

TEST(PickCheapest, exactly_the_quantile_is_enough) {
  auto all = candidates({{0.1, 1s, kQuantile}});
  EXPECT_EQ(pick_cheapest(all, kQuantile), 0U);
}

TEST(PickCheapest, a_busy_unit_stays_busy_in_the_explanation) {
  auto all = candidates({{0.1, 1s, 1.0, false}, {0.2, 1s}});
  EXPECT_EQ(pick_cheapest(all, kQuantile), 1U);
  EXPECT_EQ(all[0].verdict, Verdict::kBusy);
}

TEST(PickCheapest, when_nobody_qualifies_nobody_is_taken) {
  auto all = candidates({{0.1, 3s, 0.2}, {0.2, 1s, 1.0, false}});
  EXPECT_EQ(pick_cheapest(all, kQuantile), std::nullopt);
  Candidates nobody;
  EXPECT_EQ(pick_cheapest(nobody, kQuantile), std::nullopt);
}

TEST(PickCheapest, a_unit_that_failed_this_request_is_passed_over) {
  auto all = candidates({{0.1, 1s}, {0.2, 1s}});
  all[0].verdict = Verdict::kAlreadyTried;
  EXPECT_EQ(pick_cheapest(all, kQuantile), 1U);
  EXPECT_EQ(all[0].verdict, Verdict::kAlreadyTried);
}

TEST(PickSoonestInTime, drops_price_but_not_the_objective) {
  auto all = candidates({{0.1, 900ms}, {9.0, 400ms}, {0.0, 300ms, 0.9}});
  EXPECT_EQ(pick_soonest_in_time(all, kQuantile), 1U);
  EXPECT_EQ(all[0].verdict, Verdict::kSlower);
  EXPECT_EQ(all[2].verdict, Verdict::kTooSlow);
}

TEST(PickSoonest, takes_the_soonest_even_if_it_will_be_late) {
  auto all = candidates({{0.1, 9s, 0.0}, {0.5, 4s, 0.0}, {0.1, 1s, 1.0, false}});
  EXPECT_EQ(pick_soonest(all), 1U);
  EXPECT_EQ(all[0].verdict, Verdict::kSlower);
}

TEST(PickWeighted, never_draws_a_unit_of_no_weight) {
  Prng prng(1);
  for (int i = 0; i < 1000; ++i) {
    auto all = candidates(
        {{0.1, 1s, 1.0, true, 0.0}, {0.1, 1s, 1.0, true, 0.5}, {0.1, 1s, 1.0, true, 0.0}});
    ASSERT_EQ(pick_weighted(all, prng), 1U);
    EXPECT_EQ(all[0].verdict, Verdict::kNotDrawn);
  }
}

TEST(PickWeighted, what_cannot_start_leaves_its_share_to_the_others) {
  Prng prng(2);
  std::array<int, 3> drawn{};
  for (int i = 0; i < 10000; ++i) {
    auto all = candidates(
        {{0.1, 1s, 1.0, false, 0.6}, {0.1, 1s, 1.0, true, 0.3}, {0.1, 1s, 1.0, true, 0.1}});
    ++drawn[*pick_weighted(all, prng)];
  }
  EXPECT_EQ(drawn[0], 0);
  EXPECT_NEAR(drawn[1], 7500, 180);
}

TEST(PickWeighted, without_any_weight_nobody_is_drawn) {
  Prng prng(3);
  auto all = candidates({{0.1, 1s}, {0.2, 1s}});
  EXPECT_EQ(pick_weighted(all, prng), std::nullopt);
}

// Every rule, on anything: at most one is chosen, it could start, and no untouched verdict remains
// on one that could.
RC_GTEST_PROP(Pick, exactly_the_one_returned_is_marked_chosen, (std::uint64_t seed)) {
  std::vector<Given> given;
  const int count = *rc::gen::inRange(0, static_cast<int>(kMaxCandidates) + 1);
  for (int i = 0; i < count; ++i) {
    given.push_back({*rc::gen::inRange(0, 5) / 10.0,
                     std::chrono::milliseconds(*rc::gen::inRange(1, 4000)),
                     *rc::gen::inRange(0, 101) / 100.0, *rc::gen::arbitrary<bool>(),
                     *rc::gen::inRange(0, 3) / 2.0});
  }
  Prng prng(seed);
  for (int rule = 0; rule < 4; ++rule) {
    auto all = candidates(given);
    const auto taken = rule == 0   ? pick_cheapest(all, kQuantile)
                       : rule == 1 ? pick_soonest_in_time(all, kQuantile)
                       : rule == 2 ? pick_soonest(all)
                                   : pick_weighted(all, prng);
    for (std::size_t i = 0; i < all.size(); ++i) {
      RC_ASSERT((all[i].verdict == Verdict::kChosen) == (taken == i));
      if (!can_start(all[i])) RC_ASSERT(all[i].verdict == Verdict::kBusy);
      if (rule == 0 && taken && all[i].probability >= kQuantile && can_start(all[i])) {
        RC_ASSERT(all[*taken].cost_usd <= all[i].cost_usd);
      }
      if (rule == 2 && can_start(all[i])) {
        RC_ASSERT(taken.has_value());
        RC_ASSERT(all[*taken].predicted <= all[i].predicted);
      }
    }
    if (taken && rule < 2) RC_ASSERT(all[*taken].probability >= kQuantile);
  }
}

}  // namespace
}  // namespace signalbox::core
