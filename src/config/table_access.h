// SPDX-License-Identifier: Apache-2.0
//
// The part of the format that says who may ask, and how much; see table.h.
#pragma once

#include "config/table.h"

namespace signalbox::config {

extern const Section kAccess;
extern const Section kBudget;
extern const Section kAdminAccess;
extern const Section kAdminTls;

}  // namespace signalbox::config
