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

// Why a source cannot mean `usd_per_hour`, which is next to nothing; the operator himself may.
std::optional<std::string> implausible_discount(double usd_per_hour, double configured);

// Why one replica cannot draw so much.
std::optional<std::string> implausible_power(double watts);

// Why a unit cannot be `ratio` times as slow as its profile, with requests of `mean_s` seconds.
std::optional<std::string> implausible_slowdown(double ratio, double mean_s);

// Why a server cannot have so many requests.
std::optional<std::string> implausible_load(double requests);

// Why a pool limit cannot be believed, or nullopt. Negative means "no limit" and is fine.
std::optional<std::string> implausible_capacity(double max_replicas);

}  // namespace signalbox::core
