// SPDX-License-Identifier: Apache-2.0
//
// How long to leave a server alone that did not answer: twice as long each time, and never exactly
// as long as everybody else (half of it is random), since a thousand clients that come back in step
// are what it fell over from.
#pragma once

#include <algorithm>

#include "base/prng.h"
#include "base/time.h"

namespace signalbox::kube {

class BackOff {
 public:
  BackOff(Duration least, Duration most) : least_(least), most_(most), next_(least) {}

  // In [half, whole) of the next wait; at least `asked`, which a server may ask for.
  Duration next(Prng& random, Duration asked = {}) {
    const Duration whole = next_;
    next_ = std::min(most_, next_ * 2);
    return std::max(asked, scale(whole, 0.5 + 0.5 * random.uniform()));
  }
  // It answered.
  void reset() { next_ = least_; }

 private:
  Duration least_, most_, next_;
};

}  // namespace signalbox::kube
