// SPDX-License-Identifier: Apache-2.0
//
// What a pool's past says of its future: the tier's reputation at first, its own deeds later.
#include "core/estimate/loss_hazard.h"

#include <gtest/gtest.h>

namespace signalbox::core {
namespace {

TEST(LossHazard, a_spot_market_begins_with_a_worse_name) {
  const LossHazard hazard;
  EXPECT_NEAR(hazard.per_hour(Tier::kSpot), 0.05, 1e-9);
  EXPECT_LT(hazard.per_hour(Tier::kOnDemand), 0.002);
}

TEST(LossHazard, calm_hours_make_it_trusted) {
  LossHazard hazard;
  for (int hour = 0; hour < 24; ++hour) hazard.observe_running(10, 1h);
  EXPECT_LT(hazard.per_hour(Tier::kSpot), 0.005);
}

TEST(LossHazard, losses_are_learned_per_replica_and_hour) {
  LossHazard hazard;
  for (int hour = 0; hour < 48; ++hour) {
    hazard.observe_running(10, 1h);
    for (int i = 0; i < 5; ++i) hazard.observe_loss();
  }
  EXPECT_NEAR(hazard.per_hour(Tier::kSpot), 0.5, 0.05);
}

TEST(LossHazard, old_losses_fade) {
  LossHazard hazard;
  hazard.observe_running(1, 1h);
  for (int i = 0; i < 10; ++i) hazard.observe_loss();
  const double fresh = hazard.per_hour(Tier::kSpot);
  for (int hour = 0; hour < 96; ++hour) hazard.observe_running(0, 1h);
  EXPECT_LT(hazard.per_hour(Tier::kSpot), 0.3 * fresh) << "even if nothing ran since";
}

}  // namespace
}  // namespace signalbox::core
