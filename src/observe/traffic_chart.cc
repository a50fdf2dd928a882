// SPDX-License-Identifier: Apache-2.0
//
// Time is cut into as many slices as there are columns; a slice shows the mean of its samples. A
// cell can show two colours, lower part and rest, so a column is exact to an eighth of a row.
#include "observe/traffic_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "observe/figures.h"

namespace signalbox::observe {

namespace {

constexpr int kLabelColumns = 5;

struct Slice {
  double rate_per_s = 0.0;
  std::vector<double> shares;
  core::Mode mode = core::Mode::kCostOptimized;
};

Duration shown_time(const DemoFrame& frame) {
  return std::max({frame.total, frame.elapsed, Duration{1s}});
}

// Samples whose time falls into column `column` of `columns`; none before the first or after the
// last, and the nearest earlier one where a column is narrower than the sampling.
std::optional<Slice> slice_at(const DemoFrame& frame, int column, int columns) {
  const double width_s = to_seconds(shown_time(frame)) / columns;
  const double from_s = column * width_s;
  Slice slice;
  int samples = 0;
  const DemoSample* earlier = nullptr;
  for (const auto& sample : frame.history) {
    const double at_s = to_seconds(sample.at);
    if (at_s < from_s) earlier = &sample;
    if (at_s < from_s || at_s >= from_s + width_s) continue;
    slice.shares.resize(std::max(slice.shares.size(), sample.shares.size()), 0.0);
    for (std::size_t u = 0; u < sample.shares.size(); ++u) slice.shares[u] += sample.shares[u];
    slice.rate_per_s += sample.rate_per_s;
    if (sample.mode == core::Mode::kCapacityOptimized) slice.mode = sample.mode;
    ++samples;
  }
  if (samples > 0) {
    slice.rate_per_s /= samples;
    for (double& share : slice.shares) share /= samples;
    return slice;
  }
  if (earlier == nullptr || from_s > to_seconds(frame.elapsed)) return std::nullopt;
  return Slice{earlier->rate_per_s, earlier->shares, earlier->mode};
}

// The top of the scale: a round number at or above everything shown.
double scale_top(const DemoFrame& frame) {
  double top = std::max(frame.peak_rate_per_s, 1.0);
  for (const auto& sample : frame.history) top = std::max(top, sample.rate_per_s);
  const double step = std::pow(10.0, std::floor(std::log10(top))) / 2.0;
  return std::ceil(top / step) * step;
}

// Heights, in eighths of a row, at which each unit's layer ends, bottom up.
std::vector<int> layer_ends(const Slice& slice, double eighths_per_rate) {
  std::vector<int> ends;
  double sum = 0.0;
  for (const double share : slice.shares) {
    sum += share;
    ends.push_back(static_cast<int>(std::lround(slice.rate_per_s * sum * eighths_per_rate)));
  }
  return ends;
}

// One cell, `bottom` eighths above the axis. It can show two layers, or one and the air above it.
void draw_cell(Canvas& canvas, int row, int column, int bottom, const std::vector<int>& ends) {
  const int top = std::min(8, ends.empty() ? 0 : ends.back() - bottom);
  if (top <= 0) return;
  const auto part = [&](std::size_t layer) {
    const int from = layer == 0 ? 0 : ends[layer - 1];
    return std::min(ends[layer], bottom + 8) - std::max(from, bottom);
  };
  std::size_t largest = 0;
  for (std::size_t layer = 1; layer < ends.size(); ++layer) {
    if (part(layer) > part(largest)) largest = layer;
  }
  const auto block = [](int eighths) { return U'▁' + static_cast<char32_t>(eighths - 1); };
  if (top < 8 || part(largest) == 8) {
    canvas.put(row, column, block(top), {unit_ink(largest)});
    return;
  }
  // Full cell of several layers: the largest, and whichever of its neighbours shows more.
  const bool has_below = largest > 0 && ends[largest - 1] > bottom;
  const int above = bottom + 8 - ends[largest];
  const int below = has_below ? ends[largest - 1] - bottom : 0;
  if (below >= above) {
    std::size_t lower = largest - 1;
    while (lower > 0 && part(lower) <= 0) --lower;
    canvas.put(row, column, block(below), {unit_ink(lower), unit_ink(largest)});
    return;
  }
  std::size_t upper = largest + 1;
  while (upper + 1 < ends.size() && part(upper) <= 0) ++upper;
  canvas.put(row, column, block(8 - above), {unit_ink(largest), unit_ink(upper)});
}

}  // namespace

Ink unit_ink(std::size_t index) {
  constexpr std::array kInks = {Ink::kBlue,   Ink::kTeal,  Ink::kMagenta, Ink::kYellow,
                                Ink::kViolet, Ink::kGreen, Ink::kRed,     Ink::kGrey};
  return kInks[index % kInks.size()];
}

void draw_traffic_chart(Canvas& canvas, Box box, const DemoFrame& frame, bool stacked) {
  if (box.rows < 2 || box.columns < 16) return;
  const int columns = box.columns - kLabelColumns;
  const int left = box.column + kLabelColumns;
  const int axis = box.row + box.rows - 1;
  const int height = box.rows - 1;
  const double top = scale_top(frame);
  const double eighths_per_rate = 8.0 * height / top;

  canvas.text_right(box.row, left - 1, fmt::format("{:g}", top), {Ink::kGrey});
  canvas.text_right(axis, left - 1, "0", {Ink::kGrey});
  for (int c = 0; c < columns; ++c) {
    const auto slice = slice_at(frame, c, columns);
    if (!slice.has_value()) {
      canvas.put(axis, left + c, U'·', {Ink::kGrey});
      continue;
    }
    const bool capacity = slice->mode == core::Mode::kCapacityOptimized;
    canvas.put(axis, left + c, capacity ? U'━' : U'─', {capacity ? Ink::kOrange : Ink::kGreen});
    const auto layers = layer_ends(stacked ? *slice : Slice{slice->rate_per_s, {1.0}, slice->mode},
                                   eighths_per_rate);
    for (int r = 0; r < height; ++r) draw_cell(canvas, axis - 1 - r, left + c, 8 * r, layers);
  }
}

}  // namespace signalbox::observe
