// SPDX-License-Identifier: Apache-2.0
#include "sim/engine/fault.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "sim/engine/zone_loss.h"

namespace signalbox::sim {
namespace {

TEST(ShareOf, any_fraction_above_zero_means_at_least_one) {
  EXPECT_EQ(share_of(10, 0.01), 1u);
  EXPECT_EQ(share_of(1, 0.5), 1u);
}

TEST(ShareOf, half_of_an_odd_count_rounds_up) { EXPECT_EQ(share_of(5, 0.5), 3u); }

TEST(ShareOf, nothing_of_anything_and_anything_of_nothing_is_nothing) {
  EXPECT_EQ(share_of(7, 0.0), 0u);
  EXPECT_EQ(share_of(0, 1.0), 0u);
}

TEST(ShareOf, more_than_all_is_all) { EXPECT_EQ(share_of(7, 3.0), 7u); }

std::vector<EndpointId> ids_up_to(std::uint64_t count) {
  std::vector<EndpointId> ids;
  for (std::uint64_t id = 1; id <= count; ++id) ids.push_back(EndpointId{id});
  return ids;
}

TEST(DrawShare, draws_as_many_as_the_fraction_means_and_nobody_twice) {
  Prng draws(5);
  const auto drawn = draw_share(ids_up_to(10), 0.25, draws);
  EXPECT_EQ(drawn.size(), 3u);
  EXPECT_EQ(std::set(drawn.begin(), drawn.end()).size(), 3u);
}

TEST(DrawShare, every_subset_is_drawn_as_often_as_any_other) {
  Prng draws(5);
  std::map<std::set<EndpointId>, int> seen;
  constexpr int kDraws = 6000;
  for (int i = 0; i < kDraws; ++i) {
    const auto drawn = draw_some(ids_up_to(4), 2, draws);
    ++seen[{drawn.begin(), drawn.end()}];
  }
  ASSERT_EQ(seen.size(), 6u);
  for (const auto& [subset, times] : seen) {
    EXPECT_NEAR(times, kDraws / 6, 4.0 * std::sqrt(kDraws * (1.0 / 6) * (5.0 / 6)));
  }
}

TEST(Flap, half_a_period_of_silence_and_then_half_of_answers) {
  const TimePoint since{10s};
  EXPECT_FALSE(answers_in_flap(since, 4s, since));
  EXPECT_FALSE(answers_in_flap(since, 4s, since + 2s - 1ns));
  EXPECT_TRUE(answers_in_flap(since, 4s, since + 2s));
  EXPECT_TRUE(answers_in_flap(since, 4s, since + 4s - 1ns));
  EXPECT_FALSE(answers_in_flap(since, 4s, since + 4s));
}

TEST(Flap, the_next_change_is_where_the_answer_differs_and_not_before) {
  const TimePoint since{10s};
  TimePoint now = since + 700ms;
  for (int change = 0; change < 6; ++change) {
    const TimePoint next = next_flap(since, 3s, now);
    EXPECT_EQ(answers_in_flap(since, 3s, now), answers_in_flap(since, 3s, next - 1ns));
    EXPECT_NE(answers_in_flap(since, 3s, now), answers_in_flap(since, 3s, next));
    now = next;
  }
  EXPECT_EQ(now, since + 9s);
}

TEST(ZoneLoss, strikes_every_unit_of_the_zone_and_heals_it_and_leaves_the_others) {
  std::vector<core::UnitSpec> units(3);
  units[0].zone = units[2].zone = "a";
  units[1].zone = "b";
  const auto faults = zone_loss(units, "a", 10min, 30min);
  ASSERT_EQ(faults.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(faults[i].unit, UnitId{i % 2 == 0 ? 0u : 2u});
    EXPECT_EQ(faults[i].at, i < 2 ? 10min : 30min);
    EXPECT_EQ(faults[i].fault.heal, i >= 2);
  }
  EXPECT_EQ(faults[0].fault.lose, 1.0);
  EXPECT_TRUE(faults[0].fault.lose_booting);
  EXPECT_EQ(faults[0].fault.refuse_launches, true);
}

}  // namespace
}  // namespace signalbox::sim
