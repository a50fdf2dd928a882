// SPDX-License-Identifier: Apache-2.0
//
// From the product's own time axis to dates. The core counts from an arbitrary epoch; only the
// shell knows which wall-clock moment that was, and hands it over as a value, so pages stay pure.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"

namespace signalbox::observe {

// Nanoseconds since 1970-01-01T00:00:00Z.
using UnixNanos = std::int64_t;

// What the wall clock showed when the Timeline stood at its epoch.
struct WallOffset {
  UnixNanos epoch_unix_ns = 0;

  UnixNanos at(TimePoint t) const { return epoch_unix_ns + t.time_since_epoch().count(); }
};

// RFC 3339 in UTC with milliseconds, cut: "2025-03-26T09:41:07.250Z". Appends 24 bytes for the
// years 0 to 9999, which is all an int64 of nanoseconds can reach.
void append_timestamp(std::string& out, UnixNanos unix_ns);
std::string timestamp_text(UnixNanos unix_ns);

}  // namespace signalbox::observe
