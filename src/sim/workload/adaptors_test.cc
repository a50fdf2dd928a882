// SPDX-License-Identifier: Apache-2.0
//
// Streams made of streams: listed, merged, cut, scaled.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "sim/workload/listed_arrivals.h"
#include "sim/workload/poisson.h"
#include "sim/workload/scaling.h"
#include "sim/workload/superposition.h"
#include "sim/workload/test_streams.h"
#include "sim/workload/time_window.h"

namespace signalbox::sim {
namespace {

TimePoint at(Duration t) { return TimePoint{t}; }

std::unique_ptr<ArrivalStream> listed(std::vector<Arrival> arrivals) {
  return std::make_unique<ListedArrivals>(std::move(arrivals));
}

std::unique_ptr<ArrivalStream> poisson(double rate, std::uint64_t seed) {
  return std::make_unique<ConstantWorkload>(
      ConstantRate{rate}, ConstantWorkload::Options{TimePoint{}, 10'000s, 0.05, seed});
}

TEST(ListedArrivals, come_as_listed_and_then_stay_over) {
  ListedArrivals stream({{at(1s), 2.0}, {at(3s), 4.0}});
  EXPECT_EQ(stream.next()->at, at(1s));
  EXPECT_EQ(stream.next()->factor, 4.0);
  EXPECT_FALSE(stream.next());
  EXPECT_FALSE(stream.next());
}

TEST(Superposition, merges_by_time_and_at_one_instant_by_the_order_given) {
  std::vector<std::unique_ptr<ArrivalStream>> streams;
  streams.push_back(listed({{at(1s), 1.0}, {at(5s), 1.0}}));
  streams.push_back(listed({{at(1s), 2.0}, {at(2s), 2.0}, {at(9s), 2.0}}));
  streams.push_back(listed({}));
  const auto merged = all_of(Superposition(std::move(streams)));
  std::vector<double> order;
  for (const auto& a : merged) order.push_back(a.factor);
  EXPECT_EQ(order, (std::vector<double>{1.0, 2.0, 2.0, 1.0, 2.0}));
  EXPECT_TRUE(in_order(merged));
}

TEST(Superposition, of_poisson_streams_is_poisson_at_the_sum_of_their_rates) {
  std::vector<std::unique_ptr<ArrivalStream>> streams;
  streams.push_back(poisson(4.0, 1));
  streams.push_back(poisson(16.0, 2));
  const auto per_window = counts(all_of(Superposition(std::move(streams))), 10s, 10'000s);
  EXPECT_NEAR(mean_of(per_window), 200.0, 4.0 * std::sqrt(0.2));
  EXPECT_NEAR(dispersion(per_window), 1.0, 4.0 * std::sqrt(2.0 / 1000.0));
}

TEST(TimeWindow, keeps_what_lies_within_and_moves_it) {
  TimeWindow window(listed({{at(1s)}, {at(10s), 2.0}, {at(19s), 3.0}, {at(20s)}, {at(30s)}}),
                    {at(10s), at(20s), at(100s)});
  const auto kept = all_of(window);
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_EQ(kept[0].at, at(100s));
  EXPECT_EQ(kept[1].at, at(109s));
  EXPECT_EQ(kept[1].factor, 3.0);
  EXPECT_FALSE(window.next());
}

TEST(TimeWindow, of_nothing_is_empty) {
  EXPECT_FALSE(TimeWindow(listed({{at(1s)}}), {at(2s), at(3s), at(0s)}).next());
}

TEST(Scaling, by_thinning_keeps_a_share_and_leaves_a_poisson_stream_poisson) {
  const auto kept =
      all_of(ScaledStream(poisson(20.0, 3), {.copies = 0.25, .jitter = {}, .seed = 1}));
  const auto per_window = counts(kept, 10s, 10'000s);
  EXPECT_NEAR(mean_of(per_window), 50.0, 4.0 * std::sqrt(0.05));
  EXPECT_NEAR(dispersion(per_window), 1.0, 4.0 * std::sqrt(2.0 / 1000.0));
  EXPECT_TRUE(in_order(kept));
}

TEST(Scaling, by_whole_copies_without_jitter_repeats_each_arrival) {
  const auto copies = all_of(ScaledStream(listed({{at(1s), 2.0}, {at(4s), 5.0}}), {.copies = 3.0}));
  ASSERT_EQ(copies.size(), 6u);
  EXPECT_EQ(copies[2].at, at(1s));
  EXPECT_EQ(copies[3].factor, 5.0);
}

TEST(Scaling, makes_a_fraction_of_a_copy_by_chance) {
  const auto copies =
      all_of(ScaledStream(poisson(2.0, 4), {.copies = 2.3, .jitter = {}, .seed = 2}));
  const auto source = all_of(*poisson(2.0, 4));
  const auto n = static_cast<double>(source.size());
  EXPECT_NEAR(static_cast<double>(copies.size()) / n, 2.3, 4.0 * std::sqrt(0.21 / n));
}

TEST(Scaling, moves_copies_uniformly_within_the_jitter) {
  const auto copies = all_of(
      ScaledStream(listed({{at(1000s), 2.0}}), {.copies = 20'000.0, .jitter = 300s, .seed = 3}));
  ASSERT_EQ(copies.size(), 20'000u);
  EXPECT_TRUE(in_order(copies));
  std::vector<double> moved;
  for (const auto& a : copies) moved.push_back(to_seconds(a.at - at(1000s)));
  EXPECT_GE(moved.front(), -300.0);
  EXPECT_LE(moved.back(), 300.0);
  EXPECT_NEAR(mean_of(moved), 0.0, 4.0 * 173.2 / std::sqrt(20'000.0));
  EXPECT_NEAR(variance_of(moved), 30'000.0, 1000.0);
  EXPECT_NEAR(moved[5000], -150.0, 10.0);  // quartile
}

TEST(Scaling, with_jitter_stays_in_order_and_loses_nothing) {
  std::vector<Arrival> source;
  for (int i = 0; i < 500; ++i) source.push_back({at(i * 7s), 1.0 + i});
  const auto copies =
      all_of(ScaledStream(listed(source), {.copies = 100.0, .jitter = 300s, .seed = 4}));
  EXPECT_TRUE(in_order(copies));
  std::map<double, int> per_factor;
  for (const auto& a : copies) ++per_factor[a.factor];
  ASSERT_EQ(per_factor.size(), 500u);
  for (const auto& [factor, count] : per_factor) EXPECT_EQ(count, 100) << factor;
}

TEST(Scaling, smooths_a_burst_over_the_jitter) {
  std::vector<Arrival> burst(50, Arrival{at(3600s)});
  const auto copies =
      all_of(ScaledStream(listed(burst), {.copies = 100.0, .jitter = 300s, .seed = 5}));
  const auto per_minute = counts(copies, 60s, 7200s);
  for (int minute = 55; minute < 65; ++minute) {
    EXPECT_NEAR(per_minute[static_cast<std::size_t>(minute)], 500.0, 4.0 * std::sqrt(500.0));
  }
}

TEST(Scaling, is_reproduced_by_its_seed) {
  const auto run = [](std::uint64_t seed) {
    return all_of(ScaledStream(poisson(1.0, 6), {.copies = 1.5, .jitter = 10s, .seed = seed}));
  };
  EXPECT_TRUE(same(run(1), run(1)));
  EXPECT_FALSE(same(run(1), run(2)));
}

}  // namespace
}  // namespace signalbox::sim
