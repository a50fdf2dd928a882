// SPDX-License-Identifier: Apache-2.0
//
// A token bucket: so many calls at once, so many per second from then on. The API server has its
// own bounds (priority and fairness); this one keeps a mistake of ours from reaching them.
#pragma once

#include <algorithm>

#include "base/time.h"

namespace signalbox::kube {

class RateBound {
 public:
  // REQUIRES: per_s > 0, burst >= 1.
  RateBound(double per_s, double burst) : per_s_(per_s), burst_(burst), tokens_(burst) {}

  // Takes one, and says how long to wait before it may be used: those who wait are served in turn.
  Duration take(TimePoint now) {
    if (now > at_) {
      if (begun_) tokens_ = std::min(burst_, tokens_ + to_seconds(now - at_) * per_s_);
      at_ = now;
      begun_ = true;
    }
    tokens_ -= 1.0;
    return tokens_ >= 0.0 ? Duration{} : from_seconds(-tokens_ / per_s_);
  }

 private:
  double per_s_, burst_, tokens_;
  TimePoint at_ = TimePoint::min();
  bool begun_ = false;
};

}  // namespace signalbox::kube
