// SPDX-License-Identifier: Apache-2.0
#include "observe/fleet_json.h"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>

#include "observe/golden.h"
#include "observe/json_text.h"
#include "observe/sample_fleet.h"

namespace signalbox::observe {
namespace {

constexpr WallOffset kWall{1'742'981'967'250'000'000};

TEST(FleetJson, golden_page) {
  ModeHistory history;
  history.record(sample_mode_change());
  const auto view = sample_view();
  const auto digest = sample_digest();
  const auto page = fleet_json(
      {.view = view, .digest = digest, .earlier = nullptr, .history = history, .wall = kWall});
  expect_golden("fleet.json", json_text(page, Layout::kIndented));
}

TEST(FleetJson, shares_are_those_of_the_window_when_there_is_one) {
  const auto view = sample_view();
  const auto digest = sample_digest();
  core::RouterReport earlier = digest;
  earlier.at = digest.at - 10s;
  earlier.service_units[0].forwarded -= 30;
  earlier.service_units[1].forwarded -= 10;
  const ModeHistory history;
  const auto page = fleet_json(
      {.view = view, .digest = digest, .earlier = &earlier, .history = history, .wall = kWall});
  EXPECT_EQ(page.at("traffic_window_s").to_number<double>(), 10.0);
  const auto& units = page.at("units").as_array();
  EXPECT_EQ(units[0].at("traffic_share_ratio").to_number<double>(), 0.75);
  EXPECT_EQ(units[1].at("traffic_share_ratio").to_number<double>(), 0.25);
  EXPECT_EQ(units[2].at("traffic_share_ratio").to_number<double>(), 0.0);
}

TEST(FleetJson, a_restarted_router_counts_from_zero) {
  const auto view = sample_view();
  const auto digest = sample_digest();
  core::RouterReport earlier = digest;
  for (auto& pair : earlier.service_units) pair.forwarded += 1'000'000;
  const ModeHistory history;
  const auto page = fleet_json(
      {.view = view, .digest = digest, .earlier = &earlier, .history = history, .wall = kWall});
  EXPECT_EQ(page.at("units").as_array()[0].at("traffic_share_ratio").to_number<double>(), 0.3333);
}

}  // namespace
}  // namespace signalbox::observe
