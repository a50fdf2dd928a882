// SPDX-License-Identifier: Apache-2.0
#include "sim/scenario/fluid_cost.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace signalbox::sim {
namespace {

core::UnitSpec unit(double price_usd_per_hour, double plateau_per_s) {
  core::UnitSpec spec;
  spec.price_usd_per_hour = price_usd_per_hour;
  spec.profile = core::Profile::single_server(plateau_per_s, 0.0);
  return spec;
}

TEST(FluidCost, an_hour_at_the_plateau_costs_the_price_of_one_hour) {
  const std::array units = {unit(1.25, 2.0)};
  EXPECT_NEAR(fluid_cost_usd(2.0 * 3600.0, units, std::array{1.0}), 1.25, 1e-9);
}

TEST(FluidCost, weights_are_shares_of_requests_in_any_scale) {
  const std::array units = {unit(3.6, 1.0), unit(36.0, 1.0)};  // 0.001 and 0.01 USD per request
  EXPECT_NEAR(fluid_cost_usd(1000.0, units, std::array{0.75, 0.25}), 0.75 + 2.5, 1e-9);
  EXPECT_NEAR(fluid_cost_usd(1000.0, units, std::array{30.0, 10.0}), 0.75 + 2.5, 1e-9);
}

TEST(FluidCost, a_unit_with_zero_weight_costs_nothing) {
  const std::array units = {unit(3.6, 1.0), unit(36.0, 1.0)};
  EXPECT_NEAR(fluid_cost_usd(1000.0, units, std::array{1.0, 0.0}), 1.0, 1e-9);
}

TEST(FluidCost, counts_the_plateau_of_all_slots_together) {
  core::UnitSpec wide = unit(3.6, 1.0);
  wide.profile = core::Profile::measured({{1, 1s}, {4, 2s}}, 0.0);
  wide.slots = 4;  // 4 at once in 2 s: 2 per second
  EXPECT_NEAR(usd_per_request_at_plateau(wide), 0.0005, 1e-12);
}

TEST(FluidCost, grows_in_proportion_to_demand) {
  const std::array units = {unit(1.0, 2.0), unit(2.0, 1.0)};
  const std::array weights = {2.0, 1.0};
  EXPECT_NEAR(fluid_cost_usd(500.0, units, weights) * 3.0, fluid_cost_usd(1500.0, units, weights),
              1e-9);
  EXPECT_EQ(fluid_cost_usd(0.0, units, weights), 0.0);
}

TEST(FluidCostDeathTest, weights_must_match_the_units_and_not_all_be_zero) {
  const std::array units = {unit(1.0, 1.0), unit(1.0, 1.0)};
  EXPECT_DEATH(fluid_cost_usd(1.0, units, std::array{1.0}), "units.size");
  EXPECT_DEATH(fluid_cost_usd(1.0, units, std::array{0.0, 0.0}), "total_weight");
}

}  // namespace
}  // namespace signalbox::sim
