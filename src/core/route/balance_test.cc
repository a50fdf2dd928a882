// SPDX-License-Identifier: Apache-2.0
//
// The plain balancers on hand-made lists of free endpoints.
#include "core/route/balance.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <vector>

namespace signalbox::core {
namespace {

class Balance : public testing::Test {
 protected:
  struct Given {
    std::uint64_t id;
    int in_flight = 0;
    int slots = 1;
  };

  // One more unit with these free endpoints.
  void unit(const std::vector<Given>& endpoints) {
    auto& list = lists_.emplace_back();
    for (const auto& given : endpoints) {
      list.push_back({EndpointId(given.id), nullptr, given.in_flight, given.slots, 0});
    }
    free.push_back(list);
  }

  static std::uint64_t id_of(const std::optional<Balanced>& balanced) {
    return balanced ? balanced->endpoint->id.value : 0;
  }

  // How often each endpoint was taken by `rule` in 10,000 draws.
  template <class Rule>
  std::map<std::uint64_t, int> taken(Rule&& rule) {
    Prng prng(3);
    std::map<std::uint64_t, int> times;
    for (int i = 0; i < 10000; ++i) ++times[id_of(rule(free, prng))];
    return times;
  }

  FreeEndpoints free;

 private:
  std::deque<std::vector<FreeEndpoint>> lists_;
};

TEST_F(Balance, round_robin_goes_by_id_through_all_units_and_begins_again) {
  unit({{30}, {10}});
  unit({{20}, {40}});
  EXPECT_EQ(id_of(next_in_turn(free, EndpointId(0))), 10U);
  EXPECT_EQ(id_of(next_in_turn(free, EndpointId(10))), 20U);
  EXPECT_EQ(id_of(next_in_turn(free, EndpointId(20))), 30U);
  EXPECT_EQ(id_of(next_in_turn(free, EndpointId(30))), 40U);
  EXPECT_EQ(id_of(next_in_turn(free, EndpointId(40))), 10U);
  EXPECT_EQ(next_in_turn(free, EndpointId(10))->unit, 1U);
}

TEST_F(Balance, round_robin_passes_over_what_is_not_free) {
  unit({{10}, {30}});
  EXPECT_EQ(id_of(next_in_turn(free, EndpointId(20))), 30U) << "20 itself may be busy or gone";
}

TEST_F(Balance, least_request_takes_the_smallest_share_of_slots) {
  unit({{1, 2, 4}, {2, 3, 4}});
  unit({{3, 3, 8}, {4, 1, 2}});
  Prng prng(1);
  EXPECT_EQ(id_of(least_loaded(free, prng)), 3U) << "3 of 8 is less than 1 of 2";
  EXPECT_EQ(least_loaded(free, prng)->unit, 1U);
}

TEST_F(Balance, least_request_draws_among_equals_alike) {
  unit({{1, 1, 2}, {2, 0, 2}});
  unit({{3}, {4, 0, 8}, {5, 1, 8}});
  const auto times = taken([](const auto& all, Prng& prng) { return least_loaded(all, prng); });
  EXPECT_EQ(times.size(), 3U);
  for (const std::uint64_t id : {2U, 3U, 4U}) EXPECT_NEAR(times.at(id), 3333, 200) << id;
}

TEST_F(Balance, of_two_draws_the_less_loaded_is_taken_so_the_most_loaded_never_is) {
  unit({{1, 3, 4}, {2, 2, 4}});
  unit({{3, 1, 4}, {4, 0, 4}});
  const auto times = taken([](const auto& all, Prng& prng) { return better_of_two(all, prng); });
  EXPECT_FALSE(times.contains(1)) << "two different ones are drawn";
  EXPECT_NEAR(times.at(2), 10000 / 6, 150);
  EXPECT_NEAR(times.at(3), 20000 / 6, 200);
  EXPECT_NEAR(times.at(4), 30000 / 6, 200);
}

TEST_F(Balance, of_two_draws_among_equals_all_are_taken_alike) {
  unit({{1}});
  unit({});
  unit({{2}, {3}, {4}});
  const auto times = taken([](const auto& all, Prng& prng) { return better_of_two(all, prng); });
  for (const std::uint64_t id : {1U, 2U, 3U, 4U}) EXPECT_NEAR(times.at(id), 2500, 180) << id;
}

TEST_F(Balance, a_single_free_endpoint_is_taken_by_every_rule) {
  unit({});
  unit({{7, 1, 2}});
  Prng prng(1);
  EXPECT_EQ(id_of(next_in_turn(free, EndpointId(9))), 7U);
  EXPECT_EQ(id_of(least_loaded(free, prng)), 7U);
  EXPECT_EQ(id_of(better_of_two(free, prng)), 7U);
}

TEST_F(Balance, where_nothing_is_free_nothing_is_taken) {
  unit({});
  unit({});
  Prng prng(1);
  EXPECT_FALSE(next_in_turn(free, EndpointId(9)).has_value());
  EXPECT_FALSE(least_loaded(free, prng).has_value());
  EXPECT_FALSE(better_of_two(free, prng).has_value());
}

TEST_F(Balance, all_others_that_could_have_started_are_passed_over) {
  Candidates candidates;
  for (std::uint32_t i = 0; i < 4; ++i) {
    Candidate candidate;
    candidate.unit = UnitId(i);
    candidate.endpoint = EndpointId(i == 2 ? 0 : i + 1);
    candidate.verdict = i == 2 ? Verdict::kBusy : Verdict::kUnavailable;
    candidates.push_back(candidate);
  }
  candidates[3].verdict = Verdict::kAlreadyTried;
  mark_taken(candidates, 1);
  EXPECT_EQ(candidates[0].verdict, Verdict::kPassedOver);
  EXPECT_EQ(candidates[1].verdict, Verdict::kChosen);
  EXPECT_EQ(candidates[2].verdict, Verdict::kBusy);
  EXPECT_EQ(candidates[3].verdict, Verdict::kAlreadyTried);
}

}  // namespace
}  // namespace signalbox::core
