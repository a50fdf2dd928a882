// SPDX-License-Identifier: Apache-2.0
//
// A campaign's results as the section of bench/RESULTS.md that people read.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "bench/policy/campaign.h"

namespace signalbox::bench {

// Markdown, headings from level 3 on.
std::string render_tables(const std::vector<CourseResult>& results);

// Puts `section` between the lines "<!-- policies: begin -->" and "<!-- policies: end -->" of the
// file; an error when it cannot be read or written or lacks the lines.
Result<bool> replace_section(const std::string& path, const std::string& section);

}  // namespace signalbox::bench
