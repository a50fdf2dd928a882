// SPDX-License-Identifier: Apache-2.0
//
// What stands around the plots of one run: the time they share, the key to what was done to the
// fleet, and its changes of mode with their evidence. Pages of results and of reproductions have
// these in common.
#pragma once

#include <string>
#include <vector>

#include "sim/report/chart.h"
#include "sim/report/history_charts.h"
#include "sim/report/time_axis.h"

namespace signalbox::sim {

PlotTime plot_time(const RunPlots& run, const std::vector<Happening>& happenings);

// HTML; empty when there is nothing to explain.
std::string happenings_key(const RunPlots& run, const std::vector<Happening>& happenings);
std::string mode_changes(const RunPlots& run);

}  // namespace signalbox::sim
