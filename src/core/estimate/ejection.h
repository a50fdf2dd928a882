// SPDX-License-Identifier: Apache-2.0
//
// Passive health: what the request path itself learns of an endpoint. A connection that is refused
// or dies says at once that nobody is there; error answers need several in a row to mean the same.
// An ejected endpoint gets no traffic for a pause that doubles with every relapse, then one more
// chance - the pause's end is the probe. One whose answers merely stand out of its siblings'
// (outliers.h) still answers, so successes do not end its pause, and sweeps in which it did not
// stand out make the next one shorter, as in Envoy.
#pragma once

#include <algorithm>

#include "base/time.h"

namespace signalbox::core {

class Ejection {
 public:
  static constexpr int kErrorsInARow = 5;  // Envoy's consecutive_5xx
  static constexpr Duration kFirstPause = 1s;
  static constexpr Duration kLongestPause = 300s;  // Envoy's max_ejection_time
  static constexpr Duration kLongestAsked = 30s;   // of what an endpoint asks for itself
  static constexpr Duration kOutlierPause = 30s;   // Envoy's base_ejection_time, times how often

  // The endpoint was unreachable or its connection died: eject.
  void on_dead(TimePoint now);
  // It answered 5xx, broke off or stayed silent. Returns true when the row is long enough to eject;
  // the caller may decline (an endpoint that is the last one left), else it calls eject().
  bool on_error();
  void eject(TimePoint now);
  // It served a request: the row ends, and so does the memory of earlier ejections.
  void on_success();
  // It asked for a pause itself (Retry-After): no failure, and no answer of before ends it.
  void pause(TimePoint now, Duration asked);
  // A sweep found that it stands out; or, being trusted, that it does not.
  void eject_outlier(TimePoint now);
  void on_clean_sweep();

  bool ejected(TimePoint now) const { return now < until(); }
  TimePoint until() const { return std::max({until_, outlier_until_, asked_until_}); }
  // Nobody was there: no want of others makes it worth a try before its pause ends.
  bool is_dead(TimePoint now) const { return now < dead_until_; }
  TimePoint dead_until() const { return dead_until_; }

 private:
  TimePoint until_ = TimePoint::min();
  TimePoint dead_until_ = TimePoint::min();
  TimePoint outlier_until_ = TimePoint::min();
  TimePoint asked_until_ = TimePoint::min();
  int times_outlier_ = 0;
  int errors_in_a_row_ = 0;
  int relapses_ = 0;
};

}  // namespace signalbox::core
