// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/rates.h"

#include <gtest/gtest.h>

#include "sim/workload/flash_crowd.h"
#include "sim/workload/rate_series.h"
#include "sim/workload/weekly_rate.h"

namespace signalbox::sim {
namespace {

TEST(CosineRate, starts_at_a_trough_and_peaks_in_the_middle) {
  const CosineRate rate{.peak_per_s = 51.0, .period = 1000s};
  EXPECT_NEAR(rate.rate_per_s(0s), 0.0, 1e-9);
  EXPECT_NEAR(rate.rate_per_s(250s), 25.5, 1e-9);
  EXPECT_NEAR(rate.rate_per_s(500s), 51.0, 1e-9);
  EXPECT_NEAR(rate.rate_per_s(1000s), 0.0, 1e-9);
}

TEST(CosineRate, the_integral_is_that_of_the_rate) {
  const CosineRate rate{.peak_per_s = 51.0, .period = 1000s};
  double summed = 0.0;
  for (int s = 130; s < 770; ++s) summed += rate.rate_per_s(s * 1s + 500ms);
  EXPECT_NEAR(rate.expected_count(130s, 770s), summed, 0.05);
  EXPECT_NEAR(rate.expected_count(0s, 3000s), 25.5 * 3000.0, 1e-6);
}

// Walks a curve's pieces over [0, length): they must follow each other and hold the curve.
template <class R>
double walk_pieces(const R& rate, Duration length) {
  double spill = 0.0;  // what lies between the bounds, as a share of the upper one
  int pieces = 0;
  for (Duration t{0}; t < length; ++pieces) {
    const RatePiece piece = rate.piece_at(t);
    EXPECT_GT(piece.until, t);
    const Duration end = std::min(piece.until, length);
    for (int i = 0; i < 8; ++i) {
      const Duration inside = t + (end - t) / 8 * i;
      const double value = rate.rate_per_s(inside);
      EXPECT_GE(value, piece.low_per_s * (1.0 - 1e-9) - 1e-9) << to_seconds(inside);
      EXPECT_LE(value, piece.high_per_s * (1.0 + 1e-9) + 1e-9) << to_seconds(inside);
      const RatePiece again = rate.piece_at(inside);
      EXPECT_EQ(again.until, piece.until);
    }
    spill += (piece.high_per_s - piece.low_per_s) * to_seconds(end - t);
    t = end;
  }
  return spill;
}

TEST(RatePieces, hold_a_cosine_and_leave_little_between) {
  for (const Duration period : {Duration{900min}, Duration{1000s}, Duration{999'999'937}}) {
    const CosineRate rate{.peak_per_s = 51.0, .period = period};
    const double spill = walk_pieces(rate, 2 * period + period / 3);
    EXPECT_LT(spill, 0.02 * rate.expected_count(Duration{0}, 2 * period + period / 3));
  }
}

TEST(RatePieces, hold_a_series_with_steps_and_one_with_slopes) {
  const std::vector<RateSeries::Point> points = {{0s, 3.0}, {10s, 0.0}, {25s, 0.0}, {40s, 8.0}};
  walk_pieces(RateSeries(points, {RateSeries::Between::kSteps, 50s, true}), 170s);
  walk_pieces(RateSeries(points, {RateSeries::Between::kLines, 50s, true}), 170s);
  walk_pieces(RateSeries(points, {RateSeries::Between::kLines, 50s, false}), 60s);
}

TEST(RatePieces, hold_a_flash_crowd_with_ramps_on_a_cosine) {
  const CosineRate base{.peak_per_s = 51.0, .period = 1000s};
  walk_pieces(FlashCrowdRate(base, {300s, 50s, 100s, 33s, 5.0}), 1000s);
  walk_pieces(FlashCrowdRate(base, {300s, 0s, 100s, 0s, 0.0}), 1000s);
}

TEST(FlashCrowd, multiplies_the_base_during_its_window_and_nowhere_else) {
  const FlashCrowdRate rate(ConstantRate{10.0}, {100s, 20s, 60s, 40s, 5.0});
  EXPECT_EQ(rate.rate_per_s(99s), 10.0);
  EXPECT_NEAR(rate.rate_per_s(110s), 30.0, 1e-9);  // half of the rise
  EXPECT_EQ(rate.rate_per_s(120s), 50.0);
  EXPECT_EQ(rate.rate_per_s(179s), 50.0);
  EXPECT_NEAR(rate.rate_per_s(210s), 20.0, 1e-9);  // three quarters of the fall
  EXPECT_EQ(rate.rate_per_s(220s), 10.0);
}

TEST(FlashCrowd, jumps_when_it_has_no_ramp) {
  const FlashCrowdRate rate(ConstantRate{10.0}, {100s, 0s, 600s, 0s, 5.0});
  EXPECT_EQ(rate.rate_per_s(100s - 1ns), 10.0);
  EXPECT_EQ(rate.rate_per_s(100s), 50.0);
  EXPECT_EQ(rate.rate_per_s(700s), 10.0);
  EXPECT_NEAR(rate.expected_count(0s, 1000s), 10'000.0 + 600.0 * 40.0, 1e-6);
}

TEST(FlashCrowd, expects_what_its_rate_sums_to) {
  const CosineRate base{.peak_per_s = 51.0, .period = 1000s};
  const FlashCrowdRate rate(base, {300s, 50s, 100s, 33s, 5.0});
  for (const auto& [from, to] : {std::pair{0s, 1000s}, {310s, 320s}, {340s, 470s}, {460s, 900s}}) {
    double summed = 0.0;
    for (Duration t = from; t < to; t += 10ms) summed += rate.rate_per_s(t + 5ms) / 100.0;
    EXPECT_NEAR(rate.expected_count(from, to), summed, 1e-4 * summed);
  }
}

TEST(FlashCrowd, may_stand_on_another) {
  const FlashCrowdRate inner(ConstantRate{10.0}, {100s, 0s, 100s, 0s, 3.0});
  const FlashCrowdRate outer(inner, {150s, 0s, 100s, 0s, 2.0});
  EXPECT_EQ(outer.rate_per_s(120s), 30.0);
  EXPECT_EQ(outer.rate_per_s(160s), 60.0);
  EXPECT_EQ(outer.rate_per_s(220s), 20.0);
}

TEST(WeeklyRate, has_the_mean_asked_for) {
  const RateSeries week = weekly_rate(
      {.mean_per_s = 7.0, .peak_hour = 21.0, .trough = 0.1, .sharpness = 3.0, .weekend = 0.5});
  EXPECT_NEAR(week.expected_count(0s, 7 * 24h), 7.0 * 7 * 86400, 1e-3);
  EXPECT_NEAR(week.expected_count(7 * 24h, 14 * 24h), 7.0 * 7 * 86400, 1e-3);
}

TEST(WeeklyRate, peaks_at_its_hour_sinks_twelve_hours_away_and_rests_at_the_weekend) {
  const RateSeries week =
      weekly_rate({.mean_per_s = 7.0, .peak_hour = 14.0, .trough = 0.25, .weekend = 0.5});
  const double peak = week.rate_per_s(14h);
  EXPECT_NEAR(week.peak_per_s(), peak, 1e-9);
  EXPECT_NEAR(week.rate_per_s(2h) / peak, 0.25, 1e-9);
  EXPECT_NEAR(week.rate_per_s(8h) / peak, 0.625, 1e-9);
  EXPECT_NEAR(week.rate_per_s(5 * 24h + 14h) / peak, 0.5, 1e-9);  // Saturday
  EXPECT_NEAR(week.rate_per_s(4 * 24h + 14h) / peak, 1.0, 1e-9);  // Friday
  EXPECT_NEAR(week.rate_per_s(8 * 24h + 14h) / peak, 1.0, 1e-9);  // Tuesday of the next week
}

}  // namespace
}  // namespace signalbox::sim
