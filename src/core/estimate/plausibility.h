// SPDX-License-Identifier: Apache-2.0
//
// The first gate a signal passes: could this value be true at all? A price that is negative, not
// finite or a thousand times the configured one is refused with a reason, and what was known stays.
#pragma once

#include <optional>
#include <string>

namespace signalbox::core {

// Why `usd_per_hour` cannot be believed, or nullopt. `configured` is the operator's price, >= 0.
std::optional<std::string> implausible_price(double usd_per_hour, double configured);

// Why a pool limit cannot be believed, or nullopt. Negative means "no limit" and is fine.
std::optional<std::string> implausible_capacity(double max_replicas);

}  // namespace signalbox::core
