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

TEST(ServiceModel, a_language_models_stretch_is_that_of_its_decoding_step) {
  const ServiceModel model(
      kCurve, 4, {.prefill_tokens_per_s = 2000.0, .decode_base = 30ms, .decode_per_job = 10ms});
  EXPECT_EQ(model.grouping(), ServiceModel::Grouping::kLanguage);
  EXPECT_DOUBLE_EQ(model.prefill_work(1000), 5e8);
  EXPECT_DOUBLE_EQ(model.decode_work(), 4e7);
  EXPECT_DOUBLE_EQ(model.stretch(1), 1.0);
  EXPECT_DOUBLE_EQ(model.stretch(4), 70.0 / 40.0);
}

TEST(ServiceModelDeathTest, a_shape_without_sense_is_a_bug) {
  EXPECT_DEATH(ServiceModel(kCurve, 0), "slots");
  EXPECT_DEATH(ServiceModel(kCurve, 1, {.token_rate_per_s = -1.0}), "token_rate");
  EXPECT_DEATH(ServiceModel(kCurve, 1, {.prefill_tokens_per_s = 9.0}), "decode_step");
  const ServiceShape both{.max_batch = 2, .prefill_tokens_per_s = 9.0, .decode_base = 1ms};
  EXPECT_DEATH(ServiceModel(kCurve, 1, both), "max_batch");
}

}  // namespace
}  // namespace signalbox::sim
