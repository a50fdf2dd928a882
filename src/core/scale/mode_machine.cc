// SPDX-License-Identifier: Apache-2.0
//
// Two modes, asymmetric hysteresis; see mode_machine.h.
#include "core/scale/mode_machine.h"

#include <fmt/format.h>

#include <algorithm>

namespace signalbox::core {

namespace {

constexpr int kMostDoublings = 4;

}  // namespace

void ModeMachine::enter(Mode mode, TimePoint now) {
  mode_ = mode;
  since_ = now;
  whole_since_.reset();
}

std::optional<ModeTransition> ModeMachine::update(Policy policy, const ModeEvidence& evidence,
                                                  Duration dwell, TimePoint now) {
  const Mode from = mode_;
  if (policy == Policy::kCapacityFirst) {
    if (mode_ == Mode::kCapacityOptimized) return std::nullopt;
    enter(Mode::kCapacityOptimized, now);
    return ModeTransition{from, mode_, "the policy is capacity_first", now};
  }

  if (mode_ == Mode::kCostOptimized) {
    const bool settled = !returned_ || now - since_ >= dwell;
    const std::string& reason = !evidence.hard.empty() ? evidence.hard : evidence.soft;
    if (reason.empty() || (evidence.hard.empty() && !settled)) return std::nullopt;
    relapses_ = settled ? 0 : std::min(relapses_ + 1, kMostDoublings);
    enter(Mode::kCapacityOptimized, now);
    return ModeTransition{from, mode_, reason, evidence.at};
  }

  if (!evidence.cost_tier_whole || !evidence.hard.empty()) {
    whole_since_.reset();
    return std::nullopt;
  }
  if (!whole_since_) whole_since_ = now;
  const Duration required = dwell * (1 << relapses_);
  if (now - *whole_since_ < required) return std::nullopt;
  const double whole_s = to_seconds(now - *whole_since_);
  enter(Mode::kCostOptimized, now);
  returned_ = true;
  return ModeTransition{
      from, mode_, fmt::format("the cost tier has been launchable and ready for {:.1f} s", whole_s),
      now};
}

double ModeMachine::cost_ramp(Duration ramp, TimePoint now) const {
  if (mode_ != Mode::kCostOptimized) return 0.0;
  if (!returned_ || ramp <= Duration::zero()) return 1.0;
  return std::clamp(to_seconds(now - since_) / to_seconds(ramp), 0.0, 1.0);
}

}  // namespace signalbox::core
