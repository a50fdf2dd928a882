// SPDX-License-Identifier: Apache-2.0
#include "observe/figures.h"

#include <gtest/gtest.h>

#include <limits>

namespace signalbox::observe {
namespace {

TEST(Figures, counts_are_grouped) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(1000), "1,000");
  EXPECT_EQ(count_text(1234567), "1,234,567");
}

TEST(Figures, durations_keep_three_figures) {
  EXPECT_EQ(duration_text(0ms), "0 ms");
  EXPECT_EQ(duration_text(840us), "0.8 ms");
  EXPECT_EQ(duration_text(612ms), "612 ms");
  EXPECT_EQ(duration_text(999600us), "1.00 s");
  EXPECT_EQ(duration_text(1420ms), "1.42 s");
  EXPECT_EQ(duration_text(9996ms), "10.0 s");
  EXPECT_EQ(duration_text(120s), "2 min");
  EXPECT_EQ(duration_text(125s), "2 min 5 s");
  EXPECT_EQ(duration_text(7260s), "2 h 1 min");
  EXPECT_EQ(duration_text(-50ms), "-50 ms");
}

TEST(Figures, settings_read_as_they_were_configured) {
  EXPECT_EQ(setting_text(2s), "2 s");
  EXPECT_EQ(setting_text(900ms), "900 ms");
  EXPECT_EQ(setting_text(1500ms), "1.5 s");
  EXPECT_EQ(setting_text(300s), "5 min");
}

TEST(Figures, clocks) {
  EXPECT_EQ(clock_text(47s), "0:47");
  EXPECT_EQ(clock_text(725s), "12:05");
  EXPECT_EQ(clock_text(3729s), "1:02:09");
}

TEST(Figures, money_has_cents_or_tenths_of_cents) {
  EXPECT_EQ(usd_text(0.10274), "$0.103");
  EXPECT_EQ(usd_text(0.9996), "$1.00");
  EXPECT_EQ(usd_text(23.1), "$23.10");
  EXPECT_EQ(usd_text(1203.6), "$1,204");
  EXPECT_EQ(usd_text(-2.0), "-$2.00");
}

TEST(Figures, a_probability_is_never_rounded_up_past_an_objective) {
  EXPECT_EQ(probability_text(0.99), "99.0 %");
  EXPECT_EQ(probability_text(0.98999), "98.9 %");
  EXPECT_EQ(probability_text(0.9999), "99.9 %");
  EXPECT_EQ(probability_text(1.0), "100 %");
  EXPECT_EQ(probability_text(0.0004), "<0.1 %");
  EXPECT_EQ(probability_text(0.0), "0 %");
}

TEST(Figures, shares_quantiles_and_ratios) {
  EXPECT_EQ(percent_text(0.614), "61 %");
  EXPECT_EQ(percent_text(0.004), "0.4 %");
  EXPECT_EQ(percent_text(0.0), "0 %");
  EXPECT_EQ(quantile_text(0.99), "99 %");
  EXPECT_EQ(quantile_text(0.999), "99.9 %");
  EXPECT_EQ(times_text(0.168, 0.103), "1.63x");
  EXPECT_EQ(times_text(1.0, 0.0), "-");
}

TEST(Figures, what_is_not_a_number_is_a_dash) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(usd_text(nan), "-");
  EXPECT_EQ(percent_text(nan), "-");
  EXPECT_EQ(probability_text(nan), "-");
}

}  // namespace
}  // namespace signalbox::observe
