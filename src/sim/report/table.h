// SPDX-License-Identifier: Apache-2.0
//
// Results for a person at a terminal: one block per scenario, one row per policy, the best of each
// column marked. A policy that misses the objective is cheap for a bad reason, so it never counts
// as the cheapest. What does not fit the width is left out whole, least important column first, and
// said so.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/time.h"
#include "sim/report/summary.h"

namespace signalbox::sim {

struct TableOptions {
  int width = 100;
  bool color = false;  // the caller knows whether a terminal is listening
  std::optional<double> attainment_target =
      std::nullopt;  // the objective's quantile; money is judged above it
};

// In the given order; ends with a newline. Empty when there is nothing to show.
std::string render_table(std::span<const PolicySummary> summaries, const TableOptions& options);

// A scenario that could be run, for `simulate --list`.
struct ScenarioListing {
  std::string name, title;
  Duration length{};
  double expected_requests = 0.0;
};

std::string render_scenarios(std::span<const ScenarioListing> scenarios, int width, bool color);

}  // namespace signalbox::sim
