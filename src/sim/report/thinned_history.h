// SPDX-License-Identifier: Apache-2.0
//
// A run's history in no more points than a plot can show. Neighbouring slots are merged, not
// picked, so that a burst of refusals of one minute is still there in a plot of two weeks.
#pragma once

#include <cstddef>
#include <vector>

#include "base/time.h"
#include "sim/run/run_result.h"

namespace signalbox::sim {

// Slots as in HistorySlot, each standing for `length` of time: counts are summed, latencies are
// weighted by what they are of - except p99_s, which is the worst of the merged ones - cost rates
// are averaged, replicas and mode are those at the end.
struct ThinnedHistory {
  struct Point {
    HistorySlot slot;
    Duration since_start{};  // middle of the time it stands for
    Duration length{};
  };
  std::vector<Point> points;  // evenly spaced; the last may be shorter
  Duration step{};
};

// REQUIRES: most > 0.
ThinnedHistory thinned(const RunResult& result, std::size_t most);

}  // namespace signalbox::sim
