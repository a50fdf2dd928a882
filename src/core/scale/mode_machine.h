// SPDX-License-Identifier: Apache-2.0
//
// When a service leaves cost for capacity, and when it comes back. Leaving needs evidence and is
// immediate when the evidence is hard (a refused launch, replicas lost); returning needs the cost
// tier to have been whole for a dwell time without a break, which doubles after every quick
// relapse. So the number of switches is bounded by time / dwell however the signals flap, and every
// transition names what it rests on.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "core/model/service.h"

namespace signalbox::core {

// What speaks for leaving cost mode, strongest first; empty text = nothing.
struct ModeEvidence {
  std::string hard;  // a launch of the cost tier was refused, or its replicas were lost
  std::string soft;  // a predicted shortfall, or the error budget burns
  TimePoint at{};    // when it was observed
  // The cost tier can be launched, and what is ready carries the present demand.
  bool cost_tier_whole = false;
};

struct ModeTransition {
  Mode from;
  Mode to;
  std::string evidence;
  TimePoint evidence_at;
};

class ModeMachine {
 public:
  explicit ModeMachine(TimePoint now) : since_(now) {}

  // Returns the transition that happens now, if any. REQUIRES: now does not go back.
  std::optional<ModeTransition> update(Policy policy, const ModeEvidence& evidence, Duration dwell,
                                       TimePoint now);

  Mode mode() const { return mode_; }
  TimePoint since() const { return since_; }
  // Share of requests routed by cost: rises from 0 to 1 over `ramp` after a return.
  double cost_ramp(Duration ramp, TimePoint now) const;

 private:
  void enter(Mode mode, TimePoint now);

  Mode mode_ = Mode::kCostOptimized;
  TimePoint since_;
  std::optional<TimePoint> whole_since_;  // the cost tier has been whole since then
  bool returned_ = false;                 // cost mode was entered by a return, so it ramps
  int relapses_ = 0;                      // leaves within one dwell of a return
};

}  // namespace signalbox::core
