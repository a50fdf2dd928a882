// SPDX-License-Identifier: Apache-2.0
//
// Segments with their sums; see rate_series.h.
#include "sim/workload/rate_series.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/assert.h"

namespace signalbox::sim {

namespace {

// A sloped segment is cut for piece_at(), or its upper bound would stand far above most of it.
constexpr int kCutsOfSlope = 8;

}  // namespace

double RateSeries::Segment::rate_at(Duration t) const {
  if (at_begin == at_end) return at_begin;
  return at_begin + (at_end - at_begin) * (to_seconds(t - begin) / to_seconds(end - begin));
}

double RateSeries::Segment::count_to(Duration t) const {
  return (at_begin + rate_at(t)) / 2.0 * to_seconds(t - begin);
}

RateSeries::RateSeries(std::vector<Point> points, Options options)
    : between_(options.between), repeat_(options.repeat) {
  SIGNALBOX_ASSERT(!points.empty() && points.front().at == Duration::zero());
  length_ = options.length == Duration::zero() ? points.back().at : options.length;
  SIGNALBOX_ASSERT(length_ > Duration::zero() && length_ >= points.back().at);
  if (points.back().at < length_) {  // the last point holds, or leads back to the first
    const bool back = repeat_ && between_ == Between::kLines;
    points.push_back({length_, back ? points.front().per_s : points.back().per_s});
  }
  for (std::size_t i = 0; i + 1 < points.size(); ++i) {
    SIGNALBOX_ASSERT(points[i].at < points[i + 1].at && points[i].per_s >= 0.0 &&
                     points[i + 1].per_s >= 0.0);
    const double at_end = between_ == Between::kSteps ? points[i].per_s : points[i + 1].per_s;
    segments_.push_back({points[i].at, points[i + 1].at, points[i].per_s, at_end, total_});
    total_ += segments_.back().count_to(points[i + 1].at);
  }
}

RateSeries RateSeries::constant(double per_s, Duration length) {
  return RateSeries({{Duration::zero(), per_s}}, {Between::kSteps, length, false});
}

RateSeries RateSeries::of_windows(const std::vector<double>& per_s, Duration window,
                                  Between between) {
  SIGNALBOX_ASSERT(!per_s.empty());
  std::vector<Point> points;
  if (between == Between::kLines) points.push_back({Duration::zero(), per_s.front()});
  for (std::size_t i = 0; i < per_s.size(); ++i) {
    const Duration opens = static_cast<std::int64_t>(i) * window;
    points.push_back({between == Between::kLines ? opens + window / 2 : opens, per_s[i]});
  }
  return RateSeries(std::move(points),
                    {between, static_cast<std::int64_t>(per_s.size()) * window, false});
}

const RateSeries::Segment& RateSeries::segment_at(Duration within) const {
  const auto after =
      std::upper_bound(segments_.begin(), segments_.end(), within,
                       [](Duration t, const Segment& segment) { return t < segment.begin; });
  return *std::prev(after);
}

double RateSeries::rate_per_s(Duration t) const {
  if (t >= length_ && !repeat_) return 0.0;
  return segment_at(t % length_).rate_at(t % length_);
}

double RateSeries::count_before(Duration t) const {
  if (t >= length_ && !repeat_) return total_;
  const Duration within = t % length_;
  const Segment& segment = segment_at(within);
  return static_cast<double>(t / length_) * total_ + segment.before + segment.count_to(within);
}

double RateSeries::expected_count(Duration from, Duration to) const {
  return count_before(to) - count_before(from);
}

RatePiece RateSeries::piece_at(Duration t) const {
  if (t >= length_ && !repeat_) return {Duration::max(), 0.0, 0.0};
  const Duration cycle = t / length_ * length_;
  const Segment& segment = segment_at(t - cycle);
  if (segment.at_begin == segment.at_end) {
    return {cycle + segment.end, segment.at_begin, segment.at_end};
  }
  const Duration cut = std::max(Duration{1}, (segment.end - segment.begin) / kCutsOfSlope);
  const Duration begin = segment.begin + (t - cycle - segment.begin) / cut * cut;
  const Duration end = std::min(begin + cut, segment.end);
  const double at_begin = segment.rate_at(begin), at_end = segment.rate_at(end);
  return {cycle + end, std::min(at_begin, at_end), std::max(at_begin, at_end)};
}

std::optional<Duration> RateSeries::time_of_count(double count) const {
  SIGNALBOX_ASSERT(count >= 0.0);
  Duration cycle{0};
  if (count >= total_) {
    if (!repeat_ || total_ <= 0.0) return std::nullopt;
    const double cycles = std::floor(count / total_);
    count = std::max(0.0, count - cycles * total_);
    cycle = static_cast<std::int64_t>(cycles) * length_;
  }
  // The last segment with no more before it than asked for: the count lies in it, or at its end.
  const auto after =
      std::upper_bound(segments_.begin(), segments_.end(), count,
                       [](double c, const Segment& segment) { return c < segment.before; });
  const Segment& segment = *std::prev(after);
  const double rest = count - segment.before;
  const double width_s = to_seconds(segment.end - segment.begin);
  const double slope = (segment.at_end - segment.at_begin) / width_s;
  // at_begin * x + slope / 2 * x^2 = rest, in the form that loses no digits for small slopes.
  const double root =
      std::sqrt(std::max(0.0, segment.at_begin * segment.at_begin + 2.0 * slope * rest));
  const double divisor = segment.at_begin + root;
  const double x_s = rest <= 0.0 || divisor <= 0.0 ? 0.0 : 2.0 * rest / divisor;
  return cycle + segment.begin + from_seconds(std::min(x_s, width_s));
}

double RateSeries::peak_per_s() const {
  double peak = 0.0;
  for (const auto& segment : segments_) {
    peak = std::max({peak, segment.at_begin, segment.at_end});
  }
  return peak;
}

RateSeries RateSeries::scaled(double factor) const {
  SIGNALBOX_ASSERT(factor >= 0.0);
  RateSeries result = *this;
  for (auto& segment : result.segments_) {
    segment.at_begin *= factor;
    segment.at_end *= factor;
    segment.before *= factor;
  }
  result.total_ *= factor;
  return result;
}

RateSeries RateSeries::scaled_to_peak(double peak) const {
  SIGNALBOX_ASSERT(peak_per_s() > 0.0);
  return scaled(peak / peak_per_s());
}

RateSeries RateSeries::window(Duration from, Duration to) const {
  SIGNALBOX_ASSERT(Duration::zero() <= from && from < to && to <= length_);
  std::vector<Point> points;
  for (const auto& segment : segments_) {
    if (segment.end <= from || segment.begin >= to) continue;
    const Duration begin = std::max(segment.begin, from);
    points.push_back({begin - from, segment.rate_at(begin)});
    if (segment.end >= to && between_ == Between::kLines) {
      points.push_back({to - from, segment.rate_at(to)});
    }
  }
  return RateSeries(std::move(points), {between_, to - from, false});
}

}  // namespace signalbox::sim
