// SPDX-License-Identifier: Apache-2.0
//
// The scenarios that come with Signalbox, by name.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "sim/run/scenario.h"
#include "sim/workload/trace_directory.h"

namespace signalbox::sim {

struct CatalogueEntry {
  std::string_view name;
  std::string_view title;
  Result<Scenario> (*build)(const TraceDirectory& traces);
};

// S1 to S4 first, then the paper's experiments.
const std::vector<CatalogueEntry>& catalogue();

// Or an error that names all there are.
Result<const CatalogueEntry*> find_scenario(std::string_view name);

}  // namespace signalbox::sim
