// SPDX-License-Identifier: Apache-2.0
//
// What really arrived, in slots: the clairvoyant's view of a workload. Bounds and oracles are
// computed from it, never from expectations.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.h"
#include "sim/workload/arrivals.h"

namespace signalbox::sim {

struct DemandSeries {
  Duration slot = 60s;
  std::vector<double> work;             // sum of the factors that arrived in each slot
  std::vector<std::uint64_t> requests;  // and how many they were

  // Work of whole slots and, within a slot, of the fraction covered. Outside the slots there is
  // none.
  double work_between(TimePoint from, TimePoint to) const;
  double total_work() const;
  std::uint64_t total_requests() const;
};

// Drains `stream`, whose times count from TimePoint{}. Slots cover `length`, and more if something
// arrives later: nothing is left out. REQUIRES: slot > 0, no arrival before TimePoint{}.
DemandSeries gather(ArrivalStream& stream, Duration slot, Duration length);

}  // namespace signalbox::sim
