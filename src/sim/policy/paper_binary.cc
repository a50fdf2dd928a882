// SPDX-License-Identifier: Apache-2.0
//
// Poll, then the mode's targets; see paper_binary.h.
#include "sim/policy/paper_binary.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/policy/paper_equal.h"

namespace signalbox::sim {

namespace {

constexpr Duration kPoll = 300s;

}  // namespace

void PaperBinary::decide(const Observation& seen, Wish& wish) {
  highest_per_s_ = std::max(highest_per_s_, seen.arrived_per_s);
  if (polled_at_ == TimePoint::min() || seen.now - polled_at_ >= kPoll) {
    polled_at_ = seen.now;
    poll(seen, wish);
  }
  for (const UnitId id : seen.service().units) {
    const double throughput_per_s = wish.mode == core::Mode::kCostOptimized
                                        ? seen.unit_spec(id).plateau_per_s()
                                        : adjusted_throughput_per_s(*seen.spec, id);
    wish.replicas[id.index()] = rule_.wanted(seen, id, utilisation_ * throughput_per_s, 1);
  }
}

void PaperBinary::poll(const Observation& seen, Wish& wish) {
  if (wish.mode == core::Mode::kCapacityOptimized) {
    if (seen.arrived_per_s > trough_share_ * highest_per_s_) return;
    wish.mode = core::Mode::kCostOptimized;
    wish.evidence =
        fmt::format("the load cycle begins again: {:.1f} requests/s of a peak of {:.1f}",
                    seen.arrived_per_s, highest_per_s_);
    return;
  }
  for (const UnitId id : seen.service().units) {
    const auto& refused_at = seen.unit(id).refused_at;
    if (!refused_at || seen.now - *refused_at > kPoll) continue;
    wish.mode = core::Mode::kCapacityOptimized;
    wish.evidence =
        fmt::format("a launch of {} was refused in the last 5 minutes", seen.unit_spec(id).name);
    return;
  }
}

}  // namespace signalbox::sim
