// SPDX-License-Identifier: Apache-2.0
//
// The paper's switch between its two modes, as its reference controller does it (arXiv 2503.20074;
// the repository's shell loop): every 300 s it asks the log store for insufficient-capacity lines
// of the last 5 minutes. Any, and the other set of weights and targets is applied; it goes back
// only when the load cycle begins again, at 1 to 5 clients.
//
//   cost       as PaperWeighted            capacity   as PaperEqual
//   leave cost      a launch was refused within the 300 s before a poll
//   return to cost  at a poll, demand <= trough_share x the highest demand seen so far
//
// The loop is the whole of the policy, so it is not made quicker. One to five clients of a load of
// dozens are about a twentieth to a tenth; the share is a parameter and is tuned.
#pragma once

#include "sim/policy/keda_rule.h"
#include "sim/policy/scaler.h"

namespace signalbox::sim {

class PaperBinary final : public Scaler {
 public:
  // REQUIRES: 0 < utilisation, 0 <= trough_share.
  PaperBinary(double utilisation, double trough_share)
      : utilisation_(utilisation), trough_share_(trough_share) {}

  Duration period() const override { return kHpaPeriod; }
  Duration window() const override { return kMetricWindow; }
  void decide(const Observation& seen, Wish& wish) override;

 private:
  void poll(const Observation& seen, Wish& wish);

  double utilisation_;
  double trough_share_;
  double highest_per_s_ = 0.0;
  TimePoint polled_at_ = TimePoint::min();
  KedaRule rule_;
};

}  // namespace signalbox::sim
