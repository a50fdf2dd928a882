// SPDX-License-Identifier: Apache-2.0
//
// Tabulates the profile's curve once per unit; see service_model.h.
#include "sim/engine/service_model.h"

#include "base/assert.h"

namespace signalbox::sim {

ServiceModel::ServiceModel(const core::Profile& profile, int slots, ServiceShape shape)
    : slots_(slots),
      shape_(shape),
      reference_work_(static_cast<double>(profile.latency(1).count())) {
  SIGNALBOX_ASSERT(slots >= 1);
  SIGNALBOX_ASSERT(shape.max_batch >= 0);
  SIGNALBOX_ASSERT(shape.first_token >= Duration::zero());
  SIGNALBOX_ASSERT(shape.token_rate_per_s >= 0.0);
  const int most = most_in_service();
  stretch_.reserve(static_cast<std::size_t>(most) + 1);
  stretch_.push_back(1.0);
  for (int n = 1; n <= most; ++n) {
    stretch_.push_back(static_cast<double>(profile.latency(n).count()) / reference_work_);
  }
}

ServiceModel ServiceModel::of(const core::UnitSpec& unit, ServiceShape shape) {
  return ServiceModel(unit.profile, unit.slots, shape);
}

}  // namespace signalbox::sim
