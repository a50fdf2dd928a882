// SPDX-License-Identifier: Apache-2.0
//
// How fast the error budget burns, over two windows (Google SRE Workbook, ch. 5): the short window
// says it is happening now, the long one that it is not a blip; only both together are evidence.
#pragma once

#include <cstdint>
#include <deque>

#include "base/time.h"

namespace signalbox::core {

class SloBurn {
 public:
  // REQUIRES: short_window <= long_window.
  SloBurn(Duration short_window, Duration long_window)
      : short_window_(short_window), long_window_(long_window) {}

  // Cumulative counts of finished and of missed requests; lower than before means a restart.
  void observe(std::uint64_t finished, std::uint64_t missed, TimePoint now);

  // Missed share / allowed share in the window; 1 = the budget lasts exactly. 0 without traffic.
  double short_burn(double allowed_share) const { return burn(short_window_, allowed_share); }
  double long_burn(double allowed_share) const { return burn(long_window_, allowed_share); }

  // Both windows burn faster than `limit`, on at least `min_missed` missed requests.
  bool burning(double allowed_share, double limit, std::uint64_t min_missed) const;

 private:
  struct Sample {
    TimePoint at;
    std::uint64_t finished;
    std::uint64_t missed;
  };

  // The newest sample at least `window` old, or the oldest there is.
  const Sample& start_of(Duration window) const;
  double burn(Duration window, double allowed_share) const;

  Duration short_window_;
  Duration long_window_;
  std::deque<Sample> samples_;  // bounded: at most one per kResolution of the long window
};

}  // namespace signalbox::core
