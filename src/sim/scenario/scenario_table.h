// SPDX-License-Identifier: Apache-2.0
//
// The format of a scenario file as data, in the terms of the configuration's own table: every key,
// its type, bounds, default and one line of documentation. Which keys go together, and with what
// fleet, is in file_parts.h.
#pragma once

#include "config/table.h"

namespace signalbox::sim {

// The whole file.
extern const config::Section kScenarioFile;

}  // namespace signalbox::sim
