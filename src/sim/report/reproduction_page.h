// SPDX-License-Identifier: Apache-2.0
//
// The paper's experiments beside ours, on one page: what each original figure shows, in words of
// our own; our plots of the same shape; and a list of checks computed from the run, failed ones
// shown as plainly as the others.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "sim/report/reproduction_checks.h"
#include "sim/report/time_axis.h"
#include "sim/run/run_result.h"

namespace signalbox::sim {

struct Reproduction {
  std::string id;        // of the section, for links: "figures-6-7"
  std::string title;     // "Figures 6 and 7: ..."
  std::string original;  // what the paper's figures show
  std::string ours;      // what was run here, and what differs
  RunResult result;      // with its history
  TimeAxis axis;
  Duration objective{};  // zero = none
  std::vector<Happening> happenings;
  std::vector<Check> checks;
};

struct ReproductionInput {
  std::string command;
  std::string version;
  std::vector<Reproduction> reproductions;
};

std::string render_reproduction_page(const ReproductionInput& input);

// What the originals show, for the sections of these ids: "figures-6-7", "figures-8-9" and
// "figures-10-11". REQUIRES: one of them.
struct OriginalFigures {
  std::string_view id, title, original;
};
const OriginalFigures& original_figures(std::string_view id);

}  // namespace signalbox::sim
