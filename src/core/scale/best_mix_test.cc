// SPDX-License-Identifier: Apache-2.0
//
// The mix worth its price, against every other mix of small fleets.
#include "core/scale/best_mix.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <vector>

namespace signalbox::core {
namespace {

MixOption option(double capacity, double price, int most, double outage_share = 0.0) {
  return {capacity, price, 0, most, 0, outage_share};
}

// Falls steeply to 10 requests/s, gently to 14, and is flat beyond.
MissTable curve() { return MissTable({{0.0, 52.0}, {10.0, 2.0}, {14.0, 0.0}}); }

TEST(MissTable, is_read_between_its_points_and_flat_beyond) {
  const MissTable misses = curve();
  EXPECT_NEAR(misses.at(5.0), 27.0, 1e-9);
  EXPECT_NEAR(misses.at(12.0), 1.0, 1e-9);
  EXPECT_EQ(misses.at(14.0), 0.0);
  EXPECT_EQ(misses.at(100.0), 0.0);
  EXPECT_NEAR(misses.steepest(), 5.0, 1e-9);
  EXPECT_EQ(MissTable{}.at(3.0), 0.0);
  EXPECT_NEAR(MissTable::linear(4.0, 3.0).at(1.0), 9.0, 1e-9);
}

TEST(MissTable, as_a_curve_of_pieces_is_convex_even_where_rounding_bent_it) {
  const MissTable bent(
      {{0.0, 10.0}, {1.0, 8.0}, {2.0, 5.9}, {3.0, 4.0}, {4.0, 4.0 + 1e-12}, {5.0, 3.9}});
  const MissCurve curve = bent.curve();
  EXPECT_TRUE(curve.is_convex());
  EXPECT_NEAR(curve.cost_usd_per_hour(0.0) - curve.cost_usd_per_hour(3.0), 6.0, 0.2);
  EXPECT_TRUE(MissTable{}.curve().pieces.empty());
}

TEST(BestMix, buys_where_a_replica_spares_more_than_it_costs_and_no_further) {
  EXPECT_EQ(best_mix({option(1.0, 1.0, 100)}, {curve()}).replicas, std::vector{10});
  EXPECT_EQ(best_mix({option(1.0, 0.4, 100)}, {curve()}).replicas, std::vector{14});
  EXPECT_EQ(best_mix({option(1.0, 6.0, 100)}, {curve()}).replicas, std::vector{0});
}

TEST(BestMix, has_the_least_it_must_have_whatever_that_spares) {
  EXPECT_EQ(best_mix({option(1.0, 9.0, 100)}, {curve(), 0.5}).replicas, std::vector{1});
}

TEST(BestMix, a_market_that_fails_often_is_covered_by_another) {
  const auto calm = best_mix({option(1.0, 0.3, 100), option(1.0, 1.0, 100)}, {curve()}).replicas;
  EXPECT_EQ(calm[1], 0);
  const auto moody =
      best_mix({option(1.0, 0.3, 100, 0.5), option(1.0, 1.0, 100)}, {curve()}).replicas;
  EXPECT_GT(moody[1], 0);
}

TEST(BestMix, two_cheap_markets_stand_in_for_each_other) {
  const auto mix = best_mix({option(1.0, 0.3, 100, 0.2), option(1.0, 0.31, 100, 0.2)}, {curve()});
  EXPECT_GE(mix.replicas[0], 8);
  EXPECT_GE(mix.replicas[1], 8) << "twice the capacity costs less than the outages would";
}

TEST(BestMix, new_replicas_must_be_worth_their_boot) {
  MixOption present = option(1.0, 1.0, 100);
  present.present = 10;
  const MixOption cheaper = option(1.0, 0.9, 100);
  EXPECT_EQ(best_mix({present, cheaper}, {curve(), 0.0, 0.3}).replicas, (std::vector{10, 0}));
  EXPECT_EQ(best_mix({present, cheaper}, {curve(), 0.0, 0.0}).replicas, (std::vector{0, 10}));
}

double least_value(const std::vector<MixOption>& options, const MixAim& aim,
                   std::vector<int>& replicas, std::size_t i) {
  if (i == options.size()) return value_of(options, replicas, aim);
  double least = std::numeric_limits<double>::infinity();
  for (int n = options[i].least; n <= options[i].most; ++n) {
    replicas[i] = n;
    least = std::min(least, least_value(options, aim, replicas, i + 1));
  }
  return least;
}

std::vector<MixOption> any_options(bool risky) {
  std::vector<MixOption> options;
  const int count = *rc::gen::inRange(1, 4);
  for (int i = 0; i < count; ++i) {
    MixOption one = option(*rc::gen::inRange(5, 40) / 10.0, *rc::gen::inRange(0, 30) / 10.0,
                           *rc::gen::inRange(0, 9));
    one.present = *rc::gen::inRange(0, 9);
    one.least = *rc::gen::inRange(0, one.most + 1);
    if (risky && *rc::gen::arbitrary<bool>()) one.outage_share = *rc::gen::inRange(0, 50) / 100.0;
    options.push_back(one);
  }
  return options;
}

RC_GTEST_PROP(BestMixProperty, is_nearly_the_best_of_all_and_within_limits, ()) {
  const bool risky = *rc::gen::arbitrary<bool>();
  const auto options = any_options(risky);
  const MixAim aim{curve(), 0.0, *rc::gen::inRange(0, 4) / 10.0};
  const Mix mix = best_mix(options, aim);
  for (std::size_t i = 0; i < options.size(); ++i) {
    RC_ASSERT(mix.replicas[i] >= options[i].least);
    RC_ASSERT(mix.replicas[i] <= options[i].most);
  }
  std::vector<int> replicas(options.size());
  const double least = least_value(options, aim, replicas, 0);
  const double found = value_of(options, mix.replicas, aim);
  RC_ASSERT(found >= least - 1e-9);
  RC_ASSERT(found <= (risky ? 1.05 : 1.01) * least + 1e-9);
}

RC_GTEST_PROP(BestMixProperty, dearer_misses_never_buy_less_without_outages, ()) {
  const auto options = any_options(false);
  const auto priced = [&](double factor) {
    std::vector<MissTable::Point> points = curve().points();
    for (auto& point : points) point.usd_per_hour *= factor;
    return best_mix(options, {MissTable(points)}).capacity_per_s;
  };
  const double factor = 1.0 + *rc::gen::inRange(1, 50) / 10.0;
  RC_ASSERT(priced(factor) >= priced(1.0) - 1e-9);
}

}  // namespace
}  // namespace signalbox::core
