// SPDX-License-Identifier: Apache-2.0
#include "sim/engine/service_model.h"

#include <gtest/gtest.h>

namespace signalbox::sim {
namespace {

const core::Profile kCurve = core::Profile::measured({{1, 100ms}, {4, 250ms}}, 0.0);

TEST(ServiceModel, stretch_follows_the_profile_so_latency_is_what_the_router_predicts) {
  const ServiceModel model(kCurve, 8);
  for (int n = 1; n <= 8; ++n) {
    EXPECT_NEAR(model.reference_work() * model.stretch(n),
                static_cast<double>(kCurve.latency(n).count()), 1.0)
        << n << " in service";
  }
}

TEST(ServiceModel, serves_as_many_at_once_as_the_unit_has_slots) {
  core::UnitSpec unit;
  unit.slots = 3;
  unit.profile = kCurve;
  EXPECT_EQ(ServiceModel::of(unit).most_in_service(), 3);
  EXPECT_FALSE(ServiceModel::of(unit).batches());
}

TEST(ServiceModel, a_batching_unit_serves_a_batch_whatever_its_slots) {
  const ServiceModel model(kCurve, 1, {.max_batch = 8});
  EXPECT_TRUE(model.batches());
  EXPECT_EQ(model.most_in_service(), 8);
  EXPECT_NEAR(model.stretch(4), 2.5, 1e-12);
}

TEST(ServiceModelDeathTest, a_shape_without_sense_is_a_bug) {
  EXPECT_DEATH(ServiceModel(kCurve, 0), "slots");
  EXPECT_DEATH(ServiceModel(kCurve, 1, {.token_rate_per_s = -1.0}), "token_rate");
}

}  // namespace
}  // namespace signalbox::sim
