// SPDX-License-Identifier: Apache-2.0
//
// Active health: an endpoint changes its standing only after several probes in a row agree, so that
// one lost packet neither kills nor resurrects it (HAProxy's rise and fall).
#pragma once

namespace signalbox::core {

class ProbeHealth {
 public:
  // Returns true when the standing changed. REQUIRES: rise >= 1, fall >= 1.
  bool observe(bool passed, int rise, int fall);

  bool healthy() const { return healthy_; }

 private:
  bool healthy_ = true;
  int against_ = 0;  // probes in a row that contradict the standing
};

}  // namespace signalbox::core
