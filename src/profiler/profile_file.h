// SPDX-License-Identifier: Apache-2.0
//
// A measurement as a file beside the unit's own: the YAML holds what serving needs, this holds all
// that was found, so that plots and comparisons can be made later without measuring again.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "profiler/unit_profile.h"

namespace signalbox::profiler {

// Of a profile's name without its ending: "inf2" -> inf2.profile.yaml and inf2.profile.json.
inline constexpr std::string_view kProfileYaml = ".profile.yaml";
inline constexpr std::string_view kProfileJson = ".profile.json";

// JSON for people and programs, ending with a newline; times in seconds, figures to twelve places.
std::string profile_json(const UnitProfile& profile);

// Reads what profile_json() wrote. Errors name the place and what is expected there. Never
// throws; what it returns can be drawn and compared whatever the file said.
Result<UnitProfile> parse_profile(std::string_view text);

}  // namespace signalbox::profiler
