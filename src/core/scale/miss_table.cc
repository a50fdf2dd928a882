// SPDX-License-Identifier: Apache-2.0
//
// From points to pieces; see miss_table.h.
#include "core/scale/miss_table.h"

#include <algorithm>
#include <limits>

namespace signalbox::core {

namespace {

double slope(const MissTable::Point& a, const MissTable::Point& b) {
  return (b.usd_per_hour - a.usd_per_hour) / (b.capacity_per_s - a.capacity_per_s);
}

// The lower convex hull, by Andrew's monotone chain: the points come in order.
std::vector<MissTable::Point> hull(const std::vector<MissTable::Point>& points) {
  std::vector<MissTable::Point> kept;
  for (const MissTable::Point& point : points) {
    while (kept.size() >= 2 &&
           slope(kept[kept.size() - 2], kept.back()) >= slope(kept.back(), point)) {
      kept.pop_back();
    }
    kept.push_back(point);
  }
  return kept;
}

}  // namespace

MissCurve MissTable::curve() const {
  constexpr std::size_t kPieces = 8;
  MissCurve curve;
  const auto points = hull(points_);
  const std::size_t stride = std::max<std::size_t>(1, (points.size() + kPieces - 1) / kPieces);
  double steepest_left = std::numeric_limits<double>::infinity();
  for (std::size_t from = 0; from + 1 < points.size(); from += stride) {
    const Point& a = points[from];
    const Point& b = points[std::min(from + stride, points.size() - 1)];
    steepest_left = std::clamp(-slope(a, b), 0.0, steepest_left);
    curve.pieces.push_back({b.capacity_per_s, steepest_left});
  }
  return curve;
}

}  // namespace signalbox::core
