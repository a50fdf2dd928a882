// SPDX-License-Identifier: Apache-2.0
//
// Calendar times as traces and cloud providers write them, as nanoseconds since 1970 in UTC.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace signalbox::sim {

// "YYYY-MM-DD HH:MM:SS", with "T" for the blank, a fraction of a second, and "Z" or "+HH:MM" behind
// it if wanted; without a zone it is UTC. Years 1970 to 2199. Anything else is nothing.
std::optional<Duration> parse_utc(std::string_view text);

// The last midnight, in UTC, not after `since_1970`.
Duration midnight_before(Duration since_1970);

}  // namespace signalbox::sim
