// SPDX-License-Identifier: Apache-2.0
//
// The peak, once; see static_peak.h.
#include "sim/policy/static_peak.h"

#include <algorithm>

#include "base/assert.h"

namespace signalbox::sim {

void StaticPeak::decide(const Observation& seen, Wish& wish) {
  SIGNALBOX_ASSERT(seen.truth != nullptr);
  if (!peak_per_s_) {
    constexpr Duration kMinute = 60s;
    const auto& truth = *seen.truth;
    const Duration half = truth.slot * static_cast<std::int64_t>(truth.work.size()) / 2;
    peak_per_s_ = 0.0;
    for (Duration from{}; from < half; from += kMinute) {
      const Duration to = std::min<Duration>(from + kMinute, half);
      const double work = truth.work_between(seen.start + from, seen.start + to);
      peak_per_s_ = std::max(*peak_per_s_, work / to_seconds(to - from));
    }
  }
  available_.observe(seen);
  auto order = cheapest_first(seen);
  std::erase_if(order, [&](UnitId id) { return seen.tier(id) == Tier::kSpot; });
  fill_in_order(seen, order, available_, fraction_ * *peak_per_s_, wish.replicas);
}

}  // namespace signalbox::sim
