// SPDX-License-Identifier: Apache-2.0
//
// The three benchmark workloads on hand-made data and on what stands in for the traces.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "sim/workload/image_production.h"
#include "sim/workload/llm_mix.h"
#include "sim/workload/servegen_shape.h"
#include "sim/workload/spot_synthetic.h"
#include "sim/workload/test_streams.h"

namespace signalbox::sim {
namespace {

constexpr Duration kDay = 24h;

ArrivalList hourly(int count) {
  std::vector<Arrival> arrivals;
  for (int i = 0; i < count; ++i) arrivals.push_back({TimePoint{i * 1h}, 3.0 + i, 3.0 + i});
  return std::make_shared<const std::vector<Arrival>>(std::move(arrivals));
}

TEST(ImageProduction, copies_each_request_within_the_jitter_and_keeps_its_size) {
  const auto arrivals =
      all_of(*image_production(hourly(10), {.from = 2h - 30min, .to = 5h - 30min}));
  EXPECT_TRUE(in_order(arrivals));
  ASSERT_EQ(arrivals.size(), 300u);  // of 2, 3 and 4 o'clock
  for (const auto& a : arrivals) {
    const Duration asked = static_cast<int>(a.factor - 3.0) * Duration{1h} - (2h - 30min);
    EXPECT_LE(std::abs(to_seconds(a.at.time_since_epoch() - asked)), 300.0);
    EXPECT_EQ(a.declared, a.factor);
  }
}

TEST(ImageProduction, is_as_dense_at_the_edges_of_its_window_as_within) {
  std::vector<Arrival> steady;
  for (int i = 0; i < 2000; ++i) steady.push_back({TimePoint{i * 10s}, 1.0, 1.0});
  const auto list = std::make_shared<const std::vector<Arrival>>(std::move(steady));
  const auto per_minute =
      counts(all_of(*image_production(list, {.from = 5000s, .to = 11'000s})), 60s, 6000s);
  EXPECT_NEAR(per_minute.front(), 600.0, 4.0 * std::sqrt(600.0));
  EXPECT_NEAR(per_minute.back(), 600.0, 4.0 * std::sqrt(600.0));
  EXPECT_NEAR(mean_of(per_minute), 600.0, 5.0);
}

TEST(ImageProduction, is_reproduced_by_its_seed) {
  const auto run = [](std::uint64_t seed) {
    return all_of(*image_production(hourly(5), {.to = 5h, .seed = seed}));
  };
  EXPECT_TRUE(same(run(1), run(1)));
  EXPECT_FALSE(same(run(1), run(2)));
}

TEST(ImageProduction, synthetic_has_the_traces_mean_size_and_quiet_mornings) {
  const auto arrivals = all_of(*image_production_synthetic({.to = 7 * kDay}));
  EXPECT_TRUE(in_order(arrivals));
  const double n = static_cast<double>(arrivals.size());
  EXPECT_NEAR(n, 700'000.0, 4.0 * std::sqrt(700'000.0));
  double sum = 0.0, evening = 0.0, morning = 0.0, most = 0.0;
  for (const auto& a : arrivals) {
    sum += a.factor;
    most = std::max(most, a.factor);
    EXPECT_EQ(a.declared, a.factor);
    const auto hour = a.at.time_since_epoch() % kDay / 1h;
    evening += hour >= 21 ? 1.0 : 0.0;
    morning += hour >= 8 && hour < 11 ? 1.0 : 0.0;
  }
  const double deviation = 8.47 * std::sqrt(std::exp(0.82 * 0.82) - 1.0);
  EXPECT_NEAR(sum / n, 8.47, 4.0 * deviation / std::sqrt(n));
  EXPECT_GT(most, 80.0);
  EXPECT_GT(evening, 10.0 * morning);
}

TEST(ServegenShape, follows_its_curve_from_the_begin_of_the_window) {
  const RateSeries curve =
      RateSeries::of_windows({10, 20, 60, 40, 5}, 600s, RateSeries::Between::kLines);
  const auto arrivals = all_of(*servegen_shape(curve, {.from = 600s, .to = 2400s, .seed = 4}));
  for (int i = 0; i < 3; ++i) {
    const double expected = curve.expected_count(600s + i * 600s, 1200s + i * 600s);
    EXPECT_NEAR(count_between(arrivals, TimePoint{i * 600s}, TimePoint{(i + 1) * 600s}), expected,
                4.0 * std::sqrt(expected));
  }
  EXPECT_LT(arrivals.back().at, TimePoint{1800s});
  for (const auto& a : arrivals) {
    EXPECT_NEAR(a.factor, 1.0, 0.05);
    EXPECT_EQ(a.declared, 1.0);
  }
}

TEST(ServegenShape, synthetic_curve_has_its_peak_and_about_the_mean_of_the_trace) {
  const RateSeries curve = servegen_curve_synthetic(60.0);
  EXPECT_NEAR(curve.peak_per_s(), 60.0, 1e-9);
  EXPECT_EQ(curve.length(), 7 * kDay);
  EXPECT_NEAR(curve.mean_per_s() / 60.0, 0.37, 0.01);
  EXPECT_NEAR(curve.rate_per_s(3h) / 60.0, 0.16, 1e-9);
}

TEST(LlmMix, marks_bursty_arrivals_that_follow_the_curve) {
  const RateSeries curve = servegen_curve_synthetic(20.0);
  const auto marks = llm_marks_synthetic({1.0, 15.0});
  const auto arrivals = all_of(*llm_mix(curve, marks, {.from = 8h, .to = 20h, .seed = 3}));
  EXPECT_TRUE(in_order(arrivals));
  const double expected = curve.expected_count(8h, 20h);
  EXPECT_NEAR(static_cast<double>(arrivals.size()), expected, 4.0 * 2.0 * std::sqrt(expected));
  std::vector<double> factors;
  for (const auto& a : arrivals) {
    EXPECT_GT(a.prompt_tokens, 0);
    EXPECT_GT(a.output_tokens, 0);
    factors.push_back(a.factor);
  }
  EXPECT_NEAR(mean_of(factors), 1.0,
              4.0 * std::sqrt(variance_of(factors) / static_cast<double>(factors.size())));
}

TEST(LlmMix, is_burstier_than_poisson) {
  const RateSeries flat = RateSeries::constant(20.0, 6h);
  const auto arrivals =
      all_of(*llm_mix(flat, llm_marks_synthetic({}), {.to = 6h, .clients = 50, .seed = 5}));
  EXPECT_GT(dispersion(counts(arrivals, 10s, 6h)), 2.0);
}

TEST(LlmMix, is_reproduced_by_its_seed) {
  const auto run = [](std::uint64_t seed) {
    return all_of(*llm_mix(RateSeries::constant(20.0, 1h), llm_marks_synthetic({}),
                           {.to = 10min, .seed = seed}));
  };
  EXPECT_TRUE(same(run(1), run(1)));
  EXPECT_FALSE(same(run(1), run(2)));
}

TEST(SpotSynthetic, is_whole_gone_or_between_for_about_the_shares_it_says) {
  const Duration length = 1000 * kDay;
  const auto trace = spot_availability_synthetic(16, length, 1);
  EXPECT_EQ(trace.most, 16);
  EXPECT_EQ(trace.length, length);
  const auto& steps = trace.available.steps();
  EXPECT_EQ(steps.front().value, 16);
  double whole = 0.0, gone = 0.0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    ASSERT_GE(steps[i].value, 0);
    ASSERT_LE(steps[i].value, 16);
    ASSERT_EQ(steps[i].from.time_since_epoch() % 5min, Duration::zero());
    const TimePoint until =
        i + 1 < steps.size() ? steps[i + 1].from : std::max(steps[i].from, TimePoint{length});
    whole += steps[i].value == 16 ? to_seconds(until - steps[i].from) : 0.0;
    gone += steps[i].value == 0 ? to_seconds(until - steps[i].from) : 0.0;
  }
  EXPECT_NEAR(whole / to_seconds(length), 0.46, 0.03);
  EXPECT_NEAR(gone / to_seconds(length), 0.37, 0.03);
}

TEST(SpotSynthetic, is_reproduced_by_its_seed) {
  const auto steps = [](std::uint64_t seed) {
    std::vector<std::pair<TimePoint, int>> result;
    const auto trace = spot_availability_synthetic(4, 10 * kDay, seed);
    for (const auto& step : trace.available.steps()) result.emplace_back(step.from, step.value);
    return result;
  };
  EXPECT_EQ(steps(1), steps(1));
  EXPECT_NE(steps(1), steps(2));
}

TEST(BenchmarkWorkloads, without_traces_say_where_to_get_them) {
  const auto none = TraceDirectory::find({std::nullopt, std::nullopt, "no/such/place"});
  for (const auto& message : {load_image_production(*none).error().message,
                              load_servegen_curve(*none, 60.0).error().message,
                              load_llm_marks(*none, {}).error().message}) {
    EXPECT_NE(message.find("docs/traces.md"), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace signalbox::sim
