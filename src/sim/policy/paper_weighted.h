// SPDX-License-Identifier: Apache-2.0
//
// The paper's cost-optimized mode (Biran and Kissos, arXiv 2503.20074, section on cost-optimized
// weighting; repository aws-samples/scalable-hw-agnostic-inference): traffic is drawn by fixed
// weights, and each unit scales by KEDA on the traffic its weight brings, towards its breaking
// point.
//
//   weight_i  hand-set in the repository: 40 inf2, 20 trn1, 15 g5-triton, 10 g6, 15 g5-cuda; or by
//             the text's intent, throughput / (price x latency), normalised over what is available
//   wanted_i  = KedaRule(target = utilisation x plateau_i), at least 1
//
// utilisation 1 is the paper's own target; "utilisation above 80 %" is its other criterion for the
// breaking point, so 0.8 is as published too. Each unit keeps one replica, as the repository's do:
// a weight without a replica would be an error there. Weights are the Router's business
// (RoutingPolicy::kPaperWeighted), which draws only among units that have a replica ready and free;
// the repository's load balancer would queue, so this is kinder.
#pragma once

#include <optional>
#include <vector>

#include "core/model/fleet_spec.h"
#include "sim/policy/keda_rule.h"
#include "sim/policy/scaler.h"

namespace signalbox::sim {

class PaperWeighted final : public Scaler {
 public:
  explicit PaperWeighted(double utilisation) : utilisation_(utilisation) {}

  Duration period() const override { return kHpaPeriod; }
  Duration window() const override { return kMetricWindow; }
  void decide(const Observation& seen, Wish& wish) override;

 private:
  double utilisation_;
  KedaRule rule_;
};

// The repository's weights for the units of the first service, if those are the paper's five, by
// hardware and framework; nullopt for any other fleet, for which nobody has set weights by hand.
std::optional<std::vector<double>> paper_hand_set_weights(const core::FleetSpec& fleet);

}  // namespace signalbox::sim
