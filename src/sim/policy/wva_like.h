// SPDX-License-Identifier: Apache-2.0
//
// After llm-d's Workload Variant Autoscaler, saturation engine (llm-d-incubation/
// workload-variant-autoscaler, its saturation-scaling design): every 60 s the demand on all
// variants is held against what they can take, and the cheapest variant does the scaling.
//
//   supply    sum of plateau_i over ready and booting replicas: pending ones count
//   required  demand / up - supply. If positive, the variant of least cost / capacity takes all of
//             it, the next one what that cannot have
//   spare     supply - demand / down. If positive and nothing boots, the variant of most cost /
//             capacity gives up what fits into it, then the next one; one replica always stays
//
// There, capacity is in KV-cache tokens and demand is what is in use; here a replica's capacity is
// its plateau and demand what came in during the last minute, which for models without such a cache
// is the same quantity without its noise. Its defaults are 0.85 up and 0.70 down.
#pragma once

#include "sim/policy/scaler.h"
#include "sim/policy/supply.h"

namespace signalbox::sim {

class WvaLike final : public Scaler {
 public:
  // REQUIRES: 0 < down <= up.
  WvaLike(double up, double down) : up_(up), down_(down) {}

  Duration period() const override { return 60s; }
  void decide(const Observation& seen, Wish& wish) override;

 private:
  double up_;
  double down_;
  Availability available_;
};

}  // namespace signalbox::sim
