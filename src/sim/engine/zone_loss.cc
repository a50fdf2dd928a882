// SPDX-License-Identifier: Apache-2.0
//
// One fault per unit and end of the loss; see zone_loss.h.
#include "sim/engine/zone_loss.h"

#include <cstdint>

#include "base/assert.h"

namespace signalbox::sim {

std::vector<ScheduledFault> zone_loss(std::span<const core::UnitSpec> units, std::string_view zone,
                                      Duration at, Duration until) {
  SIGNALBOX_ASSERT(at < until);
  const Fault loss{.refuse_launches = true, .lose = 1.0, .lose_booting = true};
  std::vector<ScheduledFault> faults;
  const auto strike = [&](Duration when, const Fault& fault) {
    for (std::uint32_t i = 0; i < units.size(); ++i) {
      if (units[i].zone == zone) faults.push_back({when, UnitId{i}, fault});
    }
  };
  strike(at, loss);
  strike(until, {.heal = true});
  return faults;
}

}  // namespace signalbox::sim
