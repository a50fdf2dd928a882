// SPDX-License-Identifier: Apache-2.0
//
// Golden tests of the paper's arithmetic (Tables 1 and 2) and of what its waves are scaled to.
#include "sim/scenario/paper.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <string>

#include "sim/policy/paper_weighted.h"
#include "sim/scenario/fluid_cost.h"

namespace signalbox::sim {
namespace {

TEST(PaperTables, cost_of_inference_is_price_over_throughput) {
  // Price over throughput to the published digits, and what was published beside it. inf2, trn1 and
  // the last digit of g6 do not follow from the paper's own price and throughput; the others do.
  const double computed[] = {0.00722, 0.01034, 0.01118, 0.01319, 0.01677};
  const double published[] = {0.00733, 0.01023, 0.01118, 0.01320, 0.01677};
  ASSERT_EQ(paper_table().size(), std::size(computed));
  for (std::size_t i = 0; i < paper_table().size(); ++i) {
    SCOPED_TRACE(paper_table()[i].unit);
    EXPECT_NEAR(cost_of_inference(paper_table()[i]), computed[i], 0.5e-5);
    EXPECT_EQ(paper_table()[i].published_cost_of_inference, published[i]);
    EXPECT_NEAR(computed[i], published[i], 0.016 * published[i]);
  }
}

TEST(PaperTables, adjusted_throughput_is_capped_at_the_mean) {
  const double published[] = {89.2, 89.2, 89.2, 61.0, 60.0};  // the mean is (105 + ... + 60) / 5
  for (std::size_t i = 0; i < paper_table().size(); ++i) {
    SCOPED_TRACE(paper_table()[i].unit);
    EXPECT_EQ(paper_table()[i].published_adjusted_throughput, published[i]);
    EXPECT_NEAR(adjusted_throughput_per_minute(paper_table(), paper_table()[i]), published[i],
                0.05);
  }
}

TEST(PaperTables, the_policy_compared_with_finds_the_hand_set_weights_by_hardware_and_framework) {
  const auto weights = paper_hand_set_weights(paper_waves(120s).fleet);
  ASSERT_TRUE(weights.has_value());
  EXPECT_TRUE(std::equal(weights->begin(), weights->end(), kPaperHandSetWeights.begin(),
                         kPaperHandSetWeights.end()));
}

TEST(PaperTables, dollars_per_thousand_images) {
  const double expected[] = {0.120, 0.172, 0.186, 0.220, 0.279};
  for (std::size_t i = 0; i < paper_table().size(); ++i) {
    SCOPED_TRACE(paper_table()[i].unit);
    EXPECT_NEAR(usd_per_1000_images(paper_table()[i]), expected[i], 0.0005);
  }
}

TEST(PaperTables, a_replica_serves_one_at_a_time_so_its_throughput_is_per_minute) {
  // Were it requests per second, inf2 would have to serve 70 at once.
  for (const auto& row : paper_table()) {
    SCOPED_TRACE(row.unit);
    EXPECT_NEAR(row.max_throughput_per_minute / 60.0 * row.latency_s, 1.0, 0.18);
  }
}

TEST(PaperTables, hand_set_weights_cost_1_45_and_equal_shares_1_63_times_all_inf2) {
  double weighted = 0.0;
  double equal = 0.0;
  double weights = 0.0;
  for (std::size_t i = 0; i < paper_table().size(); ++i) {
    weighted += kPaperHandSetWeights[i] * usd_per_1000_images(paper_table()[i]);
    weights += kPaperHandSetWeights[i];
    equal += usd_per_1000_images(paper_table()[i]) / 5.0;
  }
  const double all_inf2 = usd_per_1000_images(paper_table()[0]);
  EXPECT_EQ(weights, 100.0);
  EXPECT_NEAR(weighted / weights / all_inf2, 1.45, 0.005);
  EXPECT_NEAR(equal / all_inf2, 1.63, 0.005);
}

TEST(PaperUnits, have_the_tables_names_and_prices_and_the_plateaus_of_figure_4) {
  const auto units = paper_units();
  const double plateaus[] = {123, 138, 100, 65, 71};
  ASSERT_EQ(units.size(), paper_table().size());
  for (std::size_t i = 0; i < units.size(); ++i) {
    SCOPED_TRACE(units[i].name);
    EXPECT_EQ(units[i].name, paper_table()[i].unit);
    EXPECT_EQ(units[i].price_usd_per_hour, paper_table()[i].price_usd_per_hour);
    EXPECT_NEAR(units[i].plateau_per_s() * 60.0, plateaus[i], 1e-5);
    EXPECT_EQ(units[i].boot_time_min, 5min);
    EXPECT_EQ(units[i].boot_time_max, 15min);
    EXPECT_EQ(units[i].slots, 1);
    EXPECT_TRUE(units[i].managed);
  }
}

TEST(PaperUnits, inf2_alone_carries_the_peak_and_so_do_the_others_together) {
  const auto units = paper_units();
  double others_per_s = 0.0;
  for (std::size_t i = 1; i < units.size(); ++i) {
    const double pool_per_s = units[i].max_replicas * units[i].plateau_per_s();
    others_per_s += pool_per_s;
    EXPECT_LT(pool_per_s, 51.0) << units[i].name << " alone would hide the others";
  }
  EXPECT_GT(units[0].max_replicas * units[0].plateau_per_s(), 51.0);
  EXPECT_GT(others_per_s, 51.0);
}

TEST(PaperWaves, forty_five_hours_of_three_waves_on_inf2_alone_cost_about_424_dollars) {
  const CosineRate demand{.peak_per_s = 51.0, .period = 900min};
  const double requests = demand.expected_count(Duration::zero(), 3 * demand.period);
  const double usd = requests * usd_per_request_at_plateau(paper_units()[0]);
  EXPECT_NEAR(usd, 424.4, 0.1);
}

TEST(PaperWaves, at_full_length_nothing_is_scaled) {
  const auto scenario = paper_waves(2 * 900min);
  EXPECT_EQ(scenario.time_scale, 1.0);
  EXPECT_EQ(scenario.period, 900min);
  EXPECT_EQ(scenario.fleet.units[0].boot_time_min, 5min);
  EXPECT_EQ(scenario.fleet.control.tick, 1s);
  EXPECT_EQ(scenario.fleet.control.dwell, 300s);
  EXPECT_EQ(scenario.fleet.control.billing_minimum, 60s);
}

TEST(PaperWaves, in_two_minutes_the_fleets_times_shrink_900_fold_and_the_requests_do_not) {
  const auto scenario = paper_waves(120s);
  EXPECT_EQ(scenario.total(), 120s);
  EXPECT_NEAR(scenario.time_scale, 1.0 / 900.0, 1e-12);
  EXPECT_NEAR(to_seconds(scenario.fleet.units[0].boot_time_min), 1.0 / 3.0, 1e-6);
  EXPECT_NEAR(to_seconds(scenario.fleet.units[0].boot_time_max), 1.0, 1e-6);
  EXPECT_NEAR(to_seconds(scenario.fleet.control.dwell), 1.0 / 3.0, 1e-6);
  EXPECT_NEAR(to_seconds(scenario.fleet.control.billing_minimum), 1.0 / 15.0, 1e-6);
  EXPECT_EQ(scenario.demand.peak_per_s, 51.0);
  EXPECT_EQ(scenario.fleet.services[0].objective.latency, 2s);
  EXPECT_EQ(scenario.fleet.units[0].profile.latency(1), paper_units()[0].profile.latency(1));
}

TEST(PaperWaves, no_control_time_falls_below_a_tick_of_100_ms) {
  for (const Duration total : {Duration{1s}, Duration{120s}, Duration{1h}}) {
    const auto control = paper_waves(total).fleet.control;
    EXPECT_GE(control.tick, 100ms);
    EXPECT_GE(control.replan, control.tick);
    EXPECT_GE(control.dwell, control.tick);
    EXPECT_GE(control.ramp, control.tick);
    EXPECT_GE(control.bench_time, control.tick);
    EXPECT_GE(control.max_bench_time, control.bench_time);
  }
}

TEST(PaperWaves, the_shortage_comes_as_the_second_wave_passes_half_of_its_peak_and_heals_after_it) {
  const auto scenario = paper_waves(120s);
  ASSERT_EQ(scenario.faults.size(), 2u);
  const auto& shortage = scenario.faults[0];
  EXPECT_EQ(shortage.at, 75s);
  EXPECT_NEAR(scenario.demand.rate_per_s(shortage.at), 25.5, 1e-6);
  EXPECT_EQ(scenario.fleet.unit(shortage.unit).name, "sd21-inf2-neuron");
  EXPECT_EQ(shortage.fault.refuse_launches, true);
  EXPECT_EQ(shortage.fault.lose, 0.5);
  const auto& recovery = scenario.faults[1];
  EXPECT_EQ(recovery.at, 97500ms);
  EXPECT_GT(recovery.at, scenario.period + scenario.period / 2) << "past the second peak";
  EXPECT_TRUE(recovery.fault.heal);
  EXPECT_EQ(recovery.unit, shortage.unit);
}

TEST(PaperWaves, the_weighted_cost_is_that_of_the_whole_demand_at_the_plateaus) {
  const auto scenario = paper_waves(120s);
  EXPECT_NEAR(scenario.expected_requests(), 25.5 * 120.0, 1e-6);
  const double all_inf2_usd =
      scenario.expected_requests() * usd_per_request_at_plateau(scenario.fleet.units[0]);
  // By hand: (.4 + .2*1.5797 + .15*1.6320 + .1*2.0086 + .15*2.2986) with Figure 4's plateaus.
  EXPECT_NEAR(scenario.paper_weighted_cost_usd() / all_inf2_usd, 1.5064, 0.0005);
}

}  // namespace
}  // namespace signalbox::sim
