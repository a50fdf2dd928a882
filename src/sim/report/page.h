// SPDX-License-Identifier: Apache-2.0
//
// The report of a simulation as one HTML file: per scenario a comparison of all policies as
// frontier and table, then how the runs went, minute by minute. It opens offline, in light and
// dark, on paper too; it says which command made it, on which seeds, and what its figures are not.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/time.h"
#include "sim/report/summary.h"
#include "sim/report/time_axis.h"
#include "sim/run/run_result.h"

namespace signalbox::sim {

struct ScenarioReport {
  std::string name, title;
  std::string description;  // one paragraph
  Duration length{};
  Duration objective{};             // zero = none
  double objective_quantile = 0.0;  // 0 = none
  TimeAxis axis;
  std::vector<Happening> happenings;
  std::vector<PolicySummary> summaries;       // in the order in which they are shown
  std::vector<PairedComparison> comparisons;  // shown beside the summaries of the same policy
  std::vector<RunResult> runs;                // those with a history are plotted, one at a time
  std::vector<std::string> notes;             // "V100 availability stands in for ..."
};

struct PageInput {
  std::string title = "Signalbox simulation";
  std::string command;  // that makes this page again
  std::string version;
  std::string seeds;                      // "1 to 20"
  std::string highlighted = "signalbox";  // the policy this is about
  // True when all policies were tuned with one budget on the first half of each scenario, and the
  // second half is reported: the page then says so.
  bool equally_tuned = false;
  std::vector<ScenarioReport> scenarios;
  std::size_t most_points = 600;  // of a series; fewer when there are very many
};

std::string render_page(const PageInput& input);

}  // namespace signalbox::sim
