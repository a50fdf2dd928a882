// SPDX-License-Identifier: Apache-2.0
//
// What a tighter objective and more resilience cost: the cheapest plan for each, as a table for the
// terminal and as a plot that stands by itself in a document.
#pragma once

#include <string>
#include <vector>

#include "core/model/service.h"

namespace signalbox::observe {

struct FrontierCell {
  bool planned = false;
  double cost_usd_per_hour = 0.0;
  double lower_bound_usd_per_hour = 0.0;
  std::string obstacle;  // when not planned
};

struct FrontierLine {
  core::Resilience resilience = core::Resilience::kNone;
  std::string no_question;          // why it cannot be asked of this fleet; then no cells
  std::vector<FrontierCell> cells;  // parallel to PlanFrontier::latencies
};

struct PlanFrontier {
  struct Latency {
    double factor;  // of what is configured
    std::string label;
  };
  std::string question;             // "40.0 requests/s of sd21"
  std::vector<Latency> latencies;   // rising
  std::vector<FrontierLine> lines;  // by rising resilience
};

// Ends with a newline.
std::string render_frontier(const PlanFrontier& frontier);

// A flat object per cell, a line each.
std::string frontier_json(const PlanFrontier& frontier);

// A whole SVG document, light and dark, that needs nothing else.
std::string frontier_svg(const PlanFrontier& frontier);

}  // namespace signalbox::observe
