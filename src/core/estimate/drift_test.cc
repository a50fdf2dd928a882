// SPDX-License-Identifier: Apache-2.0
//
// A lasting change is noticed within a few requests, and what only scatters is not.
#include "core/estimate/drift.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/distributions.h"
#include "base/prng.h"

namespace signalbox::core {
namespace {

// Requests whose time in service is `mean` times the profile's, with a coefficient of variation of
// `scatter`, reported once a second.
struct Unit {
  explicit Unit(std::uint64_t seed) : prng(seed) {}
  Drift drift;
  Prng prng;
  TimePoint now{};
  std::uint64_t count = 0;
  double sum = 0.0;

  void serve(double mean, double scatter, int requests) {
    now += 1s;
    for (int i = 0; i < requests; ++i) {
      const double ratio =
          std::clamp(mean * (1.0 + scatter * draw_standard_normal(prng)), 0.01, 10.0);
      ++count;
      sum += ratio;
    }
    drift.observe(count, sum, now);
  }
};

class DriftOf : public testing::TestWithParam<double> {};

TEST_P(DriftOf, twice_as_slow_is_noticed_within_seconds_and_so_is_the_return) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Unit unit(seed);
    for (int i = 0; i < 120; ++i) unit.serve(1.0, GetParam(), 2);
    ASSERT_EQ(unit.drift.level(), 1.0) << "seed " << seed;
    int seconds = 0;
    while (!unit.drift.is_slower()) {
      unit.serve(2.0, GetParam(), 2);
      ASSERT_LE(++seconds, 30) << "seed " << seed;
    }
    for (int i = 0; i < 30; ++i) unit.serve(2.0, GetParam(), 2);
    EXPECT_NEAR(unit.drift.level(), 2.0, 0.35) << "seed " << seed;
    seconds = 0;
    while (unit.drift.is_slower()) {
      unit.serve(1.0, GetParam(), 2);
      ASSERT_LE(++seconds, 30) << "seed " << seed;
    }
    for (int i = 0; i < 60; ++i) unit.serve(1.0, GetParam(), 2);
    EXPECT_EQ(unit.drift.level(), 1.0) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(AllKinds, DriftOf, testing::Values(0.0, 0.05, 0.2, 0.35));

TEST(Drift, scatter_is_no_drift_for_hours) {
  for (const double scatter : {0.05, 0.3, 0.6}) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      Unit unit(seed);
      for (int i = 0; i < 10'000; ++i) {
        unit.serve(1.0, scatter, 3);
        ASSERT_FALSE(unit.drift.is_slower())
            << "scatter " << scatter << ", seed " << seed << ", second " << i;
      }
    }
  }
}

TEST(Drift, a_single_request_that_hangs_is_none) {
  Unit unit(1);
  for (int i = 0; i < 50; ++i) unit.serve(1.0, 0.05, 3);
  unit.serve(10.0, 0.0, 1);
  EXPECT_FALSE(unit.drift.is_slower());
}

TEST(Drift, a_level_nobody_has_looked_at_fades) {
  Unit unit(1);
  for (int i = 0; i < 50; ++i) unit.serve(1.0, 0.05, 3);
  for (int i = 0; i < 50; ++i) unit.serve(3.0, 0.05, 3);
  ASSERT_TRUE(unit.drift.is_slower());
  for (int i = 0; i < 60; ++i) unit.serve(3.0, 0.05, 0);
  EXPECT_NEAR(unit.drift.level(), 3.0, 0.2) << "not within the first minute";
  for (int i = 0; i < 3600; ++i) unit.serve(3.0, 0.05, 0);
  EXPECT_FALSE(unit.drift.is_slower());
}

TEST(Drift, a_router_that_counts_anew_is_no_change) {
  Unit unit(1);
  for (int i = 0; i < 50; ++i) unit.serve(1.0, 0.05, 3);
  unit.count = 0;
  unit.sum = 0.0;
  for (int i = 0; i < 50; ++i) unit.serve(1.0, 0.05, 3);
  EXPECT_EQ(unit.drift.level(), 1.0);
}

}  // namespace
}  // namespace signalbox::core
