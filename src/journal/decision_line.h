// SPDX-License-Identifier: Apache-2.0
//
// A decision as one line of JSON with everything it rests on, numbers in full: two decisions have
// the same line exactly when they have the same bytes, so that `diff` shows where two binaries or
// two runs part.
#pragma once

#include <string>
#include <string_view>

#include "core/model/decision.h"
#include "core/model/fleet_spec.h"

namespace signalbox::journal {

// Without a line break. `spec` is the one it was taken under; times are seconds since `start`.
std::string decision_line(const core::Decision& decision, const core::FleetSpec& spec,
                          TimePoint start);
// Its candidates alone, as a JSON array.
std::string candidates_json(const core::Decision& decision, const core::FleetSpec& spec);
// A JSON string, quotes included.
std::string json_text(std::string_view text);

}  // namespace signalbox::journal
