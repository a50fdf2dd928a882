// SPDX-License-Identifier: Apache-2.0
//
// Moments as others write them: in headers of HTTP and in JSON. Read by the proleptic Gregorian
// calendar of std::chrono, not by the C library, whose reading depends on the locale.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace signalbox::wire {

// "Sun, 06 Nov 1994 08:49:37 GMT", the one form that is still to be sent (RFC 9110, 5.6.7); in
// seconds since the Unix epoch.
std::optional<std::int64_t> parse_http_date(std::string_view text);

// "2025-03-26T09:41:07.25Z" or with an offset such as "+02:00" (RFC 3339); in nanoseconds since the
// Unix epoch, further digits cut. Nothing outside the years 1678 to 2261, which is what they hold.
std::optional<std::int64_t> parse_rfc3339(std::string_view text);

}  // namespace signalbox::wire
