// SPDX-License-Identifier: Apache-2.0
//
// The policies that solve integer programs, and the forecast, on cases worked by hand.
#include <gtest/gtest.h>

#include <cmath>

#include "core/scale/staffing.h"
#include "sim/policy/forecast_ilp.h"
#include "sim/policy/holt_winters.h"
#include "sim/policy/melange.h"
#include "sim/policy/testdata/policy_rig.h"

namespace signalbox::sim {
namespace {

core::FleetSpec two_units() {
  return rig_fleet({rig_unit("cheap", 1.0, 2.0, 10), rig_unit("dear", 2.0, 1.0, 50)});
}

// Big: 4/s for 3.50 USD/hour; small: 1/s for 1.
core::FleetSpec big_and_small() {
  return rig_fleet({rig_unit("big", 3.5, 4.0), rig_unit("small", 1.0, 1.0)});
}

TEST(Melange, takes_the_cheapest_mix_of_whole_replicas) {
  Melange melange(1.0, Melange::Demand::kBefore);
  PolicyRig rig(big_and_small(), melange);
  // 4.9/s: one big and one small cost 4.50; five small 5; two big 7.
  EXPECT_EQ(rig.decide(0s, 4.9), (std::vector{1, 1}));
  // 7.5/s: two big cost 7; one big and four small 7.50; eight small 8.
  EXPECT_EQ(rig.decide(300s, 7.5), (std::vector{2, 0}));
  EXPECT_EQ(rig.decide(600s, 2.9), (std::vector{0, 3}));
  EXPECT_EQ(rig.decide(900s, 0.0), (std::vector{1, 0})) << "one stays";
}

TEST(Melange, plans_for_throughput_at_its_utilisation) {
  Melange melange(0.5, Melange::Demand::kBefore);
  PolicyRig rig(two_units(), melange);
  EXPECT_EQ(rig.decide(0s, 6.9), (std::vector{7, 0})) << "6.9 / (0.5 x 2)";
}

TEST(Melange, spills_over_a_unit_that_refuses_and_takes_all_when_all_is_too_little) {
  Melange melange(1.0, Melange::Demand::kBefore);
  PolicyRig rig(two_units(), melange);
  rig.units[0].ready = 2;
  rig.units[0].refused_at = at(0s);
  EXPECT_EQ(rig.decide(60s, 8.9), (std::vector{2, 5}));
  rig.units[0].refused_at = at(100s);
  EXPECT_EQ(rig.decide(120s, 500.0), (std::vector{2, 50}));
}

TEST(Melange, the_oracle_plans_for_the_busiest_window_its_launches_could_be_late_for) {
  Melange melange(1.0, Melange::Demand::kComing);
  PolicyRig rig(two_units(), melange);
  DemandSeries truth;
  truth.slot = 300s;
  // Its next decision is in 5 minutes and the longest boot takes 15: four windows count.
  for (const double per_s : {2.0, 5.9, 4.0, 3.0, 99.0, 99.0}) {
    truth.work.push_back(per_s * 300.0);
    truth.requests.push_back(1);
  }
  rig.truth(truth);
  EXPECT_EQ(rig.decide(0s, 0.0)[0], 3);
  EXPECT_EQ(rig.decide(300s, 0.0)[0], 10) << "now the wave shows";
}

TEST(HoltWinters, follows_its_recursions) {
  HoltWinters demand(0);
  EXPECT_EQ(demand.forecast(3), 0.0);
  demand.observe(10.0);
  EXPECT_EQ(demand.forecast(1), 10.0);
  demand.observe(20.0);
  // Level 0.3 x 20 + 0.7 x 10 = 13; trend 0.05 x 3 = 0.15; damped by 0.98 each step.
  EXPECT_NEAR(demand.forecast(1), 13.0 + 0.98 * 0.15, 1e-12);
  EXPECT_NEAR(demand.forecast(2), 13.0 + (0.98 + 0.9604) * 0.15, 1e-12);
}

TEST(HoltWinters, knows_a_season_after_it_has_seen_one) {
  HoltWinters demand(4);
  for (const double value : {1.0, 2.0, 3.0, 2.0}) demand.observe(value);
  // Level 2, season -1 0 +1 0.
  EXPECT_NEAR(demand.forecast(1), 1.0, 1e-12);
  EXPECT_NEAR(demand.forecast(3), 3.0, 1e-12);
  EXPECT_NEAR(demand.forecast(7), 3.0, 1e-12) << "and the one after";
  for (int cycle = 0; cycle < 3; ++cycle) {
    for (const double value : {1.0, 2.0, 3.0, 2.0}) demand.observe(value);
  }
  EXPECT_NEAR(demand.forecast(3), 3.0, 1e-9) << "a perfect season leaves nothing to learn";
}

TEST(HoltWinters, sees_a_ramp_coming_and_never_forecasts_less_than_nothing) {
  HoltWinters up(0);
  HoltWinters down(0);
  for (int minute = 0; minute <= 60; ++minute) {
    up.observe(minute);
    down.observe(60.0 - minute);
  }
  EXPECT_GT(up.forecast(15), 60.0);
  EXPECT_LT(up.forecast(15), 75.0) << "damped, and behind";
  EXPECT_EQ(down.forecast(30), 0.0);
}

TEST(ForecastIlp, covers_what_the_objective_needs_with_the_cheapest_mix) {
  ForecastIlp policy(0.0, Duration::zero());
  PolicyRig rig(two_units(), policy);
  for (int minute = 1; minute <= 10; ++minute) rig.decide(minute * 60s, 12.0);
  // A steady demand is its own forecast. What carries 12/s on replicas of 2/s so that 99 % take at
  // most 2 s is the staffing formula's business; here it comes to whole replicas of the cheap unit.
  const double required = core::required_capacity_per_s(
      12.0, 500ms, 0.0, core::Objective{.latency = 2s, .quantile = 0.99});
  const int replicas = static_cast<int>(std::ceil(required / 2.0 - 1e-9));
  EXPECT_EQ(rig.wish.replicas, (std::vector{replicas, 0}));
  EXPECT_GT(replicas, 6);
  EXPECT_LT(replicas, 10);
}

TEST(ForecastIlp, launches_ahead_of_a_ramp_and_headroom_adds_to_it) {
  ForecastIlp bare(0.0, Duration::zero());
  ForecastIlp careful(0.5, Duration::zero());
  PolicyRig without(big_and_small(), bare);
  PolicyRig with(big_and_small(), careful);
  for (int minute = 1; minute <= 60; ++minute) {
    without.decide(minute * 60s, minute);
    with.decide(minute * 60s, minute);
  }
  const auto capacity = [](const Wish& wish) { return 4 * wish.replicas[0] + wish.replicas[1]; };
  EXPECT_GT(capacity(without.wish), 66) << "for more than the 60/s there are now";
  EXPECT_GT(capacity(with.wish), capacity(without.wish) * 5 / 4);
}

TEST(ForecastIlp, a_known_season_is_provided_for_before_it_comes) {
  ForecastIlp policy(0.0, 1h);
  PolicyRig rig(two_units(), policy);
  // Quiet for 40 minutes of each hour, busy for 20.
  const auto per_s = [](int minute) { return minute % 60 >= 40 ? 16.0 : 2.0; };
  for (int minute = 1; minute <= 120 + 20; ++minute) rig.decide(minute * 60s, per_s(minute));
  const int quiet = rig.wish.replicas[0];
  for (int minute = 141; minute <= 120 + 30; ++minute) rig.decide(minute * 60s, per_s(minute));
  EXPECT_GT(rig.wish.replicas[0], quiet + 3) << "ten minutes ahead";
}

}  // namespace
}  // namespace signalbox::sim
