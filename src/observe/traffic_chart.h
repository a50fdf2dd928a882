// SPDX-License-Identifier: Apache-2.0
//
// Traffic over the whole run as a stacked area of the units' shares, drawn in eighths of a cell.
// The axis below is the mode: a thin line while cost decides, a heavy one while capacity does - so
// one picture shows the wave, who carried it, and when the service changed its mind.
#pragma once

#include "observe/canvas.h"
#include "observe/demo_frame.h"

namespace signalbox::observe {

struct Box {
  int row = 0;
  int column = 0;
  int columns = 0;
  int rows = 0;
};

// The colour that stands for unit `index` in table and chart.
Ink unit_ink(std::size_t index);

// Draws into `box`: labels on the left, the mode axis in its last row. Without `stacked` the area
// is one colour, for screens that could not tell the units apart. Nothing is drawn in a box of
// fewer than 2 rows or 16 columns.
void draw_traffic_chart(Canvas& canvas, Box box, const DemoFrame& frame, bool stacked);

}  // namespace signalbox::observe
