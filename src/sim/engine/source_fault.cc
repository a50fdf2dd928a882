// SPDX-License-Identifier: Apache-2.0
//
// Which fault of a source holds; see source_fault.h.
#include "sim/engine/source_fault.h"

namespace signalbox::sim {

const ScheduledSourceFault* in_force(std::span<const ScheduledSourceFault> faults,
                                     std::string_view source, Duration since_start) {
  const ScheduledSourceFault* latest = nullptr;
  for (const ScheduledSourceFault& each : faults) {
    if (each.source != source || since_start < each.at || since_start >= each.until) continue;
    if (latest == nullptr || each.at >= latest->at) latest = &each;
  }
  return latest;
}

bool factors_hold(const SourceFault& fault, Duration since) {
  return fault.flap == Duration{} || since % fault.flap < fault.flap / 2;
}

}  // namespace signalbox::sim
