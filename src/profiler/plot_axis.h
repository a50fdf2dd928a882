// SPDX-License-Identifier: Apache-2.0
//
// From values to places on paper, with round numbers marked: what every panel of a plot needs.
#pragma once

#include <string>
#include <vector>

#include "profiler/drawing.h"

namespace signalbox::profiler {

struct Axis {
  double from = 0.0, to = 1.0;    // values
  double step = 1.0;              // between marks
  double start = 0.0, end = 1.0;  // pixels

  double at(double value) const { return start + (end - start) * (value - from) / (to - from); }
  double clamped(double value) const;
  std::vector<double> marks() const;
  std::string text(double mark) const;  // as exact as the step asks for
};

// From 0 to a round number at or above `most`, or to `most` itself, with about `marks` marks.
// REQUIRES: most > 0.
Axis axis_to_round(double most, int marks, double start, double end);
Axis axis_to(double most, int marks, double start, double end);

// The part of a line that lies at or below `most`, cut where it goes beyond.
std::vector<Spot> cut_above(const std::vector<Spot>& values, double most);

// Names that stand beside the ends of lines, each as near its own as the others allow.
struct Label {
  double y = 0.0;
  std::string text;
  Ink ink = Ink::kText;
  bool bold = true;
};
// Moves them so that they are `gap` apart, between `top` and `bottom` where there is room.
void spread(std::vector<Label>& labels, double gap, double top, double bottom);

// A rate as people say it: "0.250/s", "1.63/s", "120/s".
std::string rate_text(double per_s);
// What a thousand requests cost, to three figures: "$0.0383", "$0.187", "$12.4".
std::string usd_per_1000_text(double usd);

}  // namespace signalbox::profiler
