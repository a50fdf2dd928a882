// SPDX-License-Identifier: Apache-2.0
//
// Interpolation on the measured curve; see profile.h.
#include "core/model/profile.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace signalbox::core {

Profile::Profile(std::vector<Point> points, double spread)
    : points_(std::move(points)), spread_(spread) {
  SIGNALBOX_ASSERT(!points_.empty());
  SIGNALBOX_ASSERT(spread_ >= 0.0);
  int previous = 0;
  for (const auto& point : points_) {
    SIGNALBOX_ASSERT(point.in_flight > previous);
    SIGNALBOX_ASSERT(point.latency > Duration::zero());
    previous = point.in_flight;
  }
}

Profile Profile::single_server(double plateau_per_s, double spread) {
  SIGNALBOX_ASSERT(plateau_per_s > 0.0);
  return Profile({{1, from_seconds(1.0 / plateau_per_s)}}, spread);
}

Profile Profile::measured(std::vector<Point> points, double spread) {
  return Profile(std::move(points), spread);
}

Duration Profile::latency(int in_flight) const {
  const auto at_least = std::find_if(points_.begin(), points_.end(), [&](const Point& point) {
    return point.in_flight >= in_flight;
  });
  if (at_least == points_.end()) {
    const Point& last = points_.back();
    return scale(last.latency, static_cast<double>(in_flight) / last.in_flight);
  }
  if (at_least == points_.begin()) return at_least->latency;
  const Point& low = *(at_least - 1);
  const Point& high = *at_least;
  const double part =
      static_cast<double>(in_flight - low.in_flight) / (high.in_flight - low.in_flight);
  return low.latency + scale(high.latency - low.latency, part);
}

double Profile::plateau_per_s(int slots) const {
  double best = 0.0;
  for (int n = 1; n <= slots; ++n) best = std::max(best, n / to_seconds(latency(n)));
  return best;
}

}  // namespace signalbox::core
