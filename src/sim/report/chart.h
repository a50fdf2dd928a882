// SPDX-License-Identifier: Apache-2.0
//
// A plot as a value, and a sheet of them. What a plot shows is decided here in C++, where it can be
// tested; the page's script draws whatever it is given. Each plot comes with words for those who do
// not see it, and its numbers stand beside it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "sim/report/time_axis.h"

namespace signalbox::sim {

// Text between tags or inside a quoted attribute: no markup survives, nor do control characters.
std::string escape_html(std::string_view text);

// How a value is written on axes and in tables.
enum class Quantity { kShare, kCount, kUsdPerHour, kSeconds, kPerSecond };

struct Series {
  enum class Look { kLine, kDashed, kFaint, kArea };

  std::string label;
  // A colour of the page's palette: "0" to "7" for things of a kind, or "ink", "muted", "good",
  // "bad".
  std::string color;
  Look look = Look::kLine;
  std::vector<double> y;  // one per instant of the plot's time; NaN = nothing to show there
};

struct Threshold {
  double value = 0.0;
  std::string label;
};

struct Chart {
  std::string title;
  std::string caption;      // what is drawn, in a sentence
  std::string description;  // what it shows, for those who cannot see it
  Quantity quantity = Quantity::kCount;
  bool stacked = false;  // areas on each other; other looks stay as they are
  std::vector<Series> series;
  std::vector<Threshold> thresholds;
};

// One policy of the comparison of all.
struct FrontierPoint {
  std::string policy;
  double miss_share = 0.0, miss_share_low = 0.0, miss_share_high = 0.0;
  double cost = 0.0, cost_low = 0.0, cost_high = 0.0;  // over the bound, or in dollars
  bool highlighted = false;
};

struct FrontierChart {
  std::string title, caption, description;
  std::string cost_label;          // of the vertical axis
  double target_miss_share = 0.0;  // of the objective; 0 = none
  bool has_bound = false;          // 1 on the vertical axis is the lower bound
  std::vector<FrontierPoint> points;
};

// A row of instants that several plots share, with what was done to the fleet meanwhile.
struct PlotTime {
  Duration first{};  // of `points` instants, `step` apart
  Duration step{};
  std::size_t points = 0;
  TimeAxis axis;
  std::vector<Happening> happenings;
  std::vector<TimeWindow> capacity_mode;
};

// Collects the data of a page's plots and hands out the HTML that stands for each.
class ChartSheet {
 public:
  using PlotTimeId = std::size_t;

  PlotTimeId add(const PlotTime& time);

  // Each returns a <figure>.
  std::string add(const Chart& chart, PlotTimeId time);
  std::string add(const FrontierChart& chart);

  // All that was added, as JSON; not yet fit to stand inside a <script>.
  std::string json() const;

 private:
  std::string figure(std::string_view kind, const std::string& title, const std::string& caption,
                     const std::string& description) const;

  std::vector<std::string> times_;  // each a JSON object
  std::vector<std::string> charts_;
};

}  // namespace signalbox::sim
