// SPDX-License-Identifier: Apache-2.0
//
// A measurement as it is read: a few lines for people, one flat object for programs.
#pragma once

#include <string>

#include "profiler/unit_profile.h"

namespace signalbox::profiler {

// Ends with a newline.
std::string summary_text(const UnitProfile& profile);

// Figures by name with their unit of measure in it; ends with a newline.
std::string summary_json(const UnitProfile& profile, const std::string& service,
                         const std::string& file);

}  // namespace signalbox::profiler
