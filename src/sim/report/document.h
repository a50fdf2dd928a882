// SPDX-License-Identifier: Apache-2.0
//
// The frame of a page: one file with its styles, its script, the plotting library and its data
// inside. It asks the network for nothing, and its content policy forbids it to.
#pragma once

#include <string>

#include "sim/report/chart.h"

namespace signalbox::sim {

struct Document {
  std::string title;  // plain text
  std::string body;   // HTML
};

std::string render_document(const Document& document, const ChartSheet& charts);

}  // namespace signalbox::sim
