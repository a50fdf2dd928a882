// SPDX-License-Identifier: Apache-2.0
//
// A unit's profile carried over to another size of its hardware.
#include "profiler/transfer.h"

#include <gtest/gtest.h>

#include "profiler/profile_yaml.h"
#include "profiler/sample_profiles.h"

namespace signalbox::profiler {
namespace {

TEST(Transfer, a_unit_twice_as_fast_takes_half_the_time_and_answers_twice_as_much) {
  const UnitProfile from = testing::single_server("inf2", 2.0, 0.76);
  const UnitProfile to =
      transferred(from, {.name = "inf2-8x", .price_usd_per_hour = 1.97, .speed = 2.0});
  EXPECT_EQ(to.curve.latency(1), from.curve.latency(1) / 2);
  EXPECT_DOUBLE_EQ(to.plateau_per_s.value, 4.0);
  EXPECT_EQ(to.carried_over_from, "inf2");
  EXPECT_TRUE(to.points.empty()) << "nothing of it was measured";
}

TEST(Transfer, is_less_sure_than_what_was_measured) {
  const UnitProfile from = testing::single_server("inf2", 2.0, 0.76);
  const UnitProfile to = transferred(from, {.name = "other", .speed = 1.0, .doubt = 0.2});
  const auto width = [](const Bounded& b) { return (b.high - b.low) / b.value; };
  EXPECT_GT(width(to.plateau_per_s), 10.0 * width(from.plateau_per_s));
  EXPECT_LT(to.breaking_per_s.low, to.breaking_per_s.value);
  EXPECT_GT(to.breaking_per_s.high, to.breaking_per_s.value);
}

TEST(Transfer, the_breaking_point_is_found_anew_since_the_objective_stays) {
  UnitProfile from = testing::single_server("inf2", 2.0, 0.76);
  from.objective.latency = 1200ms;
  const UnitProfile same = transferred(from, {.name = "same", .speed = 1.0});
  const UnitProfile faster = transferred(from, {.name = "faster", .speed = 2.0});
  EXPECT_GT(faster.breaking_per_s.value, 2.1 * same.breaking_per_s.value)
      << "twice the rate, and more slack besides";
  const UnitProfile slower = transferred(from, {.name = "slower", .speed = 0.4});
  EXPECT_EQ(slower.breaking_per_s.value, 0.0) << "1.25 s alone, where 1.2 are allowed";
}

TEST(Transfer, counts_as_fewer_observations_in_the_configuration) {
  const UnitProfile from = testing::single_server("inf2", 2.0, 0.76);
  const std::string yaml = profile_yaml(
      transferred(from, {.name = "inf2-8x", .price_usd_per_hour = 1.97, .speed = 2.0}), "images");
  EXPECT_NE(yaml.find("profile_weight: 5"), std::string::npos) << yaml;
  EXPECT_NE(yaml.find("# Carried over from inf2, not measured"), std::string::npos) << yaml;
  EXPECT_EQ(profile_yaml(from, "images").find("profile_weight"), std::string::npos);
}

}  // namespace
}  // namespace signalbox::profiler
