// SPDX-License-Identifier: Apache-2.0
//
// Results for programs: one flat JSON object a line, keys in a fixed order, units last in their
// names. Numbers are exact (the shortest text that reads back as the same double); what is not
// known is null, never NaN and never a zero that could be believed.
#pragma once

#include <string>

#include "sim/report/summary.h"

namespace signalbox::sim {

// One line, its newline included.
std::string to_json_line(const PolicySummary& summary);
std::string to_json_line(const PairedComparison& comparison);

}  // namespace signalbox::sim
