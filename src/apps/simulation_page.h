// SPDX-License-Identifier: Apache-2.0
//
// A scenario and its runs as the report room wants them: what befell the fleet becomes marks on the
// plots, what was measured becomes rows.
#pragma once

#include <string>
#include <vector>

#include "sim/report/page.h"
#include "sim/report/summary.h"
#include "sim/report/time_axis.h"
#include "sim/run/scenario.h"

namespace signalbox::apps {

// In words and with their times, by time.
std::vector<sim::Happening> happenings_of(const sim::Scenario& scenario);

struct SimulationPage {
  std::string command;  // that makes the page again
  std::uint64_t first_seed = 1;
  int seeds = 1;
};

std::string simulation_page(const std::vector<sim::Scenario>& scenarios,
                            const std::vector<sim::MeasuredRun>& runs, const SimulationPage& page);

}  // namespace signalbox::apps
