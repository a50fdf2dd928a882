// SPDX-License-Identifier: Apache-2.0
//
// The part of the format that says where signals come from, and what energy costs; see table.h.
#pragma once

#include "config/table.h"

namespace signalbox::config {

extern const Section kSource;
extern const Section kEnergy;

// The keys of a source of which exactly one says what it is.
inline constexpr std::string_view kSourceKinds[] = {
    "scrape", "prometheus", "prices", "aws_spot_prices", "quotas", "spot_notices"};

// What stands under `spot_notices` when each endpoint's own host is asked.
inline constexpr std::string_view kAskEndpoints = "endpoints";

}  // namespace signalbox::config
