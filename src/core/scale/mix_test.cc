// SPDX-License-Identifier: Apache-2.0
//
// The planner's core against looking at every mix there is: what it finds is the best.
#include "core/scale/mix.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

namespace signalbox::core {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

using Counts = std::vector<int>;

void for_every_mix(const std::vector<MixOption>& options,
                   const std::function<void(const Counts&)>& visit) {
  Counts counts;
  for (const auto& option : options) counts.push_back(option.least);
  while (true) {
    visit(counts);
    std::size_t i = 0;
    for (; i < options.size(); ++i) {
      if (++counts[i] <= options[i].most) break;
      counts[i] = options[i].least;
    }
    if (i == options.size()) return;
  }
}

double capacity(const std::vector<MixOption>& options, const Counts& counts) {
  double total = 0.0;
  for (std::size_t i = 0; i < options.size(); ++i) total += counts[i] * options[i].capacity_per_s;
  return total;
}

double price(const std::vector<MixOption>& options, const Counts& counts) {
  double total = 0.0;
  for (std::size_t i = 0; i < options.size(); ++i) {
    total += counts[i] * options[i].price_usd_per_hour;
  }
  return total;
}

// What mixes are compared by: price, switching and misses.
double comparison(const std::vector<MixOption>& options, const Counts& counts, double required,
                  const MixTerms& terms) {
  double total = price(options, counts);
  for (std::size_t i = 0; i < options.size(); ++i) {
    const int fresh = std::max(0, counts[i] - std::max(options[i].present, options[i].least));
    total += fresh * options[i].price_usd_per_hour * terms.switching_share;
  }
  const double uncovered = std::max(0.0, required - capacity(options, counts));
  return uncovered > 0.0 ? total + terms.miss_price_usd_per_hour * uncovered : total;
}

std::vector<MixOption> arbitrary_options() {
  std::vector<MixOption> options;
  const int count = *rc::gen::inRange(1, 5);
  for (int i = 0; i < count; ++i) {
    MixOption option{};
    option.capacity_per_s = *rc::gen::inRange(1, 400) / 100.0;
    option.price_usd_per_hour = *rc::gen::inRange(0, 300) / 100.0;
    option.least = *rc::gen::inRange(0, 3);
    option.most = option.least + *rc::gen::inRange(i == 0 ? 1 : 0, 5);
    option.present = *rc::gen::inRange(0, 6);
    options.push_back(option);
  }
  return options;
}

double reachable(const std::vector<MixOption>& options) {
  Counts most;
  for (const auto& option : options) most.push_back(option.most);
  return capacity(options, most);
}

double floor_capacity(const std::vector<MixOption>& options) {
  Counts least;
  for (const auto& option : options) least.push_back(option.least);
  return capacity(options, least);
}

const std::vector<MixOption> kPaper = {{2.05, 0.7582, 0, 40, 0},
                                       {2.30, 1.3438, 0, 12, 0},
                                       {1.667, 1.0060, 0, 16, 0},
                                       {1.083, 0.8048, 0, 16, 0},
                                       {1.183, 1.0060, 0, 16, 0}};

TEST(Mix, nothing_required_means_nothing_beyond_the_floors) {
  const std::vector<MixOption> options = {{2.0, 1.0, 0, 5, 3}, {1.0, 1.0, 2, 5, 0}};
  const Mix mix = cheapest_mix(options, 0.0);
  EXPECT_EQ(mix.replicas, (Counts{0, 2}));
  EXPECT_EQ(mix.cost_usd_per_hour, 2.0);
}

TEST(Mix, the_cheapest_per_request_carries_the_paper_s_peak) {
  const Mix mix = cheapest_mix(kPaper, 51.0);
  EXPECT_EQ(mix.replicas, (Counts{25, 0, 0, 0, 0}));
  EXPECT_NEAR(mix.shadow_price_usd_per_hour, 0.7582 / 2.05, 1e-9);
}

TEST(Mix, a_small_remainder_is_taken_from_a_cheaper_replica) {
  // 2.05 short by one: a g6 at 0.8048 would do, and so would another inf2 at 0.7582, which is
  // cheaper; with inf2 capped, the next cheapest that covers the rest is g6.
  auto options = kPaper;
  options[0].most = 10;
  const Mix mix = cheapest_mix(options, 21.5);
  EXPECT_EQ(mix.replicas, (Counts{10, 0, 0, 1, 0}));
}

TEST(Mix, what_the_limits_cannot_carry_is_stated_as_shortfall) {
  const std::vector<MixOption> options = {{2.0, 1.0, 0, 3, 0}, {1.0, 0.4, 0, 2, 0}};
  const Mix mix = cheapest_mix(options, 10.0);
  EXPECT_EQ(mix.replicas, (Counts{3, 2}));
  EXPECT_NEAR(mix.shortfall_per_s, 2.0, 1e-12);
}

TEST(Mix, without_options_all_is_shortfall) {
  EXPECT_EQ(cheapest_mix({}, 5.0).shortfall_per_s, 5.0);
}

TEST(Mix, switching_cost_keeps_a_present_replica_that_is_only_pennies_dearer) {
  const std::vector<MixOption> options = {{1.0, 1.00, 0, 5, 0}, {1.0, 1.03, 0, 5, 3}};
  EXPECT_EQ(cheapest_mix(options, 2.9, {0.05}).replicas, (Counts{0, 3}));
  EXPECT_EQ(cheapest_mix(options, 2.9, {0.00}).replicas, (Counts{3, 0}));
}

TEST(Mix, a_replica_that_hardly_anyone_would_use_is_not_bought_when_misses_have_a_price) {
  const std::vector<MixOption> options = {{2.0, 1.0, 0, 9, 0}};
  EXPECT_EQ(cheapest_mix(options, 6.1).replicas[0], 4);
  EXPECT_EQ(cheapest_mix(options, 6.1, {0.0, 1.0}).replicas[0], 3) << "0.1 uncovered for 1.0";
  EXPECT_EQ(cheapest_mix(options, 7.9, {0.0, 1.0}).replicas[0], 4) << "1.9 uncovered for 1.0";
}

TEST(Mix, a_small_requirement_gets_its_one_replica_whatever_misses_cost) {
  const std::vector<MixOption> options = {{2.0, 1.0, 0, 9, 0}, {1.0, 0.7, 0, 9, 0}};
  const Mix mix = cheapest_mix(options, 0.01, {0.0, 1e-3});
  EXPECT_EQ(mix.replicas, (Counts{0, 1}));
}

TEST(Mix, a_floor_is_already_the_one_replica) {
  const std::vector<MixOption> options = {{2.0, 1.0, 3, 9, 3}};
  EXPECT_EQ(cheapest_mix(options, 6.01, {0.0, 1.0}).replicas[0], 3)
      << "nobody pays 1.0 to cover 0.01";
}

RC_GTEST_PROP(Mix, is_never_dearer_than_the_best_mix, ()) {
  const auto options = arbitrary_options();
  const double missing =
      (reachable(options) - floor_capacity(options)) * *rc::gen::inRange(1, 1000) / 1000.0;
  const double required = floor_capacity(options) + missing;
  const MixTerms terms{*rc::gen::element(0.0, 0.05, 0.5), kInfinity};
  double best = kInfinity;
  for_every_mix(options, [&](const Counts& counts) {
    if (capacity(options, counts) < required) return;
    best = std::min(best, comparison(options, counts, required, terms));
  });
  RC_PRE(std::isfinite(best));
  const Mix mix = cheapest_mix(options, required, terms);
  RC_ASSERT(capacity(options, mix.replicas) >= required - 1e-9);
  RC_ASSERT(comparison(options, mix.replicas, required - 1e-9, terms) <= best + 1e-9);
}

TEST(Mix, a_thousand_replicas_are_counted_as_exactly_as_ten) {
  std::vector<MixOption> options;
  for (int i = 0; i < 16; ++i) options.push_back({1.2, 0.75 + 0.05 * i, 0, 75, 0});
  const Mix mix = cheapest_mix(options, 1199.5);
  EXPECT_NEAR(mix.capacity_per_s, 1200.0, 1e-9) << "a thousand of 1.2, not one more";
  EXPECT_EQ(mix.replicas[12], 75);
  EXPECT_EQ(mix.replicas[13], 25);
}

TEST(Mix, many_units_of_nearly_one_price_are_no_harder) {
  std::vector<MixOption> options;
  for (int i = 0; i < 16; ++i) {
    options.push_back({1.0 + 0.013 * i, (1.0 + 0.013 * i) * (1.0 + 1e-4 * (i % 5)), 0, 60, 0});
  }
  const Mix mix = cheapest_mix(options, 700.0);
  EXPECT_GE(mix.capacity_per_s, 700.0 - 1e-9);
  EXPECT_LE(mix.cost_usd_per_hour, mix.lower_bound_usd_per_hour * 1.001);
}

RC_GTEST_PROP(Mix, covers_the_requirement_or_states_what_is_missing, ()) {
  const auto options = arbitrary_options();
  const double required = *rc::gen::inRange(0, 6000) / 100.0;
  const Mix mix = cheapest_mix(options, required);
  for (std::size_t i = 0; i < options.size(); ++i) {
    RC_ASSERT(mix.replicas[i] >= options[i].least);
    RC_ASSERT(mix.replicas[i] <= options[i].most);
  }
  RC_ASSERT(std::abs(mix.capacity_per_s - capacity(options, mix.replicas)) < 1e-9);
  RC_ASSERT(std::abs(mix.cost_usd_per_hour - price(options, mix.replicas)) < 1e-9);
  const double shortfall = std::max(0.0, required - reachable(options));
  RC_ASSERT(std::abs(mix.shortfall_per_s - shortfall) < 1e-9);
  RC_ASSERT(mix.capacity_per_s + mix.shortfall_per_s >= required - 1e-9);
}

RC_GTEST_PROP(Mix, no_covering_mix_costs_less_than_the_lower_bound, ()) {
  const auto options = arbitrary_options();
  const double required = reachable(options) * *rc::gen::inRange(0, 1001) / 1000.0;
  const Mix mix = cheapest_mix(options, required);
  RC_ASSERT(mix.lower_bound_usd_per_hour <= mix.cost_usd_per_hour + 1e-9);
  for_every_mix(options, [&](const Counts& counts) {
    if (capacity(options, counts) < required) return;
    RC_ASSERT(mix.lower_bound_usd_per_hour <= price(options, counts) + 1e-9);
  });
}

// Weak duality, for any price whatever; and at its own shadow price the bound is at its best.
RC_GTEST_PROP(Mix, every_dual_price_gives_a_valid_bound_and_none_beats_the_shadow_price, ()) {
  const auto options = arbitrary_options();
  const double required = reachable(options) * *rc::gen::inRange(0, 1001) / 1000.0;
  const Mix mix = cheapest_mix(options, required);
  const double y = *rc::gen::inRange(0, 100000) / 1000.0;
  const double bound = dual_bound(options, required, y);
  for_every_mix(options, [&](const Counts& counts) {
    if (capacity(options, counts) < required) return;
    RC_ASSERT(bound <= price(options, counts) + 1e-6);
  });
  RC_ASSERT(bound <= dual_bound(options, required, mix.shadow_price_usd_per_hour) + 1e-6);
}

RC_GTEST_PROP(Mix, the_bound_is_within_one_replica_of_the_cost, ()) {
  auto options = kPaper;
  for (auto& option : options) option.most = *rc::gen::inRange(5, 40);
  const double required = *rc::gen::inRange(1, 2000) / 100.0;
  const Mix mix = cheapest_mix(options, required);
  RC_ASSERT(mix.cost_usd_per_hour <= mix.lower_bound_usd_per_hour + 2 * 1.3438);
}

RC_GTEST_PROP(Mix, more_demand_never_costs_less, ()) {
  const auto options = arbitrary_options();
  const double most = reachable(options);
  const double required = most * *rc::gen::inRange(1, 1000) / 1000.0;
  const double more = required + (most - required) * *rc::gen::inRange(0, 1001) / 1000.0;
  RC_PRE(more >= required);
  RC_ASSERT(cheapest_mix(options, more).cost_usd_per_hour >=
            cheapest_mix(options, required).cost_usd_per_hour - 1e-9);
}

RC_GTEST_PROP(Mix, with_priced_misses_it_is_the_best_compromise, ()) {
  const auto options = arbitrary_options();
  const double missing =
      (reachable(options) - floor_capacity(options)) * *rc::gen::inRange(1, 1000) / 1000.0;
  const double required = floor_capacity(options) + missing;
  const MixTerms terms{*rc::gen::element(0.0, 0.05), *rc::gen::inRange(1, 500) / 100.0};
  double best = kInfinity;
  for_every_mix(options, [&](const Counts& counts) {
    int total = 0;
    for (const int count : counts) total += count;
    if (total > 0) best = std::min(best, comparison(options, counts, required, terms));
  });
  const Mix mix = cheapest_mix(options, required, terms);
  RC_ASSERT(comparison(options, mix.replicas, required, terms) <= best + 1e-9);
  RC_ASSERT(mix.lower_bound_usd_per_hour <= mix.cost_usd_per_hour + 1e-9);
  for_every_mix(options, [&](const Counts& counts) {
    if (capacity(options, counts) < std::min(required, mix.capacity_per_s)) return;
    RC_ASSERT(mix.lower_bound_usd_per_hour <= price(options, counts) + 1e-9);
  });
}

}  // namespace
}  // namespace signalbox::core
