// SPDX-License-Identifier: Apache-2.0
//
// Measurements as `signalbox profile` left them: what compares them and what carries them over to
// another size reads the same files.
#pragma once

#include <string>

#include "base/result.h"
#include "profiler/unit_profile.h"

namespace signalbox::apps {

// NAME.profile.json, or NAME.profile.yaml, which lies beside it. Errors name the file and say what
// to give instead.
Result<profiler::UnitProfile> read_profile(const std::string& named);

}  // namespace signalbox::apps
