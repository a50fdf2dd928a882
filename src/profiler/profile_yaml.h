// SPDX-License-Identifier: Apache-2.0
//
// A measured unit as a configuration: a whole file that `signalbox check` accepts, so that the
// unit's section can be copied into one's own, or served from as it stands.
#pragma once

#include <string>

#include "profiler/unit_profile.h"

namespace signalbox::profiler {

// `service` is what the unit was measured for. REQUIRES: the names are of letters, digits and
// "-_.", and the profile's address is host:port.
std::string profile_yaml(const UnitProfile& profile, const std::string& service);

}  // namespace signalbox::profiler
