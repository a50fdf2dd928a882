// SPDX-License-Identifier: Apache-2.0
//
// Whether a pool can give another replica. A refusal benches the unit for a pause that doubles up
// to a bound; after each pause exactly one probe launch is allowed, and only its success opens the
// pool again (SkyServe's lesson: one probe per bench time, or a dry pool is hammered forever) - or
// that nobody wants another replica for so long that a probe would only be bought for its own sake.
#pragma once

#include <optional>

#include "base/time.h"

namespace signalbox::core {

class LaunchBackoff {
 public:
  enum class State { kOpen, kBenched, kProbing };

  void on_refused(TimePoint now, Duration first_pause, Duration longest_pause);
  // A launch was handed to the actuator: while not open, that is the probe. `patience` bounds the
  // wait for its answer, after which another probe is allowed.
  void on_launch(TimePoint now, Duration patience);
  // Nobody wants a launch now. When that is still so `quiet` after a pause has ended without a
  // probe, the refusal is too old to tell anything, and the pool counts as recovered.
  void on_unwanted(TimePoint now, Duration quiet);
  // A replica launched at `launched` came up: if that was after the last refusal, the pool gives
  // again.
  void on_ready(TimePoint launched);

  State state(TimePoint now) const;
  // Launches allowed now: any number (nullopt), one (a probe) or none.
  std::optional<int> allowance(TimePoint now) const;
  bool open() const { return relapses_ == 0; }
  // When the present pause or probe ends. REQUIRES: !open()
  TimePoint until() const { return until_; }

 private:
  int relapses_ = 0;  // refusals since the pool last gave a replica
  bool probing_ = false;
  TimePoint refused_at_{};
  TimePoint until_{};
  TimePoint unwanted_since_ = TimePoint::max();  // after the pause; max = a launch is wanted
};

}  // namespace signalbox::core
