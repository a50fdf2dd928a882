// SPDX-License-Identifier: Apache-2.0
//
// What live outcomes teach of loads that a profile has wrong.
#include "core/estimate/load_shape.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/distributions.h"
#include "base/prng.h"

namespace signalbox::core {
namespace {

// Outcomes of a unit of eight slots that is as its profile says alone, and slower by `tilt` for
// each further request; loads are drawn evenly from 1 to `most`.
LoadShape learned(double tilt, int most, int outcomes, std::uint64_t seed = 1) {
  LoadShape shape(8);
  Prng prng(seed);
  for (int i = 0; i < outcomes; ++i) {
    const int load = 1 + static_cast<int>(prng.uniform() * most);
    const double scatter = 1.0 + 0.2 * draw_standard_normal(prng);
    shape.observe(load, std::max(0.05, (1.0 + tilt * (load - 1)) * scatter));
  }
  return shape;
}

TEST(LoadShape, is_the_profiles_before_anything_was_seen) {
  const LoadShape shape(8);
  for (const int load : {1, 4, 8}) EXPECT_EQ(shape.at(load), 1.0);
}

TEST(LoadShape, stays_the_profiles_where_the_profile_is_right) {
  const LoadShape shape = learned(0.0, 8, 2000);
  for (const int load : {1, 4, 8}) EXPECT_NEAR(shape.at(load), 1.0, 0.08) << load;
}

TEST(LoadShape, a_profile_that_is_wrong_at_full_load_is_set_right) {
  const LoadShape shape = learned(0.15, 8, 2000);
  EXPECT_NEAR(shape.at(8) / shape.at(1), 2.05, 0.2);
}

TEST(LoadShape, predicts_loads_it_has_not_seen_within_a_tenth) {
  std::vector<double> errors;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const LoadShape shape = learned(0.15, 5, 1000, seed);
    for (const int load : {6, 7, 8}) {
      const double predicted = shape.at(load) / shape.at(1);
      errors.push_back(std::abs(predicted / (1.0 + 0.15 * (load - 1)) - 1.0));
    }
  }
  std::sort(errors.begin(), errors.end());
  EXPECT_LE(errors[errors.size() / 2], 0.10);
}

TEST(LoadShape, a_unit_slower_at_every_load_alike_has_no_other_shape) {
  LoadShape shape(8);
  for (int i = 0; i < 2000; ++i) shape.observe(1 + i % 8, 2.0);
  EXPECT_NEAR(shape.at(8), 1.0, 0.01);
  EXPECT_NEAR(shape.at(1), 1.0, 0.01);
}

TEST(LoadShape, one_load_alone_teaches_little_of_others) {
  LoadShape shape(8);
  for (int i = 0; i < 2000; ++i) shape.observe(1, 1.5);
  EXPECT_NEAR(shape.at(1), 1.0, 1e-6);
  EXPECT_GT(shape.at(8), 0.5);
  EXPECT_LT(shape.at(8), 1.6);
}

TEST(LoadShape, follows_a_change) {
  LoadShape shape(8);
  for (int i = 0; i < 4000; ++i) shape.observe(1 + i % 8, 1.0 + 0.2 * (i % 8));
  for (int i = 0; i < 4000; ++i) shape.observe(1 + i % 8, 1.0);
  EXPECT_NEAR(shape.at(8), 1.0, 0.05);
}

}  // namespace
}  // namespace signalbox::core
