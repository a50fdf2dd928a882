// SPDX-License-Identifier: Apache-2.0
//
// The only clock in the tree. Everything else is handed a TimePoint, so that it runs the same under
// a virtual clock; whoever must start time moving (a loop, a timer callback) asks here.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace signalbox::net {

// Monotonic; unaffected when the wall clock is set. Comparable across threads of one process only.
TimePoint now();

// Nanoseconds since the Unix epoch, for log lines and records that people read; never for
// intervals.
std::int64_t unix_nanos();

}  // namespace signalbox::net
