// SPDX-License-Identifier: Apache-2.0
//
// The largest value of the last `window`, by the monotonic-queue method: amortised O(1). Scaling
// down to this instead of to the latest wish keeps a replica idle for about one boot time before it
// is given up - the ski-rental rule, at most twice as dear as knowing the future.
#pragma once

#include <deque>

#include "base/time.h"

namespace signalbox::core {

class SlidingMax {
 public:
  // Adds a value and returns the maximum over [now - window, now]. REQUIRES: now does not go back.
  int push(int value, TimePoint now, Duration window) {
    while (!kept_.empty() && kept_.back().value <= value) kept_.pop_back();
    kept_.push_back({now, value});
    while (kept_.front().at < now - window) kept_.pop_front();
    return kept_.front().value;
  }

 private:
  struct Entry {
    TimePoint at;
    int value;
  };
  std::deque<Entry> kept_;  // values strictly falling
};

}  // namespace signalbox::core
