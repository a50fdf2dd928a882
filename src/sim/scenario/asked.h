// SPDX-License-Identifier: Apache-2.0
//
// What clients of a scenario file ask for, a path and a model: as written, else what the fleet's
// first service answers to. Asking for what nobody answers to would be a scenario of errors alone.
#pragma once

#include <string>

#include "config/diagnostics.h"
#include "config/fields.h"
#include "core/model/fleet_spec.h"

namespace signalbox::sim {

struct Asked {
  std::string path, model;
};

// REQUIRES: the fleet has a service.
Asked asked_of(const config::Fields& traffic, const core::FleetSpec& fleet);

// Reports what no service of the fleet answers to, and what they do answer to.
void check_asked(const config::Fields& traffic, const core::FleetSpec& fleet,
                 config::Report& report);

}  // namespace signalbox::sim
