// SPDX-License-Identifier: Apache-2.0
//
// A rate curve through known points, as traces give it: steps that hold until the next point, or
// straight lines between points. Integral and inverse integral are exact, so expectations need no
// quadrature, and a process that lives in operational time can be mapped onto the clock.
#pragma once

#include <optional>
#include <vector>

#include "base/time.h"
#include "sim/workload/rates.h"

namespace signalbox::sim {

class RateSeries {
 public:
  enum class Between { kSteps, kLines };
  struct Point {
    Duration at;
    double per_s = 0.0;
  };
  struct Options {
    Between between = Between::kLines;
    Duration length;      // the curve ends here; zero: at the last point
    bool repeat = false;  // ... or begins again
  };

  // REQUIRES: points in increasing time from zero, rates >= 0, length not before the last point and
  // above zero.
  RateSeries(std::vector<Point> points, Options options);

  static RateSeries constant(double per_s, Duration length);

  // Means of successive windows of equal width. As steps they hold for their window; as lines they
  // stand at its middle, since real rates do not jump on the stroke of a window.
  // REQUIRES: at least one window.
  static RateSeries of_windows(const std::vector<double>& per_s, Duration window, Between between);

  double rate_per_s(Duration t) const;
  double expected_count(Duration from, Duration to) const;
  RatePiece piece_at(Duration t) const;

  // The instant by which `count` are expected; nullopt when the curve ends before.
  // REQUIRES: count >= 0.
  std::optional<Duration> time_of_count(double count) const;

  Duration length() const { return length_; }
  double peak_per_s() const;
  double mean_per_s() const { return total_ / to_seconds(length_); }

  RateSeries scaled(double factor) const;
  RateSeries scaled_to_peak(double peak_per_s) const;  // REQUIRES: some rate is above zero

  // [from, to) of this curve, beginning at zero. REQUIRES: 0 <= from < to <= length().
  RateSeries window(Duration from, Duration to) const;

 private:
  struct Segment {
    Duration begin, end;
    double at_begin, at_end;  // rates
    double before;            // expected count up to its begin

    double rate_at(Duration t) const;
    double count_to(Duration t) const;
  };

  const Segment& segment_at(Duration within) const;
  double count_before(Duration t) const;  // from zero

  std::vector<Segment> segments_;
  Between between_;
  Duration length_;
  bool repeat_;
  double total_ = 0.0;
};

}  // namespace signalbox::sim
