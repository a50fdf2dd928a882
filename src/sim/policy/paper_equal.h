// SPDX-License-Identifier: Apache-2.0
//
// The paper's capacity-optimized mode, for good (arXiv 2503.20074, "capacity-optimized"; its Table
// 2): every available unit gets an equal share, and no unit is asked for more per replica than the
// mean of all, so that a fast unit carries its share with replicas like everybody's.
//
//   weight_i  = available_i / sum of available_j              (RoutingPolicy::kPaperEqual)
//   wanted_i  = KedaRule(target = utilisation x min(mean of plateaus, plateau_i)), at least 1
//
// min(mean, own) is the paper's "adjusted throughput"; with its Table 1 the figures of its Table 2
// follow.
#pragma once

#include "sim/policy/keda_rule.h"
#include "sim/policy/scaler.h"

namespace signalbox::sim {

// The adjusted throughput of a unit among those of its service, per second.
double adjusted_throughput_per_s(const core::FleetSpec& fleet, UnitId unit);

class PaperEqual final : public Scaler {
 public:
  explicit PaperEqual(double utilisation) : utilisation_(utilisation) {}

  Duration period() const override { return kHpaPeriod; }
  Duration window() const override { return kMetricWindow; }
  void decide(const Observation& seen, Wish& wish) override;

 private:
  double utilisation_;
  KedaRule rule_;
};

}  // namespace signalbox::sim
