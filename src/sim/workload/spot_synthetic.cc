// SPDX-License-Identifier: Apache-2.0
//
// A walk over three conditions; see spot_synthetic.h.
#include "sim/workload/spot_synthetic.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/distributions.h"
#include "base/prng.h"

namespace signalbox::sim {

namespace {

enum class Pool { kWhole, kPart, kGone };

constexpr Duration kTick = 5min;

Duration mean_stay(Pool pool) {
  switch (pool) {
    case Pool::kWhole:
      return 100min;
    case Pool::kPart:
      return 30min;
    case Pool::kGone:
      return 120min;
  }
  SIGNALBOX_ASSERT(false);
}

Pool after(Pool pool, double level) {
  switch (pool) {
    case Pool::kWhole:
      return level < 0.77 ? Pool::kPart : Pool::kGone;
    case Pool::kPart:
      return level < 0.66 ? Pool::kWhole : Pool::kGone;
    case Pool::kGone:
      return level < 0.73 ? Pool::kPart : Pool::kWhole;
  }
  SIGNALBOX_ASSERT(false);
}

}  // namespace

SpotAvailability spot_availability_synthetic(int nodes, Duration length, std::uint64_t seed) {
  SIGNALBOX_ASSERT(nodes >= 2 && length > Duration::zero());
  Prng draws = Prng(seed).fork(7);
  SpotAvailability trace;
  trace.length = length;
  std::vector<StepSeries<int>::Step> steps;
  Pool pool = Pool::kWhole;
  for (Duration t{0}; t < length;) {
    const int part = 1 + static_cast<int>(draws.below(static_cast<std::uint64_t>(nodes - 1)));
    const int there = pool == Pool::kWhole ? nodes : pool == Pool::kPart ? part : 0;
    steps.push_back({TimePoint{t}, there});
    trace.most = std::max(trace.most, there);
    // The tick nearest to an exponential stay, but one at least: the mean is nearly kept.
    const double stay_s = draw_exponential(draws, to_seconds(mean_stay(pool)));
    const auto ticks = static_cast<std::int64_t>(stay_s / to_seconds(kTick) + 0.5);
    t += std::max<std::int64_t>(1, ticks) * kTick;
    pool = after(pool, draws.uniform());
  }
  trace.available = StepSeries<int>(std::move(steps));
  return trace;
}

}  // namespace signalbox::sim
