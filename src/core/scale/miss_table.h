// SPDX-License-Identifier: Apache-2.0
//
// What misses cost as a function of capacity: convex, falling, piecewise linear. Tabulated once per
// plan, so that a search may ask for it as often as it likes.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "core/scale/miss_curve.h"

namespace signalbox::core {

class MissTable {
 public:
  struct Point {
    double capacity_per_s;
    double usd_per_hour;
  };

  MissTable() = default;
  // REQUIRES: capacities rise strictly from >= 0; the points are those of a convex curve that does
  // not rise.
  explicit MissTable(std::vector<Point> points) : points_(std::move(points)) {}
  // Every request/s of `required_per_s` that is not covered costs `usd_per_hour`, and nothing else
  // does.
  static MissTable linear(double required_per_s, double usd_per_hour) {
    if (required_per_s <= 0.0) return MissTable{};
    return MissTable({{0.0, required_per_s * usd_per_hour}, {required_per_s, 0.0}});
  }

  // USD/hour, >= 0. Before the first point the first slope goes on, past the last one it is flat.
  double at(double capacity_per_s) const {
    if (points_.empty()) return 0.0;
    if (capacity_per_s >= points_.back().capacity_per_s) return points_.back().usd_per_hour;
    std::size_t next = 1;
    for (std::size_t high = points_.size() - 1; next < high;) {
      const std::size_t middle = (next + high) / 2;
      (points_[middle].capacity_per_s > capacity_per_s ? high : next) =
          points_[middle].capacity_per_s > capacity_per_s ? middle : middle + 1;
    }
    const Point& a = points_[next - 1];
    const Point& b = points_[next];
    const double slope = (b.usd_per_hour - a.usd_per_hour) / (b.capacity_per_s - a.capacity_per_s);
    return a.usd_per_hour + slope * (capacity_per_s - a.capacity_per_s);
  }
  // The steepest it falls, USD/hour for each request/s: what another unit of capacity is worth
  // where nothing is served.
  double steepest() const {
    if (points_.size() < 2) return 0.0;
    return (points_[0].usd_per_hour - points_[1].usd_per_hour) /
           (points_[1].capacity_per_s - points_[0].capacity_per_s);
  }

  // The same in a few straight pieces. What rounding has bent the wrong way is cut off: the answer
  // is convex and does not rise.
  MissCurve curve() const;

  const std::vector<Point>& points() const { return points_; }

 private:
  std::vector<Point> points_;
};

}  // namespace signalbox::core
