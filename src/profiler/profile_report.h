// SPDX-License-Identifier: Apache-2.0
//
// The files of a measurement that are for looking at and for comparing: the plot twice, and all
// that was found.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "profiler/drawing.h"
#include "profiler/unit_profile.h"

namespace signalbox::profiler {

// Writes NAME.profile.svg, NAME.profile.png and NAME.profile.json into an existing folder; the
// paths, in this order. Errors name the file. REQUIRES: the profile's name is no path.
Result<std::vector<std::string>> write_plots(const UnitProfile& profile, const std::string& folder);

// Writes one drawing as STEM.svg and STEM.png.
Result<std::vector<std::string>> write_drawing(const Drawing& drawing, const std::string& stem);

}  // namespace signalbox::profiler
