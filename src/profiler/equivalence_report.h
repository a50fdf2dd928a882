// SPDX-License-Identifier: Apache-2.0
//
// What was found between two units, as people read it and as programs do.
#pragma once

#include <string>
#include <string_view>

#include "profiler/equivalence.h"

namespace signalbox::profiler {

// A line for each prompt, the verdict, and what to do about it; ends with a newline.
std::string render_equivalence(const Equivalence& found, const Tolerances& tolerances,
                               std::string_view unit_a, std::string_view unit_b);

// One object on one line, flat but for the verdicts.
std::string equivalence_json(const Equivalence& found, const Tolerances& tolerances,
                             std::string_view unit_a, std::string_view unit_b);

}  // namespace signalbox::profiler
