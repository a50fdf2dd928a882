// SPDX-License-Identifier: Apache-2.0
//
// Tabulates the stretch of work under load once per unit; see service_model.h.
#include "sim/engine/service_model.h"

#include "base/assert.h"

namespace signalbox::sim {

namespace {

ServiceModel::Grouping grouping_of(const ServiceShape& shape) {
  if (shape.language()) return ServiceModel::Grouping::kLanguage;
  return shape.max_batch > 0 ? ServiceModel::Grouping::kBatches
                             : ServiceModel::Grouping::kSideBySide;
}

}  // namespace

ServiceModel::ServiceModel(const core::Profile& profile, int slots, ServiceShape shape)
    : grouping_(grouping_of(shape)),
      most_in_service_(batches() ? shape.max_batch : slots),
      shape_(shape),
      reference_work_(static_cast<double>(profile.latency(1).count())) {
  SIGNALBOX_ASSERT(slots >= 1);
  SIGNALBOX_ASSERT(shape.max_batch >= 0);
  SIGNALBOX_ASSERT(shape.first_token >= Duration::zero());
  SIGNALBOX_ASSERT(shape.token_rate_per_s >= 0.0);
  const bool language = grouping_ == Grouping::kLanguage;
  SIGNALBOX_ASSERT(shape.prefill_tokens_per_s >= 0.0);
  SIGNALBOX_ASSERT(shape.decode_base >= 0ns && shape.decode_per_job >= 0ns);
  SIGNALBOX_ASSERT(!language || (shape.max_batch == 0 && shape.decode_step(1) > 0ns));
  const auto most = static_cast<std::size_t>(most_in_service_);
  stretch_.reserve(most + 1);
  stretch_.push_back(1.0);
  for (int n = 1; n <= most_in_service_; ++n) {
    stretch_.push_back(language
                           ? static_cast<double>(shape.decode_step(n).count()) / decode_work()
                           : static_cast<double>(profile.latency(n).count()) / reference_work_);
  }
}

ServiceModel ServiceModel::of(const core::UnitSpec& unit, ServiceShape shape) {
  return ServiceModel(unit.profile, unit.slots, shape);
}

}  // namespace signalbox::sim
