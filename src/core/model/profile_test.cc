// SPDX-License-Identifier: Apache-2.0
//
// Latency and capacity come from one curve, so Little's law must tie them at every load.
#include "core/model/profile.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

namespace signalbox::core {
namespace {

// Batches gain up to eight; beyond it a request only waits.
Profile batching() { return Profile::measured({{1, 1s}, {4, 2s}, {8, 3s}}, 0.1); }

TEST(Profile, a_single_server_takes_the_inverse_of_its_plateau) {
  const auto inf2 = Profile::single_server(123.0 / 60.0, 0.05);
  EXPECT_NEAR(to_seconds(inf2.latency(1)), 60.0 / 123.0, 1e-9);
  EXPECT_NEAR(inf2.plateau_per_s(1), 123.0 / 60.0, 1e-6);
  EXPECT_EQ(inf2.spread(), 0.05);
}

TEST(Profile, more_slots_do_not_make_a_single_server_faster) {
  const auto profile = Profile::single_server(2.0, 0.0);
  EXPECT_NEAR(profile.plateau_per_s(4), 2.0, 1e-6);
  EXPECT_EQ(profile.latency(4), 2s);
}

TEST(Profile, a_measured_point_is_given_back) {
  const auto profile = batching();
  EXPECT_EQ(profile.latency(1), 1s);
  EXPECT_EQ(profile.latency(4), 2s);
  EXPECT_EQ(profile.latency(8), 3s);
}

TEST(Profile, between_points_latency_is_linear) {
  EXPECT_EQ(batching().latency(2), from_seconds(1.0 + 1.0 / 3.0));
  EXPECT_EQ(batching().latency(6), 2500ms);
}

TEST(Profile, past_the_last_point_latency_grows_in_proportion_and_the_rate_stands_still) {
  const auto profile = batching();
  EXPECT_EQ(profile.latency(16), 6s);
  EXPECT_NEAR(16 / to_seconds(profile.latency(16)), 8 / to_seconds(profile.latency(8)), 1e-9);
}

TEST(Profile, below_the_first_point_the_first_latency_holds) {
  const auto profile = Profile::measured({{4, 2s}, {8, 3s}}, 0.0);
  EXPECT_EQ(profile.latency(1), 2s);
}

TEST(Profile, the_plateau_is_the_best_rate_within_the_slots) {
  EXPECT_NEAR(batching().plateau_per_s(1), 1.0, 1e-9);
  EXPECT_NEAR(batching().plateau_per_s(4), 2.0, 1e-9);
  EXPECT_NEAR(batching().plateau_per_s(8), 8.0 / 3.0, 1e-9);
  EXPECT_NEAR(batching().plateau_per_s(64), 8.0 / 3.0, 1e-9);
}

TEST(Profile, a_curve_that_collapses_keeps_the_rate_of_its_best_point) {
  const auto thrashing = Profile::measured({{1, 1s}, {2, 1500ms}, {4, 8s}}, 0.0);
  EXPECT_NEAR(thrashing.plateau_per_s(4), 2.0 / 1.5, 1e-9);
}

// Little's law: no load that the slots allow can complete more than the plateau.
RC_GTEST_PROP(Profile, no_load_beats_the_plateau, ()) {
  const auto steps =
      *rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(1, 10)));
  std::vector<Profile::Point> points;
  int in_flight = 0;
  for (const int step : steps) {
    in_flight += step;
    points.push_back({in_flight, std::chrono::milliseconds(*rc::gen::inRange(1, 5000))});
  }
  const auto profile = Profile::measured(points, 0.0);
  const int slots = *rc::gen::inRange(1, 50);
  const double plateau = profile.plateau_per_s(slots);
  double best = 0.0;
  for (int n = 1; n <= slots; ++n) best = std::max(best, n / to_seconds(profile.latency(n)));
  RC_ASSERT(std::abs(best - plateau) < 1e-9 * plateau);
  for (const auto& point : points) RC_ASSERT(profile.latency(point.in_flight) == point.latency);
}

TEST(ProfileDeathTest, a_curve_that_is_no_curve_is_a_bug) {
  EXPECT_DEATH(static_cast<void>(Profile::measured({}, 0.0)), "empty");
  EXPECT_DEATH(static_cast<void>(Profile::measured({{2, 1s}, {2, 2s}}, 0.0)), "in_flight");
  EXPECT_DEATH(static_cast<void>(Profile::measured({{1, 0s}}, 0.0)), "latency");
  EXPECT_DEATH(static_cast<void>(Profile::single_server(0.0, 0.0)), "plateau");
}

}  // namespace
}  // namespace signalbox::core
