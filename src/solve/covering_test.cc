// SPDX-License-Identifier: Apache-2.0
//
// Exact covers against every cover there is, against the core's planner, and what is said when the
// search is cut short.
#include "solve/covering.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>

#include "base/distributions.h"
#include "base/prng.h"
#include "core/scale/mix.h"

namespace signalbox::solve {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double cheapest_of_all(const std::vector<CoverOption>& options, double required) {
  double best = kInfinity;
  const std::function<void(std::size_t, double, double)> choose = [&](std::size_t i, double price,
                                                                      double capacity) {
    if (i == options.size()) {
      if (capacity >= required * (1.0 - 1e-9)) best = std::min(best, price);
      return;
    }
    for (int n = options[i].least; n <= options[i].most; ++n) {
      choose(i + 1, price + n * options[i].price, capacity + n * options[i].capacity);
    }
  };
  choose(0, 0.0, 0.0);
  return best;
}

std::vector<CoverOption> draw_options(Prng& prng) {
  std::vector<CoverOption> options(1 + prng.below(4));
  for (CoverOption& option : options) {
    option.capacity = draw_uniform(prng, 0.5, 3.0);
    option.price = draw_uniform(prng, 0.2, 2.0);
    option.least = static_cast<int>(prng.below(2));
    option.most = option.least + static_cast<int>(prng.below(6));
  }
  return options;
}

double total_capacity(const std::vector<CoverOption>& options) {
  double total = 0.0;
  for (const CoverOption& option : options) total += option.most * option.capacity;
  return total;
}

RC_GTEST_PROP(CheapestCover, is_the_cheapest_of_all, (std::uint64_t seed)) {
  Prng prng(seed);
  const auto options = draw_options(prng);
  const double required = draw_uniform(prng, 0.0, 1.1 * total_capacity(options));
  const Cover cover = cheapest_cover(options, required);
  const double best = cheapest_of_all(options, required);
  RC_ASSERT(cover.proven);
  RC_ASSERT(cover.covers == (best < kInfinity));
  for (std::size_t i = 0; i < options.size(); ++i) {
    RC_ASSERT(cover.replicas[i] >= options[i].least && cover.replicas[i] <= options[i].most);
    if (!cover.covers) RC_ASSERT(cover.replicas[i] == options[i].most);
  }
  if (cover.covers) RC_ASSERT(std::fabs(cover.price - best) <= 1e-9 * (1.0 + best));
}

RC_GTEST_PROP(CheapestCover, is_no_dearer_than_the_planner_and_not_below_its_bound,
              (std::uint64_t seed)) {
  Prng prng(seed);
  const auto options = draw_options(prng);
  const double required = draw_uniform(prng, 0.1, 0.99) * total_capacity(options);
  if (required <= 0.0) RC_DISCARD("nothing to cover");
  std::vector<core::MixOption> same;
  for (const auto& o : options) same.push_back({o.capacity, o.price, o.least, o.most, 0});
  const Cover cover = cheapest_cover(options, required);
  const core::Mix mix = core::cheapest_mix(same, required);
  RC_ASSERT(cover.covers);
  RC_ASSERT(cover.price <= mix.cost_usd_per_hour + 1e-9);
  RC_ASSERT(cover.price >= mix.lower_bound_usd_per_hour - 1e-9);
}

TEST(CheapestCover, a_load_of_exactly_so_many_replicas_needs_no_more) {
  for (int n = 1; n <= 60; ++n) {
    const Cover cover = cheapest_cover({{2.05, 0.7582, 0, 100}}, n * 2.05);
    EXPECT_EQ(cover.replicas[0], n);
    EXPECT_TRUE(cover.proven);
  }
}

TEST(CheapestCover, mixes_units_where_that_is_cheaper) {
  const Cover cover = cheapest_cover({{10.0, 1.0, 0, 1000000}, {3.0, 0.35, 0, 1000000}}, 33.0);
  EXPECT_EQ(cover.replicas, (std::vector<int>{3, 1}));
  EXPECT_DOUBLE_EQ(cover.price, 3.35);
  EXPECT_DOUBLE_EQ(cover.capacity, 33.0);
}

TEST(CheapestCover, nothing_required_is_covered_by_what_there_must_be) {
  const Cover cover = cheapest_cover({{1.0, 1.0, 2, 5}, {1.0, 0.5, 0, 5}}, 0.0);
  EXPECT_EQ(cover.replicas, (std::vector<int>{2, 0}));
  EXPECT_TRUE(cover.covers && cover.proven);
  EXPECT_TRUE(cheapest_cover({}, 0.0).covers);
  EXPECT_FALSE(cheapest_cover({}, 1.0).covers);
}

TEST(CheapestCover, too_little_is_all_there_is_and_said) {
  const Cover cover = cheapest_cover({{1.0, 1.0, 0, 2}, {1.0, 0.5, 0, 3}}, 6.0);
  EXPECT_EQ(cover.replicas, (std::vector<int>{2, 3}));
  EXPECT_FALSE(cover.covers);
}

TEST(CheapestCover, out_of_nodes_it_still_covers_and_says_that_it_is_not_proven) {
  const std::vector<CoverOption> options = {
      {7.0, 7.1, 0, 9}, {11.0, 11.15, 0, 9}, {13.0, 13.25, 0, 9}, {17.0, 17.2, 0, 9}};
  const double required = 123.4;
  const Cover cut_short = cheapest_cover(options, required, {0});
  EXPECT_TRUE(cut_short.covers);
  EXPECT_FALSE(cut_short.proven);
  const Cover whole = cheapest_cover(options, required);
  EXPECT_TRUE(whole.proven);
  EXPECT_LE(whole.price, cut_short.price);
}

// Every assignment of slices, the load rounded up to replicas.
double cheapest_plan_of_all(const std::vector<MelangeUnit>& units,
                            const std::vector<MelangeBucket>& buckets) {
  std::vector<std::size_t> bucket_of;
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    bucket_of.insert(bucket_of.end(), static_cast<std::size_t>(buckets[i].slices), i);
  }
  double best = kInfinity;
  const std::function<void(std::size_t, std::vector<double>)> assign =
      [&](std::size_t slice, const std::vector<double>& load) {
        if (slice == bucket_of.size()) {
          double price = 0.0;
          for (std::size_t j = 0; j < units.size(); ++j) {
            const double replicas = std::ceil(load[j] * (1.0 - 1e-9));
            if (replicas > units[j].most) return;
            price += replicas * units[j].price;
          }
          best = std::min(best, price);
          return;
        }
        const MelangeBucket& bucket = buckets[bucket_of[slice]];
        for (std::size_t j = 0; j < units.size(); ++j) {
          if (bucket.throughput_per_s[j] <= 0.0) continue;
          auto with = load;
          with[j] += bucket.rate_per_s / bucket.slices / bucket.throughput_per_s[j];
          assign(slice + 1, with);
        }
      };
  assign(0, std::vector<double>(units.size(), 0.0));
  return best;
}

