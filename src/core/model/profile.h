// SPDX-License-Identifier: Apache-2.0
//
// What is known of a unit before it has served anything: mean latency at a given number of requests
// in flight on one endpoint, measured or taken from its owner. The plateau - the highest rate one
// replica sustains - follows from the curve (Little's law: rate = in flight / latency), so latency
// and capacity can never contradict each other.
#pragma once

#include <vector>

#include "base/time.h"

namespace signalbox::core {

class Profile {
 public:
  struct Point {
    int in_flight;     // requests being served at once on one endpoint, >= 1
    Duration latency;  // mean time in service at that load, > 0
  };

  // A replica that serves one request at a time: latency is 1 / plateau.
  // `spread` is the coefficient of variation of service time (0 = deterministic).
  // REQUIRES: plateau_per_s > 0.
  static Profile single_server(double plateau_per_s, double spread);

  // A measured curve. REQUIRES: at least one point, `in_flight` strictly increasing, latency > 0.
  static Profile measured(std::vector<Point> points, double spread);

  // Mean time in service with `in_flight` requests being served (this one included); linear between
  // points, and past the last one growing in proportion, since the plateau is reached there.
  Duration latency(int in_flight) const;

  // Requests per second at saturation of an endpoint that serves at most `slots` at once.
  double plateau_per_s(int slots) const;

  double spread() const { return spread_; }
  const std::vector<Point>& points() const { return points_; }

 private:
  Profile(std::vector<Point> points, double spread);

  std::vector<Point> points_;
  double spread_;
};

}  // namespace signalbox::core
