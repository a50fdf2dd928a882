// SPDX-License-Identifier: Apache-2.0
//
// What a peer may ask of an HTTP/2 connection without doing anything useful: resets, pings, empty
// frames. Each costs it nothing and us something, so they are paid for from a bucket that fills
// with time and with useful work; a peer that has spent it is told to calm down (GOAWAY).
#pragma once

#include <algorithm>

#include "base/time.h"

namespace signalbox::wire {

class Http2Budget {
 public:
  Http2Budget(double burst, double per_s) : burst_(burst), per_s_(per_s), left_(burst) {}

  // False when there is not enough left; then nothing is taken.
  bool spend(double amount, TimePoint now) {
    if (now > filled_at_) {
      if (filled_at_ != TimePoint{}) earn(per_s_ * to_seconds(now - filled_at_));
      filled_at_ = now;
    }
    if (left_ < amount) return false;
    left_ -= amount;
    return true;
  }

  void earn(double amount) { left_ = std::min(burst_, left_ + amount); }

 private:
  double burst_;
  double per_s_;
  double left_;
  TimePoint filled_at_{};
};

}  // namespace signalbox::wire
