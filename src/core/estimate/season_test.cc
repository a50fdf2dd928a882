// SPDX-License-Identifier: Apache-2.0
//
// What counts as a season: it must be found where there is one, whatever its length, and never in
// noise or in a mere trend.
#include "core/estimate/season.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "base/prng.h"

namespace signalbox::core {
namespace {

double wave(double bin, double period) {
  return 20.0 + 15.0 * std::sin(2.0 * std::numbers::pi * bin / period);
}

Season seen(int bins, double period, double noise, std::uint64_t seed = 1) {
  Season season;
  Prng prng(seed);
  for (int i = 0; i < bins; ++i) season.observe(wave(i, period) + noise * (prng.uniform() - 0.5));
  return season;
}

TEST(Season, a_cycle_and_a_half_tell_the_period) {
  for (const double period : {60.0, 180.0, 288.0}) {
    const Season season = seen(static_cast<int>(1.6 * period), period, 4.0);
    EXPECT_NEAR(season.period(), period, 2.0) << period;
  }
}

TEST(Season, the_outlook_is_the_same_hour_of_the_cycle_before) {
  const Season season = seen(700, 180.0, 2.0);
  for (const double ahead : {0.0, 10.0, 50.0}) {
    ASSERT_TRUE(season.at(ahead));
    EXPECT_NEAR(*season.at(ahead), wave(700.0 + ahead, 180.0), 1.5) << ahead << " bins ahead";
  }
}

TEST(Season, noise_has_no_season) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    EXPECT_EQ(seen(600, 1e9, 10.0, seed).period(), 0.0) << "seed " << seed;
  }
}

TEST(Season, a_trend_is_no_season) {
  Season season;
  for (int i = 0; i < 600; ++i) season.observe(i * 0.1);
  EXPECT_EQ(season.period(), 0.0);
  EXPECT_FALSE(season.at(3.0));
}

TEST(Season, less_than_a_cycle_tells_nothing) { EXPECT_EQ(seen(180, 180.0, 1.0).period(), 0.0); }

TEST(Season, a_busier_cycle_than_before_scales_the_outlook_within_bounds) {
  Season season = seen(360, 180.0, 0.0);
  for (int i = 360; i < 366; ++i) season.observe(2.0 * wave(i, 180.0));
  EXPECT_NEAR(season.scale_of(6), 2.0, 0.2);
  for (int i = 366; i < 372; ++i) season.observe(100.0 * wave(i, 180.0));
  EXPECT_LE(season.scale_of(6), Season::kMostScale);
}

TEST(Season, only_surprises_are_remembered_as_such) {
  Season season;
  for (int i = 0; i < 10; ++i) season.observe(5.0);
  season.observe(50.0, true);
  season.observe(60.0);
  season.observe(5.0);
  EXPECT_EQ(season.highest_surprise(3.0, 1.0), 50.0) << "60 was expected";
  EXPECT_EQ(season.highest_surprise(2.0, 0.0), std::nullopt);
  EXPECT_EQ(season.highest_surprise(100.0, 50.0), std::nullopt) << "nothing so old is kept";
}

TEST(Season, memory_is_bounded) {
  Season season;
  for (std::size_t i = 0; i < 3 * Season::kMostBins; ++i) {
    season.observe(wave(static_cast<double>(i), 288.0));
  }
  EXPECT_NEAR(season.period(), 288.0, 1.0) << "and what is kept still tells the day";
}

}  // namespace
}  // namespace signalbox::core
