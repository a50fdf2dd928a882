// SPDX-License-Identifier: Apache-2.0
//
// Overlapping signal faults into one; see signal_fault.h.
#include "sim/engine/signal_fault.h"

#include <algorithm>

namespace signalbox::sim {

SignalFault in_force(std::span<const ScheduledSignalFault> faults, Duration since_start) {
  SignalFault sum;
  for (const ScheduledSignalFault& each : faults) {
    if (since_start < each.at || since_start >= each.until) continue;
    sum.blackout = sum.blackout || each.fault.blackout;
    sum.delay = std::max(sum.delay, each.fault.delay);
    sum.load_factor *= each.fault.load_factor;
    sum.price_factor *= each.fault.price_factor;
  }
  return sum;
}

}  // namespace signalbox::sim
