// SPDX-License-Identifier: Apache-2.0
//
// Passive health: what the request path itself learns of an endpoint. A connection that is refused
// or dies says at once that nobody is there; error answers need several in a row to mean the same.
// An ejected endpoint gets no traffic for a pause that doubles with every relapse, then one more
// chance - the pause's end is the probe.
#pragma once

#include "base/time.h"

namespace signalbox::core {

class Ejection {
 public:
  static constexpr int kErrorsInARow = 5;  // Envoy's consecutive_5xx
  static constexpr Duration kFirstPause = 1s;
  static constexpr Duration kLongestPause = 300s;  // Envoy's max_ejection_time

  // The endpoint was unreachable or its connection died: eject.
  void on_dead(TimePoint now);
  // It answered 5xx, broke off or stayed silent. Returns true when the row is long enough to eject;
  // the caller may decline (an endpoint that is the last one left), else it calls eject().
  bool on_error();
  void eject(TimePoint now);
  // It served a request: the row ends, and so does the memory of earlier ejections.
  void on_success();

  bool ejected(TimePoint now) const { return now < until_; }
  TimePoint until() const { return until_; }

 private:
  TimePoint until_ = TimePoint::min();
  int errors_in_a_row_ = 0;
  int relapses_ = 0;
};

}  // namespace signalbox::core