RC_GTEST_PROP(MelangePlan, is_the_cheapest_of_all, (std::uint64_t seed)) {
  Prng prng(seed);
  std::vector<MelangeUnit> units(1 + prng.below(3));
  for (auto& unit : units) {
    unit = {draw_uniform(prng, 0.2, 2.0), static_cast<int>(prng.below(6))};
  }
  std::vector<MelangeBucket> buckets(1 + prng.below(3));
  for (auto& bucket : buckets) {
    bucket.rate_per_s = draw_uniform(prng, 0.0, 4.0);
    bucket.slices = 1 + static_cast<int>(prng.below(3));
    for (std::size_t j = 0; j < units.size(); ++j) {
      bucket.throughput_per_s.push_back(prng.uniform() < 0.2 ? 0.0 : draw_uniform(prng, 0.5, 3.0));
    }
  }
  const double best = cheapest_plan_of_all(units, buckets);
  const auto plan = melange_plan(units, buckets);
  RC_ASSERT(plan.ok() == (best < kInfinity));
  if (!plan) return;
  RC_ASSERT(plan->proven);
  RC_ASSERT(std::fabs(plan->price - best) <= 1e-9 * (1.0 + best));
  std::vector<double> load(units.size(), 0.0);
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    double given = 0.0;
    for (std::size_t j = 0; j < units.size(); ++j) {
      const double share = plan->shares[i][j];
      given += share;
      if (share > 0.0) load[j] += share * buckets[i].rate_per_s / buckets[i].throughput_per_s[j];
    }
    RC_ASSERT(std::fabs(given - 1.0) <= 1e-12);
  }
  for (std::size_t j = 0; j < units.size(); ++j) {
    RC_ASSERT(load[j] <= plan->replicas[j] * (1.0 + 1e-8));
    RC_ASSERT(plan->replicas[j] <= units[j].most);
  }
}

TEST(MelangePlan, small_requests_go_to_small_units) {
  // The small unit does small requests for less and cannot do large ones.
  const auto plan =
      melange_plan({{1.0, 10}, {5.0, 10}}, {{8.0, 4, {4.0, 10.0}}, {5.0, 1, {0.0, 5.0}}});
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->replicas, (std::vector<int>{2, 1}));
  EXPECT_EQ(plan->shares[0], (std::vector<double>{1.0, 0.0}));
  EXPECT_EQ(plan->shares[1], (std::vector<double>{0.0, 1.0}));
  EXPECT_DOUBLE_EQ(plan->price, 7.0);
}

TEST(MelangePlan, limits_that_allow_no_assignment_are_an_error) {
  const auto plan = melange_plan({{1.0, 2}}, {{3.0, 3, {1.0}}});
  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.error().message, "no assignment stays within the units' limits");
  EXPECT_FALSE(melange_plan({}, {{3.0, 3, {}}}).ok());
}

TEST(MelangePlan, no_requests_need_no_replicas) {
  const auto plan = melange_plan({{1.0, 2}}, {});
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->replicas, (std::vector<int>{0}));
}

TEST(MelangePlan, out_of_nodes_it_still_plans_and_says_that_it_is_not_proven) {
  Prng prng(3);
  std::vector<MelangeUnit> units;
  for (int j = 0; j < 5; ++j) units.push_back({draw_uniform(prng, 0.9, 1.1), 100});
  std::vector<MelangeBucket> buckets;
  for (int i = 0; i < 8; ++i) {
    buckets.push_back({draw_uniform(prng, 1.0, 5.0), 8, {}});
    for (int j = 0; j < 5; ++j) {
      buckets.back().throughput_per_s.push_back(draw_uniform(prng, 0.9, 1.1));
    }
  }
  const auto cut_short = melange_plan(units, buckets, {0});
  ASSERT_TRUE(cut_short.ok());
  EXPECT_FALSE(cut_short->proven);
  const auto again = melange_plan(units, buckets, {0});
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->replicas, cut_short->replicas);
}

}  // namespace
}  // namespace signalbox::solve
