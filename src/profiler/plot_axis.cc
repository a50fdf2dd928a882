// SPDX-License-Identifier: Apache-2.0
//
// Round steps, cut lines, labels apart; see plot_axis.h.
#include "profiler/plot_axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/assert.h"

namespace signalbox::profiler {

namespace {

// 1, 2 or 5 times a power of ten, so that about `marks` of it span the range.
double round_step(double range, int marks) {
  const double rough = range / marks;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double step : {1.0, 2.0, 5.0}) {
    if (step * power >= rough * (1.0 - 1e-9)) return step * power;
  }
  return 10.0 * power;
}

}  // namespace

double Axis::clamped(double value) const { return at(std::clamp(value, from, to)); }

std::vector<double> Axis::marks() const {
  std::vector<double> out;
  const auto count = static_cast<int>(std::floor((to - from) / step + 1e-6));
  for (int i = 0; i <= count; ++i) out.push_back(from + i * step);
  return out;
}

std::string Axis::text(double mark) const {
  const int decimals = std::max(0, -static_cast<int>(std::floor(std::log10(step) + 1e-9)));
  return fmt::format("{:.{}f}", mark, std::min(decimals, 9));
}

Axis axis_to_round(double most, int marks, double start, double end) {
  Axis axis = axis_to(most, marks, start, end);
  axis.to = std::ceil(most / axis.step * (1.0 - 1e-9)) * axis.step;
  return axis;
}

Axis axis_to(double most, int marks, double start, double end) {
  SIGNALBOX_ASSERT(most > 0.0 && std::isfinite(most));
  return {.from = 0.0, .to = most, .step = round_step(most, marks), .start = start, .end = end};
}

std::vector<Spot> cut_above(const std::vector<Spot>& values, double most) {
  std::vector<Spot> out;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i].y <= most) {
      out.push_back(values[i]);
      continue;
    }
    if (i > 0) {
      const Spot &a = values[i - 1], &b = values[i];
      const double share = (most - a.y) / (b.y - a.y);
      out.push_back({a.x + share * (b.x - a.x), most});
    }
    break;
  }
  return out;
}

void spread(std::vector<Label>& labels, double gap, double top, double bottom) {
  std::stable_sort(labels.begin(), labels.end(),
                   [](const Label& a, const Label& b) { return a.y < b.y; });
  double least = top;
  for (Label& label : labels) {
    label.y = std::max(label.y, least);
    least = label.y + gap;
  }
  double most = bottom;
  for (auto label = labels.rbegin(); label != labels.rend(); ++label) {
    label->y = std::min(label->y, most);
    most = label->y - gap;
  }
}

std::string rate_text(double per_s) {
  const int decimals = per_s < 1.0 ? 3 : per_s < 10.0 ? 2 : per_s < 100.0 ? 1 : 0;
  return fmt::format("{:.{}f}/s", per_s, decimals);
}

std::string usd_per_1000_text(double usd) {
  const int decimals = usd < 0.1 ? 4 : usd < 1.0 ? 3 : usd < 10.0 ? 2 : usd < 100.0 ? 1 : 0;
  return fmt::format("${:.{}f}", usd, decimals);
}

}  // namespace signalbox::profiler
