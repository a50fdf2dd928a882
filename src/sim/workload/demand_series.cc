// SPDX-License-Identifier: Apache-2.0
//
// Slots filled from a stream, and sums over them; see demand_series.h.
#include "sim/workload/demand_series.h"

#include <algorithm>
#include <numeric>

#include "base/assert.h"

namespace signalbox::sim {

double DemandSeries::work_between(TimePoint from, TimePoint to) const {
  const auto last = static_cast<std::int64_t>(work.size());
  const std::int64_t begin = std::max<std::int64_t>(0, from.time_since_epoch() / slot);
  double sum = 0.0;
  for (std::int64_t i = begin; i < last; ++i) {
    const TimePoint opens{i * slot};
    if (opens >= to) break;
    const Duration covered = std::min(opens + slot, to) - std::max(opens, from);
    if (covered <= Duration::zero()) continue;
    sum += work[static_cast<std::size_t>(i)] * (to_seconds(covered) / to_seconds(slot));
  }
  return sum;
}

double DemandSeries::total_work() const { return std::accumulate(work.begin(), work.end(), 0.0); }

std::uint64_t DemandSeries::total_requests() const {
  return std::accumulate(requests.begin(), requests.end(), std::uint64_t{0});
}

DemandSeries gather(ArrivalStream& stream, Duration slot, Duration length) {
  SIGNALBOX_ASSERT(slot > Duration::zero());
  DemandSeries series;
  series.slot = slot;
  const auto slots = static_cast<std::size_t>((length + slot - Duration{1}) / slot);
  series.work.resize(slots);
  series.requests.resize(slots);
  while (const auto arrival = stream.next()) {
    SIGNALBOX_ASSERT(arrival->at >= TimePoint{});
    const auto index = static_cast<std::size_t>(arrival->at.time_since_epoch() / slot);
    if (index >= series.work.size()) {
      series.work.resize(index + 1);
      series.requests.resize(index + 1);
    }
    series.work[index] += arrival->factor;
    ++series.requests[index];
  }
  return series;
}

}  // namespace signalbox::sim
