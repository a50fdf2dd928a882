// SPDX-License-Identifier: Apache-2.0
//
// KEDA on every unit: each scales on its own throughput and knows nothing of the others. This is
// how the paper's reference deploys, and what most fleets of several accelerators do today.
//
//   wanted_i = KedaRule(target = utilisation x plateau_i), at least `least`
//
// `least` is the ScaledObject's minReplicaCount. With 0 a unit may vanish; it is activated with one
// replica while requests wait, as KEDA's HTTP add-on does from its queue. All scale on one
// service's traffic, so the cheapest unit keeps one replica in any case: a service that scales to
// nothing would fail its first request after every pause. That is kinder than the publication.
#pragma once

#include "sim/policy/keda_rule.h"
#include "sim/policy/scaler.h"

namespace signalbox::sim {

class KedaPerUnit final : public Scaler {
 public:
  // REQUIRES: 0 < utilisation, least >= 0.
  KedaPerUnit(double utilisation, int least) : utilisation_(utilisation), least_(least) {}

  Duration period() const override { return kHpaPeriod; }
  Duration window() const override { return kMetricWindow; }
  void decide(const Observation& seen, Wish& wish) override;

 private:
  double utilisation_;
  int least_;
  KedaRule rule_;
};

}  // namespace signalbox::sim
