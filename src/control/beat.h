// SPDX-License-Identifier: Apache-2.0
//
// The beat of what recurs: moments counted from one anchor, not from when the last was noticed, so
// that lateness never adds up. Who comes late to several of them gets the next one only.
#pragma once

#include "base/time.h"

namespace signalbox::control {

// The first of anchor + k * period (k = 0, 1, ...) after `now`. REQUIRES: period > 0.
constexpr TimePoint next_beat(TimePoint anchor, Duration period, TimePoint now) {
  if (now < anchor) return anchor;
  return anchor + ((now - anchor) / period + 1) * period;
}

}  // namespace signalbox::control
